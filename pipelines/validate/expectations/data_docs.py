"""Data Docs of one version of a dataset: Great Expectations' pages, made to open without network and without scripts.

Its own page template loads styles, fonts and scripts from elsewhere. Only what it says is used, with one style sheet in
each page, and a content security policy that forbids loading anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.files import PRIVATE_FILE_MODE
from pipelines.core.messages import Parameter, translate
from pipelines.validate.expectations.results import FrameResult
from pipelines.validate.page import environment

INDEX = "index.html"
#: Scripts and pictures, handlers, and links that lead out of the page.
_SCRIPTS = re.compile(r"<(script|style|iframe|object)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LOADED = re.compile(r"<(?:script|link|img|iframe|object|embed|meta|base)\b[^>]*>", re.IGNORECASE)
_HANDLERS = re.compile(r"""\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
_LINKS = re.compile(r"""\s(?:href|src|srcset|action|data)\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
_LOADING_STYLE = re.compile(r"url\([^)]*\)", re.IGNORECASE)


@dataclass(frozen=True)
class DeliveryDocs:
    """A delivery that a version is made of, and what came of its frames; ``None``: nothing is kept."""

    delivery: str
    period: str
    organisation: str
    results: Sequence[FrameResult] | None

    @property
    def expectations(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Results of single expectations with their frames' names."""
        return [
            (result.frame, entry)
            for result in self.results or ()
            if result.document is not None
            for entry in result.document["results"]
        ]

    @property
    def broken(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Those that do not hold."""
        return [(frame, entry) for frame, entry in self.expectations if not entry["success"]]

    @property
    def waiting(self) -> list[FrameResult]:
        """Frames that were not judged yet."""
        return [result for result in self.results or () if result.waiting]

    @property
    def page(self) -> str:
        """Name of its page."""
        return f"{self.delivery}.html"


@dataclass(frozen=True)
class VersionDocs:
    """A version of a dataset. ``title`` is the dataset's, in both languages."""

    dataset: str
    version: str
    title: Mapping[str, str]
    deliveries: Sequence[DeliveryDocs]


def write_pages(version: VersionDocs, folder: Path, language: str, progress: Callable[[int, int], None]) -> None:
    """Write ``index.html`` and one page per delivery with results. ``progress``: pages written, of how many."""

    def text(message_id: str, **params: Parameter) -> str:
        return translate(message_id, language, **params)

    def write(name: str, template: str, **content: object) -> None:
        page = environment().get_template(template).render(
            {"v": version, "title": version.title.get(language, version.dataset), "language": language, "t": text,
             **content}
        )  # fmt: skip
        path = folder / name
        path.write_text(page, encoding="utf-8")
        path.chmod(PRIVATE_FILE_MODE)

    judged = [delivery for delivery in version.deliveries if delivery.results is not None]
    for count, delivery in enumerate(judged, 1):
        parts = list(_parts(version, delivery)) if delivery.expectations else []
        write(delivery.page, "data_docs_delivery.html.j2", d=delivery, parts=parts)
        progress(count, len(judged))
    write(INDEX, "data_docs_index.html.j2")


def _parts(version: VersionDocs, delivery: DeliveryDocs) -> Iterator[tuple[str, str]]:
    from pipelines.validate.expectations.gx import sections

    for title, html in sections(version.dataset, delivery.delivery, delivery.expectations):
        yield title, self_contained(html)


def self_contained(html: str) -> str:
    """HTML without scripts, handlers, and anything that loads from or leads to elsewhere."""
    for pattern in (_SCRIPTS, _LOADED, _HANDLERS, _LINKS, _LOADING_STYLE):
        html = pattern.sub("", html)
    return html
