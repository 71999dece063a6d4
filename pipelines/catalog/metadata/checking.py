"""Judging the published documents: by the contract, by the standards' own tools, and by anyone's shapes and schemas.

Everything is read from the store and nothing is fetched. Documents of datasets are looked at one by one; graphs of the
whole catalog and lists of all datasets only while they fit (:data:`WHOLE`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.catalog.metadata.addresses import FOLDER
from pipelines.catalog.metadata.assembling import DATA_JSON, DCAT_US, JSON_LD, PACKAGE, TURTLE
from pipelines.catalog.metadata.contract import SCHEMAS, Contract
from pipelines.catalog.metadata.foreign_rules import ForeignRules
from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.shapes import Shapes, UnusableShapes
from pipelines.core.messages import Message
from pipelines.publish import Store
from pipelines.validate.packages import package_problems

#: Bytes of a document of the whole catalog that is still looked at as one.
WHOLE = 64_000_000


@dataclass
class MetadataCheck:
    """What a check found: ``documents`` looked at, what they break, and what could not be applied."""

    documents: int = 0
    problems: list[MetadataProblem] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "documents": self.documents,
            "problems": [problem.as_dict() for problem in self.problems],
            "notes": [note.as_dict() for note in self.notes],
        }


def check_metadata(store: Store, contract: Contract, rules: Path | None = None,
                   progress: Callable[[str], None] = lambda _: None) -> MetadataCheck:  # fmt: skip
    """Judge all documents of a catalog.

    Args:
        store: the catalog.
        contract: its own rules.
        rules: a folder with further rules: SHACL shapes (``.ttl``) and JSON Schemas (``.json``).
        progress: is told the path of each document.

    Raises:
        OSError: when the folder cannot be read.
    """
    foreign = ForeignRules.load(rules) if rules else ForeignRules((), {})
    checking = _Checking(store, contract, foreign, MetadataCheck())
    for path in sorted(entry.path for entry in store.entries(FOLDER)):
        progress(path)
        checking.check(path)
    checking.finish()
    return checking.found


@dataclass(frozen=True)
class _Checking:
    store: Store
    contract: Contract
    foreign: ForeignRules
    found: MetadataCheck

    def check(self, path: str) -> None:
        """Judge one document by all that applies to it."""
        name = path.rpartition("/")[2]
        size = self.store.size(path) or 0
        if size > WHOLE:
            self.found.notes.append(Message("metadata-too-large", {"path": path}))
            return
        self.found.documents += 1
        content = self.store.read(path)
        if name.endswith(".atom"):
            self.found.problems += _feed_problems(path, content)
        elif name.endswith(".ttl"):
            if path == TURTLE or (self.store.size(TURTLE) or 0) > WHOLE:
                self._check_graph(path, content)
        elif name.endswith((".json", ".jsonld")):
            self._check_json(path, name, content)

    def finish(self) -> None:
        """Tell what was not applied to anything, or not wholly."""
        for shapes in self.foreign.shapes:
            if left_out := shapes.left_out:
                params: dict[str, str | int] = {"file": shapes.name, "count": left_out}
                self.found.notes.append(Message("metadata-shapes-without-path", params))
        for file in self.foreign.unused:
            self.found.notes.append(Message("metadata-rules-unused", {"file": file}))

    def _check_graph(self, path: str, content: bytes) -> None:
        for shapes in (self.contract.shapes, *self.foreign.shapes):
            self.found.problems += _shape_problems(shapes, path, content)

    def _check_json(self, path: str, name: str, content: bytes) -> None:
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as problem:
            self.found.problems.append(MetadataProblem(path, "json", "-", type(problem).__name__))
            return
        kind = {JSON_LD: "dcat.jsonld", DATA_JSON: "data.json"}.get(path, name)
        if kind in SCHEMAS and path != PACKAGE:
            self.found.problems += self.contract.problems(kind, path, document)
        self.found.problems += self.foreign.problems(_role(path, kind), path, document)
        if kind == "datapackage.json":
            self.found.problems += [
                MetadataProblem(path, "frictionless", "-", f"{kind} {note}")
                for kind, note in package_problems(document)
            ]
        if kind == "croissant.json":
            self.found.problems += _croissant_problems(path, document)


def _role(path: str, kind: str) -> str:
    """What a document is to rules that others wrote."""
    return {DCAT_US: "dcat-us catalog", PACKAGE: "datapackage.json", DATA_JSON: "data.json"}.get(path, kind)


def _shape_problems(shapes: Shapes, path: str, content: bytes) -> list[MetadataProblem]:
    try:
        return shapes.problems(path, content)
    except UnusableShapes as problem:
        return [MetadataProblem(path, "shacl", "-", str(problem))]


def _feed_problems(path: str, content: bytes) -> Iterable[MetadataProblem]:
    import feedparser

    parsed = feedparser.parse(content)
    if parsed.bozo:
        yield MetadataProblem(path, "feedparser", "-", type(parsed.bozo_exception).__name__)
    for entry in parsed.entries:
        if not (entry.get("id") and entry.get("title") and entry.get("updated_parsed")):
            yield MetadataProblem(path, "feedparser", str(entry.get("id", "-")), "id, title, updated")


def _croissant_problems(path: str, document: dict[str, Any]) -> Iterator[MetadataProblem]:
    import mlcroissant

    # The library tells of its context through the root logger.
    logging.getLogger("absl").setLevel(logging.ERROR)
    try:
        issues = mlcroissant.Dataset(jsonld=document).metadata.ctx.issues
    except Exception as problem:  # mlcroissant raises whatever its parts do
        yield MetadataProblem(path, "mlcroissant-error", "-", type(problem).__name__)
        return
    for severity, told in (("error", issues.errors), ("warning", issues.warnings)):
        for issue in sorted(map(str, told)):
            yield MetadataProblem(path, f"mlcroissant-{severity}", "-", issue)
