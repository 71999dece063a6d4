"""DCAT catalogs in JSON-LD: graphs, catalogs with their datasets inside, and DCAT-US ``data.json``.

DCAT 3 (W3C Recommendation 2024), DCAT-AP 3.0.1, DCAT-US 1.1 and 3; JSON-LD 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.catalog.harvested import HarvestedDataset, HarvestedDistribution, Texts
from pipelines.core.checksums import Checksum
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting.documents import opened, require_end
from pipelines.fetching.harvesting.graph import Graph, Node
from pipelines.fetching.harvesting.texts import (
    address,
    descriptions,
    first,
    media_type,
    objects,
    plain,
    size,
    time,
    titles,
)
from pipelines.fetching.harvesting.vocabulary import Vocabulary
from pipelines.ingest.readers.json_window import JsonWindow

#: Distributions of a dataset beyond these are left out.
MOST_DISTRIBUTIONS = 500


def datasets(document: Path, url: str, scratch: Path) -> Iterator[HarvestedDataset | None]:
    """The datasets of a document, in its order.

    Args:
        document: the document's bytes.
        url: where it came from.
        scratch: a private folder that is thrown away.

    Yields:
        ``None`` for a dataset that has no identifier or title.

    Raises:
        FetchFailed: when it cannot be read.
    """
    with Graph.scratch(scratch) as graph:
        vocabulary = _vocabulary(document)
        with opened(document) as window:
            _take_document(window, graph, vocabulary)
            require_end(window)
        reading = _Reading(graph, url)
        for node in graph.datasets():
            yield reading.dataset(node)


def _vocabulary(document: Path) -> Vocabulary:
    """A context may stand behind what it is about, so it is looked for first."""
    context: Any = None
    with opened(document) as window:
        if window.peek() == "{":
            for key in window.members():
                if key == "@context":
                    context = window.value()
                else:
                    window.pass_over()
    return Vocabulary.of(context)


def _take_document(window: JsonWindow, graph: Graph, vocabulary: Vocabulary) -> None:
    if window.peek() == "[":
        _take_nodes(window, graph, vocabulary)
        return
    if window.peek() != "{":
        raise ValueError("neither object nor list")
    for key in window.members():
        if key == "@graph" and window.peek() == "[":
            _take_nodes(window, graph, vocabulary)
        elif vocabulary.name(key) == "next":
            raise FetchFailed("harvest-paged")
        elif vocabulary.name(key) == "dataset" and window.peek() == "[":
            for entry in window.elements():
                _take_member(vocabulary.canonical(entry), graph)
        else:
            window.pass_over()


def _take_nodes(window: JsonWindow, graph: Graph, vocabulary: Vocabulary) -> None:
    for entry in window.elements():
        node = vocabulary.canonical(entry)
        if isinstance(node, dict):
            if "next" in node:  # a part of a catalog would be taken for the whole
                raise FetchFailed("harvest-paged")
            members = node.pop("dataset", ())
            graph.add(node)
            for member in members if isinstance(members, list) else [members]:
                _take_member(member, graph)


def _take_member(member: Any, graph: Graph) -> None:
    """A dataset of a catalog: told there, or by name."""
    if isinstance(member, str):
        graph.add_member(member)
    elif isinstance(member, dict):
        name = member.get("@id")
        graph.add_member(name if isinstance(name, str) and len(member) == 1 else graph.add(member))


@dataclass(frozen=True)
class _Reading:
    """Datasets out of a graph."""

    graph: Graph
    url: str

    def dataset(self, node: Node) -> HarvestedDataset | None:
        identifier = _text(node.get("identifier")) or _text(node.get("@id"))
        title = titles(node.get("title")) or titles(node.get("name"))
        if not identifier or identifier.startswith("_:") or not title:
            return None
        licence = self._licence(node)
        files = tuple(self._distributions(node.get("distribution")))
        starts, ends = self._temporal(node.get("temporal"))
        return HarvestedDataset(
            identifier=identifier, title=title, description=descriptions(node.get("description")),
            publisher=self._publisher(node.get("publisher")),
            licence=licence or next((entry.licence for entry in files if entry.licence), ""),
            landing_page=self._address(node.get("landingPage")) or address(node.get("@id")),
            issued=time(_text(node.get("issued"))), modified=time(_text(node.get("modified"))),
            starts=starts, ends=ends, distributions=files,
        )  # fmt: skip

    def _distributions(self, value: Any) -> Iterator[HarvestedDistribution]:
        for entry in (value if isinstance(value, list) else [value])[:MOST_DISTRIBUTIONS]:
            for node in objects(self.graph.followed(entry)):
                where = self._address(node.get("downloadURL")) or self._address(node.get("accessURL"))
                if where:
                    yield HarvestedDistribution(
                        address=where, title=titles(node.get("title")),
                        media_type=media_type(_text(node.get("mediaType")), _text(node.get("format"))),
                        bytes=size(_text(node.get("byteSize"))), checksum=self._checksum(node.get("checksum")),
                        licence=self._licence(node),
                    )  # fmt: skip

    def _checksum(self, value: Any) -> Checksum | None:
        for node in objects(self.graph.followed(first(value))):
            return Checksum.read(_text(node.get("algorithm")), _text(node.get("checksumValue")))
        return None

    def _temporal(self, value: Any) -> tuple[str, str]:
        """From when to when data are, by one dct:PeriodOfTime (DCAT 3, 6.17) or DCAT-US 1.1's ``start/end``."""
        if isinstance(value, list) and len(value) != 1:
            return "", ""
        told = self.graph.followed(first(value))
        if isinstance(told, dict) and "@value" not in told:
            return time(_text(told.get("startDate"))), time(_text(told.get("endDate")))
        starts, _, ends = _text(told).partition("/")
        return time(starts), time(ends)

    def _publisher(self, value: Any) -> Texts:
        told = self.graph.followed(first(value))
        if isinstance(told, dict):
            return titles(told.get("name")) or titles(told.get("title"))
        return {} if address(told) else titles(told)

    def _licence(self, node: Node) -> str:
        return _text(node.get("license"))

    def _address(self, value: Any) -> str:
        return address(_text(value), self.url)


def _text(value: Any) -> str:
    """A literal or a reference as text: the first, of a list."""
    entry = first(value)
    if isinstance(entry, dict):
        entry = entry.get("@value", entry.get("@id"))
    return plain(entry)
