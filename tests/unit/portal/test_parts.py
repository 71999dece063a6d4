"""Small parts of pages: lists cut into pages, trends, ranks, and values as they are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.portal.filters import anchor, mailto, percent, size, web
from pipelines.portal.listing import entry_pages, headings
from pipelines.portal.register_rows import MonthOfDepartment
from pipelines.portal.scoreboard import Scoreboard, standings
from pipelines.portal.trend import trend


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(1, 12))
def test_pages_have_all_entries_once_under_their_headings(counts: list[int], per_page: int) -> None:
    found = headings([(f"h{number}", count) for number, count in enumerate(counts)], per_page)
    entries = [(heading.key, number) for heading in found for number in range(heading.count)]
    pages = list(entry_pages(found, entries, per_page))
    assert [entry for page in pages for _, part in page.parts for entry in part] == entries
    assert all(entry[0] == heading.key for page in pages for heading, part in page.parts for entry in part)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.total for page in pages} == {len(pages)} and len(pages) == max(1, -(-len(entries) // per_page))
    assert all(sum(len(part) for _, part in page.parts) == per_page for page in pages[:-1])
    for heading in found:
        if heading.count:
            first = next(page for page in pages for named, _ in page.parts if named == heading)
            assert first.number == heading.page


@given(st.text())
def test_an_address_of_mail_is_one_address_and_nothing_else(text: str) -> None:
    link = mailto(text)
    assert link == "" or re.fullmatch(r"mailto:[A-Za-z0-9!$*+%._~-]+@[A-Za-z0-9%._~-]+", link)


def test_addresses_of_mail_are_quoted() -> None:
    assert mailto("open.data+x@city.example") == "mailto:open.data+x@city.example"
    assert mailto("a?bcc=b@city.example") == "mailto:a%3Fbcc%3Db@city.example"
    assert mailto("a&b%c#d@数据.cn") == "mailto:a%26b%25c%23d@%E6%95%B0%E6%8D%AE.cn"
    for text in ("nobody", "", "a@b@c", "a b@c", "a@b,c@d", "javascript:alert(1)@x", "<a@b>", "a@b\r\nBcc: c"):
        assert mailto(text) == ""


def test_values_are_written_for_people() -> None:
    assert [percent(share) for share in (0, 0.5, 0.9938, 0.9999, 1)] == ["0%", "50%", "99.3%", "99.9%", "100%"]
    assert percent(0.29) == "29%" and percent(0.001) == "0.1%"
    assert [size(count) for count in (0, 999, 1000, 123_456, 5_000_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "123 kB",
        "5.0 MB",
    ]
    assert web("https://x.example") and not web("javascript:alert(1)") and not web("//x")
    assert anchor('a"b /c') == "of-a-b--c"


def test_a_trend_leaves_gaps_where_nothing_is_known() -> None:
    drawn = trend([("1", 0.0), ("2", 1.0), ("3", None), ("4", 0.5)])
    assert drawn.lines == ("3.0,21.0 33.0,3.0",) and drawn.dots == ((93.0, 12.0),)
    assert trend([("1", 1.0)]).lines == () and trend([]).dots == () and trend([("1", None), ("2", None)]).dots == ()


def month(department: str, month: str, share: float | None) -> MonthOfDepartment:
    name = {"zh": department, "en": department}
    return MonthOfDepartment(department, name, month, 1, 1, 0, 0, 0, share, share, None, 1, 0, 0)


@pytest.mark.parametrize("order", [1, -1])
def test_equals_share_a_rank_and_the_next_is_as_many_places_lower(order: int) -> None:
    shares = [("a", 0.5), ("b", 1.0), ("c", 0.5), ("d", None), ("e", 0.1)][::order]
    board = Scoreboard.of([month(name, "2026-02", share) for name, share in shares] + [month("f", "2026-01", 1.0)])
    names = {name: {"zh": name, "en": name} for name in "fedcba"}
    found = standings(board, names, {"a": 3})
    assert [(each.id, each.rank, each.tied) for each in found] == [
        ("b", 1, False), ("a", 2, True), ("c", 2, True), ("e", 4, False), ("d", None, False), ("f", None, False),
    ]  # fmt: skip
    assert found[1].datasets == 3 and found[-1].score is None
