from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.drafting.profiles import Profile

VALUES = ["", "—", "1", "007", "1,234.5", "2,5", "2020-01-02", "2016年12月", "true", "13800138000", "x", None]


def profile(*batches: list[str | None]) -> Profile:
    made = Profile()
    for batch in batches:
        made.add(pa.array(batch, pa.string()))
    return made


@given(st.lists(st.lists(st.sampled_from(VALUES), min_size=1, max_size=6), min_size=1, max_size=4))
def test_batches_are_counted_as_one_table(batches: list[list[str | None]]) -> None:
    several, whole = profile(*batches), profile([cell for batch in batches for cell in batch])
    assert (several.rows, several.missing, several.marked) == (whole.rows, whole.missing, whole.marked)
    assert (several.values, several.longest, several.kinds) == (whole.values, whole.longest, whole.kinds)
    for forms in (["integer"], ["number"], ["%Y-%m-%d"], ["%Y-%m-%d", "%Y年%m月"], ["digits"]):
        assert several.shapes.holds(*forms) == whole.shapes.holds(*forms)
    assert several.shapes.marks == whole.shapes.marks and several.shapes.has("code") == whole.shapes.has("code")
