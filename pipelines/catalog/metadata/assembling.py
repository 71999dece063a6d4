"""The catalog's documents, put together of what was kept of each dataset: one of them in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

from pipelines.catalog.harvested import HarvestedSource
from pipelines.catalog.metadata import data_package, dcat_us, sitemap
from pipelines.catalog.metadata.addresses import FOLDER, ROBOTS, SITEMAP, harvested_pages
from pipelines.catalog.metadata.dcat_ap import catalog_nodes, distinct
from pipelines.catalog.metadata.facts import CatalogFacts
from pipelines.catalog.metadata.foreign_catalogs import ForeignCatalog
from pipelines.catalog.metadata.graph import (
    JSON_LD_CLOSING,
    JSON_LD_OPENING,
    TURTLE_OPENING,
    Node,
    iri,
    json_ld_line,
    node,
    turtle,
)
from pipelines.catalog.metadata.state import MetadataState
from pipelines.core.digests import json_digest
from pipelines.core.files import scratch_folder
from pipelines.publish import Snapshot, Store

JSON_LD, TURTLE, DATA_JSON, DCAT_US, PACKAGE = (
    f"{FOLDER}/{name}" for name in ("catalog.jsonld", "catalog.ttl", "data.json", "dcat-us.jsonld", "datapackage.json")
)
#: What there is of every catalog.
DOCUMENTS = (JSON_LD, TURTLE, DATA_JSON, DCAT_US, PACKAGE, SITEMAP, ROBOTS)


@dataclass(frozen=True)
class Assembly:
    """What the catalog's documents are made of; ``organisations`` are those of the registry."""

    catalog: CatalogFacts
    snapshot: Snapshot
    state: MetadataState
    organisations: tuple[str, ...]
    foreign: tuple[ForeignCatalog, ...] = ()
    """Catalogs elsewhere, whose datasets are told beside this one's."""

    @property
    def issued(self) -> str:
        """When the catalog was first released."""
        return self.state.first_released or self.snapshot.released

    @property
    def head(self) -> tuple[Node, ...]:
        """The catalog's own nodes."""
        own = distinct(catalog_nodes(self.catalog, self.issued, self.snapshot.released))
        further = [node(self.catalog.addresses.catalog, dcat__catalog=iri(each.address)) for each in self.foreign]
        return (*own, *further)

    @property
    def digest(self) -> str:
        """Changes whenever the documents do."""
        names = [each.address for each in self.foreign]
        listed = [(each.source, harvested_pages(each.datasets)) for each in self._listed]
        return json_digest([self.snapshot.number, self.state.digests, names, listed])

    @property
    def _listed(self) -> list[HarvestedSource]:
        """Catalogs elsewhere whose datasets can be read, so that there are pages about them."""
        told = self.state.harvested
        return [each.source for each in self.foreign if each.source.source in told]

    def write(self, store: Store, work: Path) -> None:
        """Put all documents in place, each in one step.

        Args:
            store: the catalog.
            work: private folder for scratch files.
        """
        with scratch_folder(work, "metadata") as folder:
            for path, pieces in self._documents():
                store.replace_with(path, _written(folder / "document", pieces))
            self._write_sitemap(store, folder)
        store.replace(ROBOTS, sitemap.robots(self.catalog.addresses).encode())

    def _documents(self) -> Iterator[tuple[str, Iterable[str]]]:
        about, number, released = self.catalog, self.snapshot.number, self.snapshot.released
        yield JSON_LD, self._json_ld()
        yield TURTLE, self._turtle()
        opening = dcat_us.catalog_opening(about, self.issued, released)
        yield DCAT_US, _with_list(opening, "dataset", self.state.parts("dcat_us"))
        yield DATA_JSON, _with_list(dcat_us.catalog_opening_1_1(about), "dataset", self.state.parts("data_json"))
        package = data_package.catalog_opening(about, number, released)
        yield PACKAGE, _with_list(package, "resources", self.state.parts("package"))

    def _json_ld(self) -> Iterator[str]:
        yield JSON_LD_OPENING
        nodes = chain(map(json_ld_line, self.head), self._shared(0), self.state.parts("json_ld"))
        yield from _separated(nodes)
        yield JSON_LD_CLOSING

    def _turtle(self) -> Iterator[str]:
        yield TURTLE_OPENING
        yield from chain(map(turtle, self.head), self._shared(1), self.state.parts("turtle"))

    def _shared(self, form: int) -> Iterator[str]:
        """What datasets share, each once, in one of the two forms that are kept."""
        told = {entry.id.text for entry in self.head if entry.id}
        for text in self.state.parts("shared"):
            nodes: Mapping[str, list[str]] = json.loads(text)
            for name in nodes.keys() - told:
                yield nodes[name][form]
            told |= nodes.keys()

    def _write_sitemap(self, store: Store, folder: Path) -> None:
        at = self.catalog.addresses
        themes = [theme.id for theme in self.catalog.themes]
        own = sitemap.site_pages(at, themes, self.organisations, self.snapshot.released)
        pages = chain(own, self.state.parts("page"), sitemap.harvested(at, self._listed))
        texts = enumerate(sitemap.sitemaps(pages), 1)
        files = [_written(folder / sitemap.part_path(number), text) for number, text in texts]
        parts = files if len(files) > 1 else []
        for number, file in enumerate(parts, 1):
            store.replace_with(sitemap.part_path(number), file)
        if parts:
            store.replace(SITEMAP, sitemap.index(len(parts), at).encode())
        else:
            store.replace_with(SITEMAP, files[0])
        _remove_parts(store, len(parts))


def _remove_parts(store: Store, kept: int) -> None:
    """Remove parts of an earlier sitemap that had more; the last first, so that none is left behind a gap."""
    paths = takewhile(lambda path: store.size(path) is not None, map(sitemap.part_path, count(kept + 1)))
    for path in reversed(list(paths)):
        store.remove(path)


def _written(file: Path, pieces: Iterable[str]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(pieces)
    return file


def _with_list(opening: Mapping[str, Any], name: str, entries: Iterable[str]) -> Iterator[str]:
    """A JSON object whose last member is a list with an entry on each line."""
    yield f"{json.dumps(opening, ensure_ascii=False)[:-1]}, {json.dumps(name)}: [\n"
    yield from _separated(entries)
    yield "\n]}\n"


def _separated(entries: Iterable[str]) -> Iterator[str]:
    between = ""
    for entry in entries:
        yield between + entry
        between = ",\n"
