"""When a page is made again: only where something that it shows has changed, in whichever process."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from pipelines.portal.pages.putting import digest_of


@dataclass(frozen=True)
class Shown:
    title: str


@given(st.sets(st.text()))
def test_a_set_is_its_members_in_whatever_order(names: set[str]) -> None:
    told = digest_of({"shown": sorted(names), "told": Shown("a")})
    backwards = dict.fromkeys(sorted(names, reverse=True)).keys()
    for each in (names, frozenset(names), backwards):
        assert digest_of({"shown": each, "told": Shown("a")}) == told
    assert digest_of({"shown": names, "told": Shown("b")}) != told
    assert digest_of({"shown": {*names, "one more " * 9}, "told": Shown("a")}) != told
