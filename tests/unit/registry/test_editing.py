"""Values changed in place in YAML."""

from __future__ import annotations

import pytest
import yaml

from pipelines.registry.editing import with_value

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
