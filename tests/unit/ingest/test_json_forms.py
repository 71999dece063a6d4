"""The forms that tables take in JSON: lists of lists, labels elsewhere, nested objects, GeoJSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingesting import read_files, rows_of

from pipelines.core.errors import DeliveryRejected
from pipelines.core.records import RawTable
from pipelines.ingest.readers.json_outline import lists_of
from pipelines.ingest.readers.json_shapes import LabelsClash, Shape
from pipelines.ingest.readers.json_stream import records
from pipelines.registry.layouts import Layout

JSON = {"format": "json"}
NAMED = {"tree_id": "tree_id", "height": "height"}
TREES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": 7, "properties": {"tree_id": "A1", "at": {"x": 1}},
         "geometry": {"type": "Point", "coordinates": [116.40, 39.9]}},
        {"type": "Feature", "properties": {"tree_id": "A2", "height": 3.50}, "geometry": None},
        {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": []}, "bbox": [1]},
    ],
}  # fmt: skip


def of(folder: Path, document: Any, name: str = "t.json", **layout: Any) -> RawTable:
    text = document if isinstance(document, str) else json.dumps(document)
    return read_files(folder, {name: text.encode()}, {**JSON, **layout})


def rejected(folder: Path, document: Any, **layout: Any) -> tuple[str, int | None]:
    with pytest.raises(DeliveryRejected) as caught:
        of(folder, document, **layout)
    [finding] = caught.value.findings
    assert finding.message.text("en") and finding.message.text("zh") and finding.remedy.text("zh")
    return finding.rule, finding.location.row


def test_the_first_of_lists_of_cells_is_their_header(tmp_path: Path) -> None:
    raw = of(tmp_path, '[["tree_id", "height"], ["A1", 3.50], ["A2"], ["A3", null, "more"]]', columns=NAMED)
    assert raw.labels == ("tree_id", "height")
    assert rows_of(raw) == [[2, "A1", "3.50"], [3, "A2", None], [4, "A3", None]]
    assert (raw.rows, raw.rows_in_files, raw.excluded) == (3, 4, {"header": 1})


def test_the_header_of_lists_may_stand_elsewhere_and_take_several(tmp_path: Path) -> None:
    lists = [["Trees of 2025"], ["tree", ""], ["id", "height"], ["A1", 3]]
    raw = of(
        tmp_path,
        {"data": lists},
        records="data",
        header_row=2,
        header_rows=2,
        columns={"tree/id": "tree_id", "height": "height"},
    )
    assert rows_of(raw) == [[4, "A1", "3"]]
    assert (raw.labels[0], raw.excluded) == ("tree_id", {"preamble": 1, "header": 2})


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"columns": ["tree_id", "height"], "index": [0], "data": [["A1", 3]]}, ("columns", "data")),
        ({"fields": [{"type": "text", "id": "tree_id"}, {"id": "height"}], "records": [["A1", 3]]},
         ("fields", "records")),
        ({"data": [["A1", 3]], "meta": {"view": {"id": "x", "columns": [{"id": 1, "name": "tree_id"},
                                                                       {"id": 2, "name": "height"}]}}},
         ("meta.view.columns", "data")),
    ],
)  # fmt: skip
def test_labels_may_stand_in_a_list_of_their_own(tmp_path: Path, document: Any, where: tuple[str, str]) -> None:
    raw = of(tmp_path, document, labels=where[0], records=where[1])
    assert raw.labels == ("tree_id", "height")
    assert rows_of(raw) == [[1, "A1", "3"]]
    assert (raw.rows_in_files, raw.excluded) == (1, {})


def test_what_stands_before_the_labels_is_not_held(tmp_path: Path) -> None:
    # Longer than any one value may be.
    rows = [[f"A{number}", "x" * 1_000] for number in range(17_500)]
    raw = of(tmp_path, {"data": rows, "columns": ["tree_id", "note"]}, labels="columns", records="data")
    assert raw.rows == 17_500


def test_objects_inside_records_become_columns(tmp_path: Path) -> None:
    document = [
        {"tree_id": "A1", "at": None, "tags": [{"a": 1}], "keeper": {}},
        {"tree_id": "A2", "at": {"x": 1.0, "road": {"name": "一", "no": {}}}, "keeper": {}},
        {"tree_id": "A3", "at": "unknown"},
    ]
    raw = of(tmp_path, document, nested="flatten")
    assert raw.labels == ("tree_id", "at", "tags", "keeper", "at.x", "at.road.name", "at.road.no")
    assert rows_of(raw)[0] == [1, "A1", None, '[{"a":1}]', None, None, None, None]
    assert rows_of(raw)[1] == [2, "A2", None, None, None, "1.0", "一", None]
    assert rows_of(raw)[2][2] == "unknown"
    # Where an object stands for nothing in some records, that adds no column.
    assert of(tmp_path, document[:2], nested="flatten").labels[1] == "tags"


def test_objects_stay_text_without_being_asked_for(tmp_path: Path) -> None:
    assert rows_of(of(tmp_path, [{"at": {"x": 1}}])) == [[1, '{"x":1}']]


def test_lines_hold_nested_objects_features_and_lists_too(tmp_path: Path) -> None:
    lines = '{"tree_id": "A1", "at": {"x": 1}}\n\n{"tree_id": "A2", "at": {"y": 2}}\n'
    raw = of(tmp_path, lines, "t.jsonl", format="jsonl", nested="flatten")
    assert (raw.labels, rows_of(raw)) == (("tree_id", "at.x", "at.y"), [[1, "A1", "1", None], [3, "A2", None, "2"]])
    features = "\n".join(json.dumps(feature) for feature in TREES["features"])
    assert of(tmp_path, features, "t.jsonl", format="jsonl", geometry="text").rows == 3
    lists = '["tree_id", "height"]\n["A1", 3]\n'
    raw = of(tmp_path, lists, "t.jsonl", format="jsonl", columns=NAMED)
    assert (rows_of(raw), raw.findings) == ([[2, "A1", "3"]], ())


def test_features_have_their_properties_as_columns_and_geometries_as_text(tmp_path: Path) -> None:
    raw = of(tmp_path, TREES, geometry="text", nested="flatten")
    assert raw.labels == ("tree_id", "at.x", "feature.id", "feature.geometry", "height", "feature.bbox")
    assert rows_of(raw) == [
        [1, "A1", "1", "7", '{"type":"Point","coordinates":[116.4,39.9]}', None, None],
        [2, "A2", None, None, None, "3.5", None],
        [3, None, None, None, '{"type":"Point","coordinates":[]}', None, "[1]"],
    ]
    assert (raw.rows_in_files, raw.excluded, raw.findings) == (3, {}, ())


def test_geometries_that_are_left_out_are_counted(tmp_path: Path) -> None:
    raw = of(tmp_path, TREES, geometry="leave_out")
    assert "feature.geometry" not in raw.labels
    [finding] = raw.findings
    assert (finding.rule, finding.message.params) == ("geometry-left-out", {"rows": 2})


@pytest.mark.parametrize(
    ("document", "layout", "expected"),
    [
        ('[["a"], {"a": 1}]', {}, ("json-not-a-list", 2)),
        ('[{"a": 1}, ["a"]]', {}, ("json-not-an-object", 2)),
        ('[["a"], ["\\ud800"]]', {}, ("json-damaged", 2)),
        ('[["tree_id"], [1]', {}, ("json-damaged", 3)),
        ('{"c": [1, "b"], "d": [{"a": 1}]}', {"labels": "c", "records": "d"}, ("json-not-a-list", 1)),
        ('{"c": [["a"]], "d": [[1]]}', {"labels": "c", "records": "d"}, ("json-no-labels", None)),
        ('{"d": [[1]]}', {"labels": "c", "records": "d"}, ("json-no-list", None)),
        ('[{"a": {"b": 1}, "a.b": 2}]', {"nested": "flatten"}, ("json-labels-clash", 1)),
        ('{"features": [{"type": "Feature", "properties": {"feature.id": 1}, "id": 2}]}', {"geometry": "text"},
         ("json-labels-clash", 1)),
        ('{"features": [{"type": "Point", "properties": {}}]}', {"geometry": "text"}, ("json-not-a-feature", 1)),
        ('[{"a": ' + '{"a": ' * 70 + "1" + "}" * 71 + "]", {"nested": "flatten"}, ("json-too-deep", 1)),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_layout_is_told(
    tmp_path: Path, document: str, layout: dict[str, Any], expected: tuple[str, int | None]
) -> None:
    assert rejected(tmp_path, document, **layout) == expected


@pytest.mark.parametrize(
    "layout",
    [
        {"format": "csv", "nested": "flatten"},
        {"format": "jsonl", "labels": "columns"},
        {"format": "json", "labels": "columns", "geometry": "text"},
    ],
)
def test_forms_that_go_with_nothing_are_no_layouts(layout: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="labels goes with"):
        Layout.model_validate({"name": "x", **layout})


KEYS = st.sampled_from(["a", "b", "c", "a.b"])
VALUES = st.recursive(
    st.sampled_from([None, 1, "x", "", [1, 2], []]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_no_value_is_lost_when_objects_are_taken_apart(record: dict[str, Any]) -> None:
    expected = list(_leaves(record, ()))
    paths = [".".join(path) for path, _ in expected]
    shape = Shape(True, None)
    if len(set(paths)) < len(paths):
        with pytest.raises(LabelsClash):
            shape.cells(record)
    else:
        assert dict(shape.cells(record)) == dict(zip(paths, (value for _, value in expected), strict=True))


def _leaves(value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            yield from _leaves(inner, (*path, key))
        else:
            yield (*path, key), None if isinstance(inner, Mapping) else inner


PARTS = ["1", '{"a":[1]}', "[", "]", "{", "}", ",", ":", '"r"', '"a":', "[]", "{}", "null"]


@given(st.lists(st.sampled_from(PARTS), max_size=9).map("".join))
def test_what_is_passed_over_is_looked_at_as_closely_as_what_is_read(middle: str) -> None:
    text = f'{{"x": {middle}, "r": [1, 2]}}'
    try:
        whole = json.loads(text, object_pairs_hook=_once)
    except ValueError:
        whole = None
    for read in (lambda stream: list(records(stream, ("r",))), lists_of):
        try:
            read(io.StringIO(text))
        except ValueError:
            assert whole is None or "r" not in whole
        else:
            assert whole is not None


@pytest.mark.parametrize("number", ["-12.5", "3e+10", "4E-7", "0.25e1", "7"])
@pytest.mark.parametrize("digits", range(1, 8))
def test_numbers_may_lie_across_the_blocks_that_are_read(number: str, digits: int) -> None:
    before = '{"x": ['
    filled = " " * ((1 << 16) - digits - len(before))
    text = f'{before}{filled}{number}, {number}], "r": [{number}]}}'
    assert list(records(io.StringIO(text), ("r",))) == [number]
    assert [found.first for found in lists_of(io.StringIO(text))] == [number, number]
    alone = "[" + filled + " " * (len(before) - 1) + number
    assert list(records(io.StringIO(alone + "]"), ())) == [number]
    for cut in (alone + "e]", alone + "."):
        with pytest.raises(ValueError):
            list(records(io.StringIO(cut), ()))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeated")
    return dict(pairs)
