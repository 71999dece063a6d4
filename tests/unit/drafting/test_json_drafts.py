"""Drafts from the forms that tables take in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drafting import draft

from pipelines.drafting import CannotDraft

ROWS = [[f"T{number}", number * 2.5] for number in range(6)]
OBJECTS = [{"tree": tree, "height": height} for tree, height in ROWS]
LABELS = ["tree", "height"]
FEATURES = [
    {"type": "Feature", "id": number, "properties": record, "geometry": {"type": "Point", "coordinates": [number, 1]}}
    for number, record in enumerate(OBJECTS)
]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (OBJECTS, {}),
        ([LABELS, *ROWS], {}),
        ({"result": {"total": 6, "records": OBJECTS, "fields": [{"id": "_id"}, *({"id": name} for name in LABELS)]}},
         {"records": "result.records"}),
        ({"columns": LABELS, "index": list(range(6)), "data": ROWS}, {"records": "data", "labels": "columns"}),
        ({"fields": [{"id": name, "type": "text"} for name in LABELS], "records": ROWS},
         {"records": "records", "labels": "fields"}),
        ({"meta": {"view": {"tags": ["x", "y", "z"], "columns": [{"id": -1, "name": name} for name in LABELS]}},
          "data": ROWS}, {"records": "data", "labels": "meta.view.columns"}),
    ],
)  # fmt: skip
def test_the_table_of_a_document_is_found(tmp_path: Path, document: Any, expected: dict[str, str]) -> None:
    made = draft(tmp_path, "t.json", json.dumps(document).encode())
    layout = made.layout
    assert {name: getattr(layout, name) for name in ("records", "labels") if getattr(layout, name)} == expected
    assert (made.types, made.drafted.rows) == ({"tree": "string", "height": "number"}, 6)


@pytest.mark.parametrize("as_lines", [False, True])
def test_features_are_drafted_with_their_geometry(tmp_path: Path, as_lines: bool) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": FEATURES})
    if as_lines:
        text = "".join(json.dumps(feature) + "\n" for feature in FEATURES)
    made = draft(tmp_path, "t.geojson", text.encode())
    assert made.layout.geometry == "text"
    assert set(made.layout.columns) == {"tree", "height", "feature.id", "feature.geometry"}
    assert "geometry" in made.remarks


@pytest.mark.parametrize("as_lines", [False, True])
def test_nested_objects_become_columns(tmp_path: Path, as_lines: bool) -> None:
    records = [{"tree": tree, "at": {"road": f"R{number}", "no": number}} for number, (tree, _) in enumerate(ROWS)]
    text = "".join(json.dumps(record) + "\n" for record in records) if as_lines else json.dumps(records)
    made = draft(tmp_path, "t.json", text.encode())
    assert made.layout.nested == "flatten"
    assert set(made.layout.columns) == {"tree", "at.road", "at.no"}
    assert "nested" in made.remarks


def test_objects_that_would_make_columns_of_one_name_stay_text(tmp_path: Path) -> None:
    records = [{"tree": tree, "at": {"road": number}, "at.road": number} for number, (tree, _) in enumerate(ROWS)]
    assert draft(tmp_path, "t.json", json.dumps(records).encode()).layout.nested == "text"


def test_lists_that_are_left_out_are_told(tmp_path: Path) -> None:
    document = {"columns": LABELS, "rows": ROWS, "other": [[0, 1]] * 50, "13800138000": {"more": OBJECTS[:2]}}
    made = draft(tmp_path, "t.json", json.dumps({**document, "seen": ["x"]}).encode())
    [told] = [message.params for message in made.drafted.assumed if message.id == "draft-lists-left"]
    assert told == {"taken": "other (50)", "left": "rows (6), #1.more (2)"}


@pytest.mark.parametrize("text", ['{"data": [{"a": 1}, {"a": 2, "a": 3}]}', '{"data": [{"a": 1}, {"a": 2}]'])
def test_damage_within_a_document_is_told_as_such(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotDraft) as caught:
        draft(tmp_path, "t.json", text.encode())
    [(message, remedy)] = caught.value.reasons
    assert (message.id, remedy.id) == ("read-json-no-document", "read-json-no-document-remedy")
