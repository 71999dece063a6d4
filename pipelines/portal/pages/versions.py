"""The pages about versions of a dataset: a list of all, one of each, and how each is cited.

An old version's page is made once: it names no newer version but the one after it, and tells by its digest whether
something of it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipelines.catalog.metadata.facts import FileFacts
from pipelines.catalog.metadata.gathering import listed_files, segment_files
from pipelines.catalog.metadata.texts import Texts, apart, cut, long, longs, shorts
from pipelines.portal.citation import CITATION_FILES, Citation, citation_files
from pipelines.portal.pages.putting import are_made, digest_of, put_pages
from pipelines.portal.places import LANGUAGES, version_place, versions_place
from pipelines.portal.rendering import Site
from pipelines.portal.sources import DatasetSource, GoneSource
from pipelines.portal.usage import MOST_FILES, Usage
from pipelines.portal.versions import VersionLine, neighbours
from pipelines.portal.withheld import blurred, field_titles, newly_blurred, newly_treated, treated
from pipelines.portal.writing import PageWriter
from pipelines.publish import (
    Manifest,
    Part,
    Store,
    Tombstone,
    load_manifest,
    load_tombstone,
    manifest_path,
)
from pipelines.publish.download_files import FILES
from pipelines.publish.release_notes import PLAIN, Arrived, arrived, sequence_of, statements
from pipelines.publish.signing.signatures import version_sums_path

#: Versions that a dataset's page tells of, and that a page of the list has.
NEWEST, PER_PAGE = 10, 200
#: On a version's page: periods, deliveries and objects; characters of a sentence.
_PERIODS, _DELIVERIES, _OBJECTS, _SENTENCE = 200, 100, 100, 1000


@dataclass(frozen=True)
class ToldVersion:
    """A version with what it changed: ``released`` is UTC, ``changes`` sentences by language; ``withdrawn``: it is not
    shown any more."""

    line: VersionLine
    released: str
    withdrawn: bool
    changes: Mapping[str, list[str]]


@dataclass(frozen=True)
class Delivered:
    """A delivery behind a version: its period, who delivered it, its number and its rows."""

    period: str
    organisation: Mapping[str, str]
    number: str
    rows: int
    kept_out: int


def newest_versions(source: DatasetSource) -> tuple[ToldVersion, ...]:
    """The newest versions, newest first.

    Raises:
        CorruptStore: when a manifest cannot be read.
    """
    return tuple(_told(source, line, *_manifests(source.store, line)) for line in source.lines[:NEWEST])


def _told(source: DatasetSource | GoneSource, line: VersionLine, manifest: Manifest,
          previous: Manifest | None) -> ToldVersion:  # fmt: skip
    withdrawn = line.version in source.stones
    changes = {language: [] if withdrawn else _sentences(manifest, previous, language) for language in LANGUAGES}
    return ToldVersion(line, _released(source, line), withdrawn, changes)


def _sentences(manifest: Manifest, previous: Manifest | None, language: str) -> list[str]:
    return [cut(text, _SENTENCE) for text in statements(manifest, previous, language, PLAIN)]


def _manifests(store: Store, line: VersionLine) -> tuple[Manifest, Manifest | None]:
    return load_manifest(store, line.manifest), load_manifest(store, line.previous) if line.previous else None


def _released(source: DatasetSource | GoneSource, line: VersionLine) -> str:
    return source.released.get(line.version, source.snapshot.released)


def version_pages(site: Site, source: DatasetSource, pages: PageWriter) -> None:
    """Make the list of all versions, and the page of each.

    Raises:
        CorruptStore: when something cannot be read.
        OSError: when the store cannot be read or written.
    """
    list_versions(site, source, source.facts.title, pages)
    made = {path.split("/")[2]: modified for path, modified in _downloads(source.store, source.dataset)}
    placed = zip(source.lines, neighbours(source.lines, source.stones), strict=True)
    for line, (before, after) in placed:
        if line.version in source.stones:
            withdrawn_page(site, source, line, source.facts.title, after, pages)
            continue
        page = _VersionPage(site, source, line, before, after, pages)
        shown = (line.manifest, before, after, _released(source, line), made.get(line.version))
        page.make(digest_of([*shown, source.facts.publisher.name]))


def _downloads(store: Store, dataset: str) -> Iterator[tuple[str, float]]:
    """Lists of files that were made for download, and when."""
    for entry in store.entries(f"downloads/{dataset}"):
        if entry.path.endswith(f"/{FILES}"):
            yield entry.path, entry.modified


def list_versions(site: Site, source: DatasetSource | GoneSource, title: Mapping[str, str], pages: PageWriter) -> None:
    """Make the list of all versions, newest first; full pages have the oldest, so that they stay as they are."""
    count = len(source.lines)
    full = max(0, count - 1) // PER_PAGE
    for number in range(full, -1, -1):
        oldest, newest = number * PER_PAGE, min(count, (number + 1) * PER_PAGE)
        lines = source.lines[count - newest : count - oldest]
        rows = [ToldVersion(line, _released(source, line), line.version in source.stones, {}) for line in lines]
        place = list_place(source.dataset, number, full)
        shown = [(row.line.manifest, row.released, row.withdrawn) for row in rows]
        digest = digest_of([number, full - number > 1, shown, title])
        context = {
            "dataset": source.dataset, "title": title, "versions": rows, "count": count if number == full else None,
            "newer": list_place(source.dataset, number + 1, full) if number < full else None,
            "older": list_place(source.dataset, number - 1, full) if number else None,
        }  # fmt: skip
        put_pages(site, pages, "versions.html.j2", place, context, digest)


def list_place(dataset: str, number: int, last: int) -> str:
    """A page of the list of versions: the newest without a number, others counted from the oldest, 1."""
    return versions_place(dataset) if number == last else f"{versions_place(dataset)}{number + 1}/"


def withdrawn_page(site: Site, source: DatasetSource | GoneSource, line: VersionLine, title: Mapping[str, str],
                   after: str | None, pages: PageWriter) -> None:  # fmt: skip
    """Make the page that says why a version was withdrawn, and what there is instead.

    Raises:
        CorruptStore: when the tombstone cannot be read.
    """
    sha256 = source.stones.get(line.version)
    stone = load_tombstone(source.store, sha256) if sha256 else None
    shown = source.dataset in source.snapshot.datasets
    context = {
        "dataset": source.dataset, "title": title, "version": line.version, "released": _released(source, line),
        "withdrawals": [told_withdrawal(stone)] if stone else [], "manifest_sha256": line.manifest,
        "manifest_path": manifest_path(line.manifest), "after": after, "shown": shown,
        "theme": source.entry.theme,
    }  # fmt: skip
    digest = digest_of([line.manifest, sha256, after, shown, title, _released(source, line)])
    place = version_place(source.dataset, line.version)
    put_pages(site, pages, "version_withdrawn.html.j2", place, context, digest)


@dataclass(frozen=True)
class ToldWithdrawal:
    """A withdrawal as pages tell it."""

    withdrawn: str
    reason: Texts
    basis: Texts
    bytes_removed: bool


def told_withdrawal(stone: Tombstone) -> ToldWithdrawal:
    """What a tombstone says."""
    return ToldWithdrawal(stone.withdrawn, longs(stone.reason), apart(long(stone.basis)), stone.bytes_removed)


def citation_of(site: Site, source: DatasetSource, line: VersionLine, manifest: Manifest) -> Citation:
    """How a version is cited: by the title that it had, and who published it, which is the unit that answers for it
    where there were several."""
    about = source.about
    publishers = manifest.metadata["publishers"]
    return Citation(
        dataset=source.dataset, version=line.version, title=shorts(manifest.metadata["title"]),
        publisher=shorts(publishers[0]["name"]) if len(publishers) == 1 else source.facts.publisher.name,
        catalog=about.title, released=_released(source, line)[:10], manifest=line.manifest,
        address=f"{about.addresses.version(source.dataset, line.version)}/" if site.has_address else "",
    )  # fmt: skip


@dataclass(frozen=True)
class _VersionPage:
    site: Site
    source: DatasetSource
    line: VersionLine
    before: str | None
    after: str | None
    pages: PageWriter

    def make(self, digest: str) -> None:
        place = version_place(self.source.dataset, self.line.version)
        names = [f"{place}{name}" for name in CITATION_FILES]
        if all(self.pages.is_made(path, digest) for path in names) and are_made(self.pages, place, digest):
            return
        context = self._context()
        for path, content in zip(names, citation_files(context["cited"]), strict=True):
            self.pages.put(path, content, digest)
        put_pages(self.site, self.pages, "version.html.j2", place, context, digest)

    def _context(self) -> dict[str, Any]:
        source, line = self.source, self.line
        manifest, previous = _manifests(source.store, line)
        made = listed_files(source.store, source.dataset, line.version)
        objects = list(islice(_objects(manifest), _OBJECTS))
        new = arrived(source.store, manifest, previous)
        base = source.about.addresses.base if self.site.has_address else ""
        told_files = made or [file for _, file in objects] if len(manifest.parts) <= MOST_FILES else ()
        usage = Usage(base, manifest.theme, source.dataset, line.version, told_files, ())
        sums = version_sums_path(source.dataset, line.version)
        told = _told(source, line, manifest, previous)
        return {
            "title": shorts(manifest.metadata["title"]), "dataset": source.dataset, "told": told, "line": line,
            "manifest": manifest, "manifest_sha256": line.manifest, "manifest_path": manifest_path(line.manifest),
            "before": self.before, "after": self.after, "cited": citation_of(self.site, source, line, manifest),
            "periods": manifest.changes.rows[-_PERIODS:], "period_count": len(manifest.changes.rows),
            "deliveries": [_delivered(entry, manifest) for entry in new[:_DELIVERIES]], "delivery_count": len(new),
            **self._treatments(manifest, previous),
            "files": made, "objects": objects, "object_count": len(manifest.parts),
            "sums_path": sums if source.store.size(sums) is not None else None,
            "in_catalog": usage.in_catalog(), "in_shell": usage.in_shell() if told_files else None,
        }  # fmt: skip

    def _treatments(self, manifest: Manifest, previous: Manifest | None) -> dict[str, Any]:
        titles = field_titles(self.source.catalog, self.source.dataset)
        before = (treated(previous, titles), blurred(previous)) if previous else ((), ())
        return {
            "treated": newly_treated(treated(manifest, titles), before[0]),
            "blurred": newly_blurred(blurred(manifest), before[1]),
        }


def _objects(manifest: Manifest) -> Iterator[tuple[Part, FileFacts]]:
    """The files that a version consists of, newest period first."""
    for segment in reversed(manifest.segments):
        yield from segment_files(manifest, segment)


def _delivered(entry: Arrived, manifest: Manifest) -> Delivered:
    period, delivery = entry
    names = {each["id"]: each["name"] for each in manifest.metadata["publishers"]}
    name = shorts(names.get(delivery.organisation, dict.fromkeys(LANGUAGES, delivery.organisation)))
    kept_out = int(delivery.quality.get("rows_quarantined") or 0)
    return Delivered(period, name, sequence_of(delivery), delivery.rows, kept_out)
