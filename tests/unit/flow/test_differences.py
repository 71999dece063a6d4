"""Why a segment that was made again is not the published one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from publishing import public_schema

from pipelines.flow.rebuilding.differences import differences
from pipelines.publish import Part, PublishedSegment, Segment, SegmentDelivery, Sources, tool_versions

DELIVERY = SegmentDelivery("tree_inventory.2025.parks_office.1", "parks_office", "d", 2, {})
MADE = Segment("2025", (Part("a" * 64, 9, 2, "b" * 64),), public_schema(), Sources.of([DELIVERY]), ())


def told(published: Segment, tools: Mapping[str, str] | None = None, delivery: SegmentDelivery = DELIVERY) -> list[str]:
    messages = differences(
        PublishedSegment("tree_inventory", published, ("1.0.0",), tools or tool_versions(), True), [delivery], MADE
    )
    assert all(message.text("zh") != message.text("en") for message in messages)
    return [message.id for message in messages]


def test_the_same_rows_written_by_other_tools() -> None:
    other_bytes = replace(MADE, parts=(replace(MADE.parts[0], sha256="c" * 64),))
    assert told(other_bytes, {**tool_versions(), "duckdb": "1.4.0"}) == ["flow-rebuild-tools", "flow-rebuild-same-rows"]


def test_other_rows_and_other_values() -> None:
    other_values = replace(MADE, parts=(replace(MADE.parts[0], logical_hash="c" * 64),))
    assert told(other_values) == ["flow-rebuild-values"]
    assert told(other_values, delivery=replace(DELIVERY, rows=3)) == ["flow-rebuild-rows"]


def test_another_schema() -> None:
    schema = public_schema()
    schema["primaryKey"] = ["tree_id", "species"]
    assert told(replace(MADE, schema=schema)) == ["flow-rebuild-fields", "flow-rebuild-same-rows"]
