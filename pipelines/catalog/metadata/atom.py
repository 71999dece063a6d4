"""Atom feeds (RFC 4287): what was released, corrected and withdrawn, of the catalog, a theme or a dataset.

The catalog's feed is an archived one (RFC 5005, section 4): ``feed.atom`` has the newest entries, and each snapshot has
a document of its own that never changes and leads to the one before, so that a reader can walk through all there was.
Every entry is one line, so that feeds are put together of lines. Identifiers are URNs: they outlive a move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pipelines.catalog.metadata.addresses import FOLDER, archive_path
from pipelines.catalog.metadata.facts import CatalogFacts
from pipelines.catalog.metadata.texts import LANGUAGES, LONG, Texts, both, cut, said, same, short, shorts
from pipelines.publish import Manifest, Snapshot
from pipelines.publish.release_notes import SnapshotContents, on_one_line, summary, version_notes_path

FEED = f"{FOLDER}/feed.atom"
#: A feed has so many entries at most.
NEWEST = 50
_OPENING = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
_HISTORY = "http://purl.org/syndication/history/1.0"


@dataclass(frozen=True)
class Entry:
    """An entry of a feed. ``line`` is its XML; ``version`` the version that it tells the release of."""

    dataset: str
    theme: str
    version: str | None
    line: str


@dataclass(frozen=True)
class FeedAbout:
    """What a feed is about: the end of its identifier, its title, where it lies in the store, and the address of its
    page (absent: the catalog's)."""

    urn: str
    title: Texts
    path: str
    page: str | None = None


def entries_of(catalog: CatalogFacts, contents: SnapshotContents) -> Iterator[Entry]:
    """An entry for each version that a snapshot brought, each dataset that left it, each withdrawal.

    A dataset that left because it was withdrawn has one entry, with the reason.
    """
    writing = _Writing(catalog, contents.snapshot)
    for version in contents.brought:
        yield writing.version(version.manifest)
    told: set[str] = set()
    for entry in contents.withdrawn:
        told.add(entry.manifest.dataset)
        reason: Texts = {language: entry.text(language, on_one_line) for language in LANGUAGES}
        yield writing.gone(entry.manifest, "notes-tombstone-title", reason)
    for gone in contents.left:
        if gone.manifest.dataset not in told:
            reason = said("notes-withdrawn", version=same(gone.manifest.version))
            yield writing.gone(gone.manifest, "notes-withdrawn-title", reason)


@dataclass(frozen=True)
class _Writing:
    catalog: CatalogFacts
    snapshot: Snapshot

    def version(self, manifest: Manifest) -> Entry:
        lines = [summary(manifest, language) for language in LANGUAGES]
        if manifest.note:
            lines += [manifest.note[language] for language in LANGUAGES]
        title = f"{both(shorts(manifest.metadata['title']))} {manifest.version}"
        kind = manifest.correction or "release"
        line = self._line(manifest, title, kind, lines, manifest.version)
        return Entry(manifest.dataset, manifest.theme, manifest.version, line)

    def gone(self, manifest: Manifest, heading: str, reason: Texts) -> Entry:
        title = both(said(heading, title=shorts(manifest.metadata["title"])))
        what = f"withdrawn:{self.snapshot.number}"
        line = self._line(manifest, title, "withdrawal", [reason[language] for language in LANGUAGES], what)
        return Entry(manifest.dataset, manifest.theme, None, line)

    def _line(self, manifest: Manifest, title: str, kind: str, lines: Iterable[str], what: str) -> str:
        at, urn = self.catalog.addresses, _urn(self.catalog)
        notes = at.file(version_notes_path(manifest.dataset, manifest.version))
        return "".join([
            f"<entry><id>{_text(f'{urn}:{manifest.dataset}:{what}')}</id><title>{_text(title)}</title>",
            f"<updated>{_text(self.snapshot.released)}</updated>",
            _category(f"{urn}:themes", manifest.theme), _category(f"{urn}:datasets", manifest.dataset),
            _category(f"{urn}:kinds", kind),
            _link("alternate", "text/html", at.page(manifest.dataset)), _link("related", "text/markdown", notes),
            f"<summary>{_text(cut(' '.join(lines), LONG))}</summary></entry>",
        ])  # fmt: skip


def catalog_feed(catalog: CatalogFacts, updated: str, lines: Iterable[str], archived: int | None) -> str:
    """The catalog's feed; ``archived`` is the newest snapshot that has a document of its own."""
    about = FeedAbout("", catalog.title, FEED)
    return _feed(about, catalog, updated, lines, [*_before(catalog, archived)])


def archive(catalog: CatalogFacts, snapshot: Snapshot, lines: Iterable[str], before: int | None) -> str:
    """What a snapshot adds to the catalog's feed; ``before`` is the last one before it that has such a document."""
    about = FeedAbout(f":snapshot:{snapshot.number}", catalog.title, archive_path(snapshot.number))
    current = _link("current", "application/atom+xml", catalog.addresses.file(FEED))
    mark = f'<fh:archive xmlns:fh="{_HISTORY}"/>'
    return _feed(about, catalog, snapshot.released, lines, [mark, current, *_before(catalog, before)])


def part_feed(about: FeedAbout, catalog: CatalogFacts, updated: str, lines: Iterable[str]) -> str:
    """The feed of a theme or dataset."""
    return _feed(about, catalog, updated, lines, [])


def _before(catalog: CatalogFacts, snapshot: int | None) -> Iterator[str]:
    if snapshot is not None:
        yield _link("prev-archive", "application/atom+xml", catalog.addresses.file(archive_path(snapshot)))


def _feed(about: FeedAbout, catalog: CatalogFacts, updated: str, lines: Iterable[str], links: Iterable[str]) -> str:
    at = catalog.addresses
    author = f"<author><name>{_text(both(catalog.publisher.name))}</name><uri>{_text(at.base)}</uri></author>"
    return "\n".join([
        _OPENING, f"<id>{_text(_urn(catalog) + about.urn)}</id>", f"<title>{_text(short(both(about.title)))}</title>",
        author, f"<updated>{_text(updated)}</updated>", _link("self", "application/atom+xml", at.file(about.path)),
        _link("alternate", "text/html", about.page or at.base), *links, *lines, "</feed>", "",
    ])  # fmt: skip


def _urn(catalog: CatalogFacts) -> str:
    return f"urn:gongkai:{catalog.id}"


def _link(rel: str, media_type: str, address: str) -> str:
    return f'<link rel="{rel}" type="{media_type}" href={quoteattr(address)}/>'


def _category(scheme: str, term: str) -> str:
    return f"<category scheme={quoteattr(scheme)} term={quoteattr(on_one_line(term))}/>"


def _text(text: str) -> str:
    return escape(on_one_line(text))
