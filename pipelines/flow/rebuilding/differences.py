"""Why a segment that was made again is not the published one, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.core.messages import Message
from pipelines.publish import PublishedSegment, Segment, SegmentDelivery, tool_versions
from pipelines.publish.changes import Content, changes_between


def differences(
    published: PublishedSegment, deliveries: Sequence[SegmentDelivery], made: Segment
) -> tuple[Message, ...]:
    """What is different besides the bytes: fields, tools, rows. ``deliveries`` are the published segment's."""
    rows = _rows(published.segment, deliveries, made)
    return (*_fields(published.segment, made), *_tools(published.tools), *rows)


def _fields(published: Segment, made: Segment) -> Iterator[Message]:
    then, now = (Content({}, segment.schema, (segment,)) for segment in (published, made))
    changes = changes_between(then, now)
    names = (*changes.fields_added, *changes.fields_removed, *changes.fields_retyped, *changes.fields_redefined)
    if names or changes.key_changed:
        yield Message("flow-rebuild-fields", {"fields": ", ".join(dict.fromkeys(names)) or "primaryKey"})


def _tools(then: Mapping[str, str]) -> Iterator[Message]:
    now = tool_versions()
    changed = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    if changed:
        listed = ", ".join(f"{name} {then.get(name, '-')} → {now.get(name, '-')}" for name in changed)
        yield Message("flow-rebuild-tools", {"tools": listed})


def _rows(published: Segment, deliveries: Sequence[SegmentDelivery], made: Segment) -> Iterator[Message]:
    if [part.logical_hash for part in published.parts] == [part.logical_hash for part in made.parts]:
        yield Message("flow-rebuild-same-rows")
        return
    now = {entry.delivery: entry.rows for entry in made.sources.content or ()}
    changed = [
        f"{entry.delivery}: {entry.rows} → {now[entry.delivery]}"
        for entry in deliveries
        if entry.rows != now.get(entry.delivery, entry.rows)
    ]
    if changed:
        yield Message("flow-rebuild-rows", {"deliveries": ", ".join(changed)})
    else:
        yield Message("flow-rebuild-values")
