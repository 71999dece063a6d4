"""Notes of one version of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.core.messages import translate
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.manifests import Manifest
from pipelines.publish.records import SegmentDelivery
from pipelines.publish.release_notes.markdown import code, escaped, table
from pipelines.publish.release_notes.statements import (
    MARKDOWN,
    Arrived,
    arrived,
    sequence_of,
    statements,
    treatments,
)
from pipelines.publish.stores import Store

#: Chinese first, as in all texts of the catalog that have both.
LANGUAGES = (("zh", "notes-chinese"), ("en", "notes-english"))
#: Beyond so many a list is cut.
_DELIVERIES = 100


def version_notes(store: Store, manifest: Manifest, previous: Manifest | None) -> str:
    """What a version changed, in Markdown, in Chinese and English.

    Args:
        store: what has the deliveries of its segments.
        manifest: the version.
        previous: the version it followed; ``None`` for a dataset's first.

    Raises:
        CorruptStore: when deliveries cannot be read.
    """
    new = arrived(store, manifest, previous)
    lines = [f"# {title(manifest)} {manifest.version}", "", code(manifest.dataset)]
    for language, name in LANGUAGES:
        lines += ["", f"## {translate(name, language)}", ""]
        if manifest.note:
            lines += [f"> {escaped(manifest.note[language])}", ""]
        lines += _bullets(statements(manifest, previous, language, MARKDOWN))
        lines += _rows(manifest.changes.rows, language)
        lines += _deliveries(new, manifest, language)
        if treated := treatments(manifest, previous, language, MARKDOWN):
            lines += _section("notes-disclosure", language, _bullets(treated))
    return "\n".join([*lines, ""])


def title(manifest: Manifest) -> str:
    """A dataset's title in both languages, as Markdown."""
    return " | ".join(escaped(manifest.metadata["title"][language]) for language, _ in LANGUAGES)


def _rows(counts: Sequence[PeriodChanges], language: str) -> list[str]:
    if not counts:
        return []
    headings = [translate(f"notes-{name}", language) for name in ("period", "added", "removed", "changed")]
    rows = [(code(entry.period), str(entry.added), str(entry.removed), str(entry.changed)) for entry in counts]
    return _section("notes-rows", language, table(headings, rows, right=3))


def _deliveries(new: Sequence[Arrived], manifest: Manifest, language: str) -> list[str]:
    if not new:
        return []
    names = {entry["id"]: entry["name"][language] for entry in manifest.metadata["publishers"]}
    headings = [translate(f"notes-{name}", language) for name in _DELIVERY]
    rows = [_delivery(period, entry, names) for period, entry in new[:_DELIVERIES]]
    lines = table(headings, rows, right=2)
    if len(new) > len(rows):
        lines += ["", translate("notes-more-deliveries", language, count=len(new) - len(rows))]
    return _section("notes-deliveries", language, lines)


_DELIVERY = ("period", "organisation", "delivery", "delivered-rows")


def _delivery(period: str, entry: SegmentDelivery, names: Mapping[str, str]) -> tuple[str, ...]:
    name = names.get(entry.organisation, entry.organisation)
    return code(period), escaped(name), code(sequence_of(entry)), str(entry.rows)


def _bullets(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _section(heading: str, language: str, lines: Sequence[str]) -> list[str]:
    return ["", f"### {translate(heading, language)}", "", *lines]
