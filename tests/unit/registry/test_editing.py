"""Values changed in place in YAML."""

from __future__ import annotations

import pytest
import yaml

from pipelines.registry.editing import with_entry_after, with_item_before, with_last_item, with_value

TEXT = """\
# 目录 of trees
title: {zh: 树, en: Trees}   # both
layouts:
  - name: first   # as delivered
    header_row: 4  # below the title
    columns: {编号: id}
  - {name: second, format: csv}
  -
    name: third
"""


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_value_changes_and_everything_else_stays(place: int) -> None:
    changed = with_value(TEXT, ("layouts", place, "header_row"), "7")
    wanted = yaml.safe_load(TEXT)
    wanted["layouts"][place]["header_row"] = 7
    assert yaml.safe_load(changed) == wanted
    kept = [line for line in TEXT.splitlines() if line in changed.splitlines()]
    assert len(kept) >= len(TEXT.splitlines()) - 1
    assert changed.count("#") == TEXT.count("#")


@pytest.mark.parametrize("key", [("layouts", 3, "x"), ("title", "zh", "x"), ("nothing", "x"), ("layouts", "x")])
def test_what_is_not_there_is_refused(key: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        with_value(TEXT, key, "1")


ROOMY = """\
layouts:
  # the first kind
  - name: first
    columns:
      # what it is
      "编号": id  # unique
      树种: species

    encoding:
    - utf-8  # by right
    # and no other
    steps: [{step: trim}]

  # the second kind
  # (older)
  - name: second
    encoding: [utf-8]
    columns: {编号: id, 树种: species}
"""


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("before", ["编号", "树种", "nothing"])
@pytest.mark.parametrize("label", ["树种名称", "a: b", "#2", "'x", "- y", "null", "{z", "2025"])
def test_an_entry_stands_behind_another(place: int, before: str, label: str) -> None:
    changed = with_entry_after(ROOMY, ("layouts", place, "columns"), before, label, None)
    wanted = yaml.safe_load(ROOMY)
    wanted["layouts"][place]["columns"][label] = None
    assert yaml.safe_load(changed) == wanted
    assert kept_lines(changed) >= len(ROOMY.splitlines()) - place
    keys = list(yaml.safe_load(changed)["layouts"][place]["columns"])
    assert keys.index(label) == (1 if before == "编号" else 2)


@pytest.mark.parametrize("place", [0, 1])
def test_a_list_has_one_more_item(place: int) -> None:
    changed = with_last_item(ROOMY, ("layouts", place, "encoding"), "gb18030")
    wanted = yaml.safe_load(ROOMY)
    wanted["layouts"][place]["encoding"].append("gb18030")
    assert yaml.safe_load(changed) == wanted
    assert kept_lines(changed) >= len(ROOMY.splitlines()) - place


@pytest.mark.parametrize("place", [0, 1])
def test_an_item_stands_before_the_comments_of_the_next(place: int) -> None:
    item = {"name": "new", "columns": {"树": None, "2": "b"}, "shared": [["x"]] * 2}
    changed = with_item_before(ROOMY, ("layouts",), place, item)
    wanted = yaml.safe_load(ROOMY)
    wanted["layouts"].insert(place, item)
    assert yaml.safe_load(changed) == wanted
    assert kept_lines(changed) == len(ROOMY.splitlines())
    assert changed.index("name: new") < changed.index(["# the first kind", "# the second kind"][place])


def kept_lines(changed: str) -> int:
    lines = changed.splitlines()
    return sum(1 for line in ROOMY.splitlines() if line in lines)


def test_lists_and_mappings_that_are_not_there_are_refused() -> None:
    with pytest.raises(KeyError):
        with_entry_after(ROOMY, ("layouts", 0, "steps"), "a", "b", None)
    with pytest.raises(KeyError):
        with_last_item(ROOMY, ("layouts", 0, "columns"), "b")
    with pytest.raises(KeyError):
        with_item_before(ROOMY, ("layouts", 0, "steps"), 0, {})
