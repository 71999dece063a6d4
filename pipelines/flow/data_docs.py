"""Results of expectations kept with every released version, and Data Docs made of them when somebody looks.

A version keeps the results of the periods that it changed, and says which earlier version keeps those of the others.
Pages take Great Expectations' import (about 5 CPU seconds, 250 MB) and some 7 ms per delivery, and most versions are
never looked at: they are made on demand, once.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE
from pipelines.core.identifiers import is_identifier
from pipelines.core.versions import VersionNumber
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import stored_outcome
from pipelines.flow.outcomes import install
from pipelines.publish import Manifest, latest_snapshot, load_deliveries, load_manifest
from pipelines.validate.expectations import RESULTS_FILE, read_results
from pipelines.validate.expectations.data_docs import INDEX, DeliveryDocs, VersionDocs, write_pages

_logger = logging.getLogger(__name__)
_VERSION_FILE = "version.json"
_RESULTS = "results"


class NoResultsKept(GongkaiError):
    """There is nothing to make Data Docs of."""

    message_id = "flow-no-results-kept"

    def __init__(self, dataset: str, version: str, kept: str) -> None:
        super().__init__(dataset=dataset, version=version, kept=kept)


@dataclass(frozen=True)
class DataDocs:
    """Pages about one version: where they begin, and whether they were there already."""

    dataset: str
    version: str
    index: Path
    deliveries: int
    made: bool


def keep_results(inst: Installation) -> None:
    """Keep the results of the deliveries that the released versions are made of, where they are not kept yet.

    Nothing that goes wrong here may stop a release: it is logged, and the next release tries again.
    """
    with _logged("catalog"):
        snapshot = latest_snapshot(inst.store)
        for dataset_id, entry in snapshot.datasets.items() if snapshot else ():
            target = _folder(inst, dataset_id, str(entry.version))
            with _logged(dataset_id):
                if not target.exists():
                    _keep(inst, load_manifest(inst.store, entry.manifest), target)


@contextlib.contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as problem:
        _logger.error("%s: results of expectations were not kept: %s", what, type(problem).__name__)


def _folder(inst: Installation, dataset: str, version: str) -> Path:
    return inst.workspace.data_docs / dataset / version


def _keep(inst: Installation, manifest: Manifest, target: Path) -> None:
    before = _before(inst, manifest)
    periods = {segment.period: before.going_on.get(segment.period, manifest.version) for segment in manifest.segments}
    deliveries = [
        (part, segment.period)
        for segment in manifest.segments
        if segment.period not in before.going_on
        for part in load_deliveries(inst.store, segment)
    ]
    document = {
        "dataset": manifest.dataset,
        "version": manifest.version,
        "title": manifest.metadata["title"],
        "periods": periods,
        "deliveries": [
            {"delivery": part.delivery, "period": period, "organisation": part.organisation}
            for part, period in deliveries
        ],
    }
    with inst.scratch(f"results-{manifest.dataset}") as folder:
        (folder / _RESULTS).mkdir()
        _write(folder / _VERSION_FILE, json.dumps(document, ensure_ascii=False, indent=1).encode())
        for part, period in deliveries:
            kept = before.periods.get(period)
            earlier = _folder(inst, manifest.dataset, kept) if kept else None
            content = _content(inst, manifest.dataset, part.delivery, earlier)
            if content is not None:
                _write(folder / _RESULTS / f"{part.delivery}.json", content)
        install(folder, target)


@dataclass(frozen=True)
class _Before:
    """Period → the version that keeps its results, as the version before has them; ``going_on``: of periods that are
    made of the same deliveries still."""

    periods: Mapping[str, str] = field(default_factory=dict)
    going_on: Mapping[str, str] = field(default_factory=dict)


def _before(inst: Installation, manifest: Manifest) -> _Before:
    previous = manifest.previous
    folder = _folder(inst, manifest.dataset, previous.version) if previous else None
    if previous is None or folder is None or not (folder / _VERSION_FILE).is_file():
        return _Before()
    periods = _periods(_document(folder))
    segments = load_manifest(inst.store, previous.manifest).segments
    sources = {segment.period: segment.sources for segment in segments}
    same = [each.period for each in manifest.segments if sources.get(each.period) == each.sources]
    return _Before(periods, {period: periods[period] for period in same if period in periods})


def _document(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / _VERSION_FILE).read_text(encoding="utf-8"))
    return document


def _periods(document: Mapping[str, Any]) -> Mapping[str, str]:
    """Period → the version that keeps its results. Early versions keep all of theirs themselves."""
    of_its_own = {entry["period"]: document["version"] for entry in document["deliveries"]}
    periods: Mapping[str, str] = document.get("periods", of_its_own)
    return periods


def _content(inst: Installation, dataset: str, delivery: str, earlier: Path | None) -> bytes | None:
    """Results of a delivery as it stands accepted, else as an earlier version has them."""
    outcome = stored_outcome(inst, dataset, delivery)
    places = [inst.workspace.outcomes / outcome.folder / RESULTS_FILE] if outcome and outcome.accepted else []
    places += [earlier / _RESULTS / f"{delivery}.json"] if earlier else []
    return next((place.read_bytes() for place in places if place.is_file()), None)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(PRIVATE_FILE_MODE)


def data_docs(inst: Installation, dataset: str, version: str | None, language: str,
              progress: Callable[[int, int], None]) -> DataDocs:  # fmt: skip
    """The pages of a version (the released one when none is named), made if they are not there.

    Raises:
        UnknownDataset: there is no such dataset, and nothing is kept of one.
        InvalidVersion: ``version`` is no version number.
        NoResultsKept: nothing is kept of that version.
    """
    kept = _kept(inst, dataset)
    if not kept:
        inst.catalog.dataset(dataset)
    chosen = str(VersionNumber.parse(version)) if version else _released(inst, dataset) or (kept or ["-"])[-1]
    folder = _folder(inst, dataset, chosen)
    docs = _load(folder) if chosen in kept else None
    if docs is None or not any(each.results is not None for each in docs.deliveries):
        raise NoResultsKept(dataset, chosen, ", ".join(kept) or "-")
    index = folder / language / INDEX
    made = not index.is_file()
    if made:
        with inst.scratch(f"data-docs-{dataset}") as pages:
            write_pages(docs, pages, language, progress)
            install(pages, index.parent)
    return DataDocs(dataset, chosen, index, len(docs.deliveries), made)


def _kept(inst: Installation, dataset: str) -> list[str]:
    """Versions that results are kept of, ascending."""
    folder = inst.workspace.data_docs / dataset
    if not is_identifier(dataset) or not folder.is_dir():
        return []
    found = [path.name for path in folder.iterdir() if (path / _VERSION_FILE).is_file()]
    return sorted(found, key=VersionNumber.parse)


def _released(inst: Installation, dataset: str) -> str | None:
    snapshot = latest_snapshot(inst.store)
    entry = snapshot.datasets.get(dataset) if snapshot else None
    return str(entry.version) if entry else None


def _load(folder: Path) -> VersionDocs:
    document = _document(folder)
    periods = _periods(document)
    keepers = {version: folder.parent / version for version in {*periods.values()}}
    known = {version: _document(keeper)["deliveries"] for version, keeper in keepers.items()}
    deliveries = [
        DeliveryDocs(**entry, results=read_results(keepers[version] / _RESULTS / f"{entry['delivery']}.json"))
        for period, version in sorted(periods.items())
        for entry in known[version]
        if entry["period"] == period
    ]
    return VersionDocs(document["dataset"], document["version"], document["title"], deliveries)
