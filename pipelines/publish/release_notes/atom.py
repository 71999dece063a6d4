"""The newest versions as an Atom feed (RFC 4287).

Every entry is one line of the file, and a link names the snapshot that the feed tells of, so that the next feed is
made of the last one's lines without parsing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pipelines.core.messages import translate
from pipelines.publish.manifests import Manifest
from pipelines.publish.release_notes.markdown import on_one_line
from pipelines.publish.release_notes.snapshots import Brought, Left, Withdrawn
from pipelines.publish.release_notes.versions import LANGUAGES, summary
from pipelines.publish.snapshots import Snapshot, snapshot_path
from pipelines.registry import Catalog

#: A feed has so many entries at most.
NEWEST = 50
_ENTRY, _ID, _END = "<entry>", "<id>", "</id>"


@dataclass(frozen=True)
class FeedAbout:
    """What a feed says of its catalog: the identifier, and title and author in both languages."""

    catalog: str
    title: Mapping[str, str]
    author: Mapping[str, str]

    @classmethod
    def of(cls, catalog: Catalog) -> FeedAbout:
        """What the registry says; the author is the catalog's publisher."""
        said = catalog.descriptor
        publisher = catalog.organisations[said.publisher]
        names = {"zh": publisher.name_zh, "en": publisher.name_en}
        return cls(said.id, {"zh": said.title.zh, "en": said.title.en}, names)


def entries_of(
    about: FeedAbout,
    snapshot: Snapshot,
    brought: Iterable[Brought],
    left: Iterable[Left] = (),
    withdrawn: Iterable[Withdrawn] = (),
) -> list[str]:
    """An entry, on one line, for each version that a snapshot brought, each dataset that left it, each withdrawal.

    A dataset that left because it was withdrawn has one entry, with the reason.
    """
    lines = []
    for version in brought:
        manifest = version.manifest
        said = [summary(manifest, language) for language, _ in LANGUAGES]
        if manifest.note:
            said += [manifest.note[language] for language, _ in LANGUAGES]
        lines.append(
            _entry(about, snapshot, manifest, f"{_title(manifest)} {manifest.version}", said, manifest.version)
        )
    for entry in withdrawn:
        said = [entry.text(language, on_one_line) for language, _ in LANGUAGES]
        lines.append(_gone(about, snapshot, entry.manifest, "notes-tombstone-title", said))
    for gone in left:
        said = [translate("notes-withdrawn", language, version=gone.manifest.version) for language, _ in LANGUAGES]
        lines.append(_gone(about, snapshot, gone.manifest, "notes-withdrawn-title", said))
    return lines


def feed(about: FeedAbout, snapshot: Snapshot, entries: Sequence[str]) -> str:
    """The feed of a snapshot.

    Args:
        about: whose feed it is.
        snapshot: the newest release.
        entries: lines of :func:`entries_of`, newest first; of those with one identifier the first counts.
    """
    newest: dict[str, str] = {}
    for line in entries:
        newest.setdefault(line.partition(_ID)[2].partition(_END)[0], line)
    return "\n".join([
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_text(f'urn:gongkai:{about.catalog}')}</id>",
        f"<title>{_text(_both(about.title))}</title>",
        f"<author><name>{_text(_both(about.author))}</name></author>",
        f"<updated>{_text(snapshot.released)}</updated>",
        told(snapshot.number),
        *list(newest.values())[:NEWEST],
        "</feed>",
        "",
    ])  # fmt: skip


def told(number: int) -> str:
    """The line by which a feed says which snapshot it tells of."""
    return f'<link rel="via" type="application/json" href={quoteattr(snapshot_path(number))}/>'


def entries_in(lines: Iterable[str]) -> list[str]:
    """The entries among a feed's lines, newest first."""
    return [line for line in lines if line.startswith(_ENTRY)]


def _gone(about: FeedAbout, snapshot: Snapshot, manifest: Manifest, heading: str, said: Sequence[str]) -> str:
    titles = manifest.metadata["title"]
    headline = " | ".join(translate(heading, language, title=titles[language]) for language, _ in LANGUAGES)
    return _entry(about, snapshot, manifest, headline, said, f"withdrawn:{snapshot.number}")


def _entry(about: FeedAbout, snapshot: Snapshot, manifest: Manifest, headline: str, said: Sequence[str],
           what: str) -> str:  # fmt: skip
    identifier = f"urn:gongkai:{about.catalog}:{manifest.dataset}:{what}"
    notes = f"notes/{manifest.dataset}/{manifest.version}.md"
    return "".join([
        f"{_ENTRY}<id>{_text(identifier)}</id>",
        f"<title>{_text(headline)}</title>",
        f"<updated>{_text(snapshot.released)}</updated>",
        f"<category term={quoteattr(on_one_line(manifest.theme))}/>",
        # By this, readers that follow one dataset find its versions, corrections and withdrawals alone.
        f"<category scheme={quoteattr(on_one_line(_datasets(about)))} term={quoteattr(manifest.dataset)}/>",
        f"<link rel=\"alternate\" type=\"text/markdown\" href={quoteattr(notes)}/>",
        f"<summary>{_text(' '.join(said))}</summary></entry>",
    ])  # fmt: skip


def _datasets(about: FeedAbout) -> str:
    return f"urn:gongkai:{about.catalog}:datasets"


def _title(manifest: Manifest) -> str:
    return _both(manifest.metadata["title"])


def _both(texts: Mapping[str, str]) -> str:
    return " | ".join(texts[language] for language, _ in LANGUAGES)


def _text(text: str) -> str:
    return escape(on_one_line(text))
