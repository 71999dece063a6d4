"""The table of departments in a real browser: by any of its columns, with ranks that departments share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apiserving import Site, site_of
from browsing import Watched
from playwright.sync_api import Locator, expect
from register_rows import SCORES, city_with_registers, make_pages, score, tell

#: Share that was on time and number of due disclosures, by department.
MONTH = {"parks_office": ("0.5000", 10), "east_district_office": ("0.9000", 9), "zoo": (None, 9)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    workspace = city_with_registers(tmp_path_factory.mktemp("departments"))
    scores = [score(name, "2026-04", share, due=due) for name, (share, due) in MONTH.items()]
    tell(workspace, {SCORES: {"2026-04": scores}}, 2)
    make_pages(workspace)
    with site_of(workspace.catalog) as running:
        yield running


def shown(watched: Watched) -> list[tuple[str, str]]:
    """Rank and department of each row."""
    rows = watched.page.locator("table.scores tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.cells[0].textContent, row.cells[1].textContent])"
    )
    return [(rank.strip(), department.strip()) for rank, department in rows]


def heading_of(watched: Watched, name: str) -> Locator:
    button = watched.page.get_by_title(f"Sort by {name}", exact=True)
    return watched.page.get_by_role("columnheader").filter(has=button)


def test_departments_by_any_column(watched: Watched) -> None:
    watched.open("en/organisations/")
    status = watched.page.locator("[data-sort-status]")
    heading = heading_of(watched, "Due")
    button = heading.get_by_role("button")
    expect(button).to_have_attribute("title", "Sort by Due")
    assert shown(watched) == [("1", "East District"), ("2", "Parks Office"), ("–", "Bureau zoo")]
    button.click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert shown(watched) == [("1", "Parks Office"), ("2=", "East District"), ("2=", "Bureau zoo")]
    expect(status).to_have_text("Sorted by Due ↓. Departments with the same figure have the same rank.")
    # From the keyboard, the other way round; rows with the same figure keep their order.
    button.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert shown(watched) == [("1=", "East District"), ("1=", "Bureau zoo"), ("3", "Parks Office")]
    assert watched.violations() == []


def test_what_has_no_figure_comes_last_whichever_way(watched: Watched) -> None:
    watched.open("en/organisations/")
    heading = heading_of(watched, "On time")
    expect(heading).to_have_attribute("aria-sort", "descending")
    for way, order in (("ascending", ["Parks Office", "East District"]),
                       ("descending", ["East District", "Parks Office"])):  # fmt: skip
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", way)
        assert shown(watched) == [("1", order[0]), ("2", order[1]), ("–", "Bureau zoo")]


def test_departments_by_name_keep_their_ranks(watched: Watched) -> None:
    watched.open("en/organisations/")
    heading = heading_of(watched, "Department")
    heading.get_by_role("button").press("Space")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert [department for _, department in shown(watched)] == ["Bureau zoo", "East District", "Parks Office"]
    heading.get_by_role("button").press("Space")
    assert shown(watched) == [("2", "Parks Office"), ("1", "East District"), ("–", "Bureau zoo")]
    assert watched.page.locator("th[aria-sort]").count() == 1
    for name in ("Rank", "Trend"):
        assert watched.page.get_by_role("columnheader", name=name).get_by_role("button").count() == 0
