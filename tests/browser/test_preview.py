"""Paging through the rows of a version on its dataset's page."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
from browsing import GROVES, HOSTILE, READINGS, Watched
from playwright.sync_api import Locator, Route, expect

from pipelines.core.paths import Workspace
from pipelines.portal.preview import first_rows, value_text
from pipelines.publish import FolderStore, latest_snapshot, load_manifest, object_path

ROWS = sum(GROVES.values())


def rows_of(workspace: Workspace, dataset: str, *firsts: int, most: int = 20) -> list[list[list[str]]]:
    """Rows from some on as the page's own would be, ``∅`` for what is missing."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    manifest = load_manifest(store, snapshot.datasets[dataset].manifest)
    table = pa.concat_tables(pq.read_table(store.local(object_path(part.sha256))) for part in manifest.parts)
    return [
        [["∅" if (text := value_text(row[name])) is None else text for name in row] for row in rows]
        for rows in (table.slice(first, most).to_pylist() for first in firsts)
    ]


def shown(watched: Watched) -> list[list[str]]:
    rows: list[list[str]] = watched.page.locator("#preview-table").evaluate(
        "table => Array.from(table.tBodies[0].rows, row => Array.from(row.cells, cell => cell.textContent))"
    )
    return rows


def button(watched: Watched, name: str) -> Locator:
    return watched.page.locator("#preview-paging").get_by_role("button", name=name, exact=True)


def status(watched: Watched, text: str) -> None:
    expect(watched.page.locator("#preview-status")).to_have_text(text)


def test_the_last_rows_of_a_large_dataset(watched: Watched, workspace: Workspace) -> None:
    watched.open("en/datasets/grove_inventory/")
    own = shown(watched)
    assert len(own) == 20
    button(watched, "First").wait_for()
    assert not [address for address in watched.asked if "hyparquet" in address or "/objects/" in address]
    first, before, after, last = rows_of(workspace, "grove_inventory", 0, 199_980, 200_000, ROWS - 20)
    button(watched, "Last").click()
    status(watched, "Rows 299,981 to 300,000 of 300,000.")
    assert shown(watched) == last
    button(watched, "Next").dispatch_event("click")
    button(watched, "First").click()
    status(watched, "Rows 1 to 20 of 300,000.")
    assert shown(watched) == own == first
    watched.page.get_by_label("Go to row").fill(str(GROVES["2024"] + 1))
    watched.page.get_by_label("Go to row").press("Enter")
    status(watched, "Rows 200,001 to 200,020 of 300,000.")
    assert shown(watched) == after
    button(watched, "Previous").click()
    status(watched, "Rows 199,981 to 200,000 of 300,000.")
    assert shown(watched) == before


def test_no_more_than_pages_are_read(watched: Watched) -> None:
    sizes = []
    watched.page.on("response", lambda response: sizes.append((response.status, response.headers["content-length"])))
    watched.open("en/datasets/grove_inventory/")
    sizes.clear()
    button(watched, "Last").click()
    status(watched, "Rows 299,981 to 300,000 of 300,000.")
    parts = [int(size) for answered, size in sizes if answered == 206]
    assert parts
    assert sum(parts) < 1_500_000


def test_values_are_exact_and_as_on_the_page_itself(watched: Watched, workspace: Workspace) -> None:
    [expected] = rows_of(workspace, "readings", 0, most=READINGS)
    watched.open("en/datasets/readings/")
    own = shown(watched)
    assert own == expected[:20]
    found = []
    button(watched, "Next").click()
    status(watched, "Rows 21 to 40 of 45.")
    found += shown(watched)
    button(watched, "Next").click()
    status(watched, "Rows 41 to 45 of 45.")
    found += shown(watched)
    button(watched, "First").click()
    status(watched, "Rows 1 to 20 of 45.")
    assert shown(watched) + found == expected
    assert watched.page.locator("#preview-table .number").count() > 0


def test_a_page_without_more_rows_has_nothing_to_press(watched: Watched, workspace: Workspace) -> None:
    watched.open("en/datasets/lamp_inventory/")
    assert len(shown(watched)) == len(HOSTILE)
    assert watched.page.locator("#preview-paging").count() == 0
    assert watched.page.locator("#preview-table img, #preview-table script, #preview-table a").count() == 0
    assert watched.page.locator("body[data-hacked]").count() == 0


def test_a_host_without_ranges_is_told_in_plain_words(watched: Watched) -> None:
    watched.page.route("**/objects/**", lambda route: route.fulfill(status=200, body="x" * 1000))
    watched.open("en/datasets/grove_inventory/")
    own = shown(watched)
    button(watched, "Last").click()
    expect(watched.page.locator("#preview-status")).to_contain_text("gives files only whole")
    assert shown(watched) == own
    watched.page.unroute("**/objects/**")

    def broken(route: Route) -> None:
        route.fulfill(status=206, body=b"\x00" * 1000)

    watched.page.route("**/objects/**", broken)
    button(watched, "Last").click()
    expect(watched.page.locator("#preview-status")).to_contain_text("could not be read")
    watched.page.unroute("**/objects/**")
    button(watched, "Last").click()
    status(watched, "Rows 299,981 to 300,000 of 300,000.")


def test_paging_keeps_the_focus(watched: Watched) -> None:
    watched.open("datasets/readings/")
    button(watched, "下一页").focus()
    watched.page.keyboard.press("Enter")
    status(watched, "第 21 至 40 行，共 45 行。")
    watched.page.keyboard.press("Enter")
    status(watched, "第 41 至 45 行，共 45 行。")
    watched.page.keyboard.press("Enter")
    expect(button(watched, "下一页")).to_be_focused()
    expect(button(watched, "下一页")).to_have_attribute("aria-disabled", "true")


def test_the_static_rows_are_the_first_ones(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    manifest = load_manifest(store, snapshot.datasets["readings"].manifest)
    assert [row[0] for row in first_rows(store, manifest).rows] == [str(number) for number in range(1, 21)]
