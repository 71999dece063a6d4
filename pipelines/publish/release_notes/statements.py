"""What a version changed, in sentences: the same in Markdown, in pages and wherever else they are told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.core.messages import listed, translate
from pipelines.disclose.small_cells.applying import SUPPRESSED, TREATMENT
from pipelines.publish.diff.fields import FieldChanges, compare_fields
from pipelines.publish.manifests import Manifest, load_deliveries
from pipelines.publish.records import SegmentDelivery
from pipelines.publish.release_notes.markdown import code, escaped, on_one_line
from pipelines.publish.stores import Store

#: Periods beyond so many are told by their ends.
_PERIODS = 12


@dataclass(frozen=True)
class Marks:
    """How what is put into a sentence is written: identifiers, periods and versions by ``code``, other texts by
    ``text``."""

    code: Callable[[str], str]
    text: Callable[[str], str]

    def listed(self, names: Iterable[str], language: str) -> str:
        """Identifiers, one after the other."""
        return listed(map(self.code, names), language)


MARKDOWN = Marks(code, escaped)
#: For what escapes by itself what it is given.
PLAIN = Marks(on_one_line, on_one_line)


def summary(manifest: Manifest, language: str) -> str:
    """A version's changes in one sentence."""
    changes = manifest.changes
    return translate("notes-summary", language, rows=manifest.rows, added=changes.rows_added,
                     removed=changes.rows_removed, changed=changes.rows_changed)  # fmt: skip


def statements(manifest: Manifest, previous: Manifest | None, language: str, marks: Marks) -> list[str]:
    """What a version changed: its size, periods, fields and description.

    Args:
        manifest: the version.
        previous: the version it followed; ``None`` for a dataset's first.
        language: ``zh`` or ``en``.
        marks: how identifiers and texts are written.
    """
    size = {"rows": manifest.rows, "periods": len(manifest.periods)}
    if previous is None:
        return [translate("notes-first", language, **size)]
    changes = manifest.changes
    lines = [translate("notes-follows", language, previous=marks.code(previous.version), before=previous.rows, **size)]
    for name in ("added", "changed", "removed"):
        periods = getattr(changes, f"periods_{name}")
        if periods:
            lines.append(translate(f"notes-periods-{name}", language, periods=_some(periods, language, marks)))
    if manifest.restores:
        lines.append(translate("notes-restores", language, version=marks.code(manifest.restores)))
    lines += _fields(compare_fields(previous.schema, manifest.schema), language, marks)
    if changes.metadata_changed:
        lines.append(translate("notes-metadata-changed", language))
    return lines


def _fields(fields: FieldChanges, language: str, marks: Marks) -> list[str]:
    lines = []
    if fields.added:
        lines.append(translate("notes-fields-added", language, fields=marks.listed(fields.added, language)))
    if fields.removed:
        lines.append(translate("notes-fields-removed", language, fields=marks.listed(fields.removed, language)))
    for entry in fields.retyped:
        retyped = {"field": marks.code(entry.name), "old": marks.text(entry.old), "new": marks.text(entry.new)}
        lines.append(translate("notes-field-retyped", language, **retyped))
    if fields.redefined:
        lines.append(translate("notes-fields-redefined", language, fields=marks.listed(fields.redefined, language)))
    if fields.old_key != fields.new_key:
        keys = {
            "old": marks.listed(fields.old_key, language) or "-",
            "new": marks.listed(fields.new_key, language) or "-",
        }
        lines.append(translate("notes-key-changed", language, **keys))
    return lines


def _some(periods: Sequence[str], language: str, marks: Marks) -> str:
    if len(periods) <= _PERIODS:
        return marks.listed(periods, language)
    ends = marks.code(periods[0]), marks.code(periods[-1])
    return translate("notes-periods-range", language, first=ends[0], last=ends[1], count=len(periods))


def treatments(manifest: Manifest, previous: Manifest | None, language: str, marks: Marks) -> list[str]:
    """What was withheld or changed and was not so, or not on that basis, in the version before."""
    known = {dataclasses.replace(entry, rows=0) for entry in previous.receipt} if previous else set()
    lines = []
    for entry in manifest.receipt:
        if dataclasses.replace(entry, rows=0) in known or entry.treatment == SUPPRESSED:
            continue
        if entry.treatment == TREATMENT:
            shown = {"field": marks.code(entry.published_as or entry.field), "level": marks.code(str(entry.level))}
            lines.append(translate("notes-small-cells", language, k=entry.k or 0, **shown))
            continue
        params = {
            "field": marks.code(entry.field),
            "attribute": marks.text(entry.attribute),
            "treatment": marks.text(entry.treatment),
        }
        if entry.basis:
            lines.append(translate("notes-receipt", language, basis=marks.text(entry.basis), **params))
        else:
            lines.append(translate("notes-receipt-without-basis", language, **params))
    return list(dict.fromkeys(lines))


#: A delivery, and the period that it is about.
Arrived = tuple[str, SegmentDelivery]


def arrived(store: Store, manifest: Manifest, previous: Manifest | None) -> list[Arrived]:
    """Deliveries that the version before had no rows of. Reads those of segments that are not in both alone.

    Raises:
        CorruptStore: when deliveries cannot be read.
    """
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


def sequence_of(delivery: SegmentDelivery) -> str:
    """A delivery's number among those of its department and period: its identifier ends in it."""
    return delivery.delivery.rpartition(".")[2]
