"""Notes of one version of a dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from pipelines.core.messages import translate
from pipelines.disclose.small_cells.applying import SUPPRESSED, TREATMENT
from pipelines.publish.diff.fields import FieldChanges, compare_fields
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.manifests import Manifest, load_deliveries
from pipelines.publish.records import SegmentDelivery
from pipelines.publish.release_notes.markdown import code, escaped, listed, table
from pipelines.publish.stores import Store

#: Chinese first, as in all texts of the catalog that have both.
LANGUAGES = (("zh", "notes-chinese"), ("en", "notes-english"))
#: Beyond so many a list is told by its ends, or cut.
_PERIODS, _DELIVERIES = 12, 100


def version_notes(store: Store, manifest: Manifest, previous: Manifest | None) -> str:
    """What a version changed, in Markdown, in Chinese and English.

    Args:
        store: what has the deliveries of its segments.
        manifest: the version.
        previous: the version it followed; ``None`` for a dataset's first.

    Raises:
        CorruptStore: when deliveries cannot be read.
    """
    arrived = _arrived(store, manifest, previous)
    lines = [f"# {title(manifest)} {manifest.version}", "", code(manifest.dataset)]
    for language, name in LANGUAGES:
        lines += ["", f"## {translate(name, language)}", ""]
        if manifest.note:
            lines += [f"> {escaped(manifest.note[language])}", ""]
        lines += [f"- {line}" for line in _statements(manifest, previous, language)]
        lines += _rows(manifest.changes.rows, language)
        lines += _deliveries(arrived, manifest, language)
        lines += _receipts(manifest, previous, language)
    return "\n".join([*lines, ""])


def summary(manifest: Manifest, language: str) -> str:
    """A version's changes in one sentence."""
    changes = manifest.changes
    return translate("notes-summary", language, rows=manifest.rows, added=changes.rows_added,
                     removed=changes.rows_removed, changed=changes.rows_changed)  # fmt: skip


def title(manifest: Manifest) -> str:
    """A dataset's title in both languages, as Markdown."""
    return " | ".join(escaped(manifest.metadata["title"][language]) for language, _ in LANGUAGES)


def _statements(manifest: Manifest, previous: Manifest | None, language: str) -> list[str]:
    size = {"rows": manifest.rows, "periods": len(manifest.periods)}
    if previous is None:
        return [translate("notes-first", language, **size)]
    changes = manifest.changes
    lines = [translate("notes-follows", language, previous=code(previous.version), before=previous.rows, **size)]
    for name in ("added", "changed", "removed"):
        periods = getattr(changes, f"periods_{name}")
        if periods:
            lines.append(translate(f"notes-periods-{name}", language, periods=_some(periods, language)))
    if manifest.restores:
        lines.append(translate("notes-restores", language, version=code(manifest.restores)))
    lines += _fields(compare_fields(previous.schema, manifest.schema), language)
    if changes.metadata_changed:
        lines.append(translate("notes-metadata-changed", language))
    return lines


def _fields(fields: FieldChanges, language: str) -> list[str]:
    lines = []
    if fields.added:
        lines.append(translate("notes-fields-added", language, fields=listed(fields.added)))
    if fields.removed:
        lines.append(translate("notes-fields-removed", language, fields=listed(fields.removed)))
    for entry in fields.retyped:
        retyped = {"field": code(entry.name), "old": escaped(entry.old), "new": escaped(entry.new)}
        lines.append(translate("notes-field-retyped", language, **retyped))
    if fields.redefined:
        lines.append(translate("notes-fields-redefined", language, fields=listed(fields.redefined)))
    if fields.old_key != fields.new_key:
        keys = {"old": listed(fields.old_key) or "-", "new": listed(fields.new_key) or "-"}
        lines.append(translate("notes-key-changed", language, **keys))
    return lines


def _some(periods: Sequence[str], language: str) -> str:
    if len(periods) <= _PERIODS:
        return listed(periods)
    ends = code(periods[0]), code(periods[-1])
    return translate("notes-periods-range", language, first=ends[0], last=ends[1], count=len(periods))


def _rows(counts: Sequence[PeriodChanges], language: str) -> list[str]:
    if not counts:
        return []
    headings = [translate(f"notes-{name}", language) for name in ("period", "added", "removed", "changed")]
    rows = [(code(entry.period), str(entry.added), str(entry.removed), str(entry.changed)) for entry in counts]
    return _section("notes-rows", language, table(headings, rows, right=3))


#: A delivery, and the period that it is about.
_Arrived = tuple[str, SegmentDelivery]


def _arrived(store: Store, manifest: Manifest, previous: Manifest | None) -> list[_Arrived]:
    """Deliveries that the version before had no rows of. Reads those of segments that are not in both alone."""
    before = {segment.sources.sha256: segment for segment in previous.segments} if previous else {}
    after = {segment.sources.sha256: segment for segment in manifest.segments}
    known = {
        entry.delivery
        for sha256, segment in before.items()
        if sha256 not in after
        for entry in load_deliveries(store, segment)
    }
    return [
        (segment.period, entry)
        for sha256, segment in after.items()
        if sha256 not in before
        for entry in load_deliveries(store, segment)
        if entry.delivery not in known
    ]


def _deliveries(new: Sequence[_Arrived], manifest: Manifest, language: str) -> list[str]:
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
    # A delivery's identifier ends in its sequence number.
    sequence = entry.delivery.rpartition(".")[2]
    return code(period), escaped(names.get(entry.organisation, entry.organisation)), code(sequence), str(entry.rows)


def _receipts(manifest: Manifest, previous: Manifest | None, language: str) -> list[str]:
    """What was withheld or changed and was not so, or not on that basis, in the version before."""
    known = {dataclasses.replace(entry, rows=0) for entry in previous.receipt} if previous else set()
    lines = []
    for entry in manifest.receipt:
        if dataclasses.replace(entry, rows=0) in known or entry.treatment == SUPPRESSED:
            continue
        if entry.treatment == TREATMENT:
            shown = {"field": code(entry.published_as or entry.field), "level": code(str(entry.level))}
            lines.append(translate("notes-small-cells", language, k=entry.k or 0, **shown))
            continue
        params = {
            "field": code(entry.field),
            "attribute": escaped(entry.attribute),
            "treatment": escaped(entry.treatment),
        }
        if entry.basis:
            lines.append(translate("notes-receipt", language, basis=escaped(entry.basis), **params))
        else:
            lines.append(translate("notes-receipt-without-basis", language, **params))
    return _section("notes-disclosure", language, [f"- {line}" for line in dict.fromkeys(lines)]) if lines else []


def _section(heading: str, language: str, lines: Sequence[str]) -> list[str]:
    return ["", f"### {translate(heading, language)}", "", *lines]
