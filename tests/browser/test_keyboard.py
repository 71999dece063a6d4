"""A reader who has a keyboard and nothing else."""

from __future__ import annotations

from browsing import Watched
from playwright.sync_api import Locator, expect

#: More stops than any way here takes; whoever needs more is lost.
_STOPS = 60


def focused(watched: Watched) -> Locator:
    return watched.page.locator(":focus")


def tab_to(watched: Watched, wanted: Locator) -> None:
    """Press Tab until an element has the focus; each stop on the way must be seen, and be marked."""
    for _ in range(_STOPS):
        watched.page.keyboard.press("Tab")
        at = focused(watched)
        assert at.is_visible()
        style = at.evaluate("(element) => getComputedStyle(element).outlineStyle")
        assert style != "none", at.evaluate("(element) => element.outerHTML")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"not within {_STOPS} stops: {wanted}")


def test_the_first_stop_leads_past_the_navigation(watched: Watched) -> None:
    watched.open("en/")
    watched.page.keyboard.press("Tab")
    skip = focused(watched)
    expect(skip).to_have_attribute("href", "#content")
    box = skip.bounding_box()
    assert box is not None and box["x"] >= 0 and box["y"] >= 0 and box["width"] > 40
    watched.page.keyboard.press("Enter")
    expect(watched.page.locator("main")).to_be_focused()
    watched.page.keyboard.press("Tab")
    assert watched.page.locator("main :focus").count() == 1


def test_from_the_first_page_to_a_file_and_to_the_other_language(watched: Watched) -> None:
    page = watched.page
    watched.open("en/")
    tab_to(watched, page.get_by_role("searchbox"))
    page.keyboard.type("tree")
    page.keyboard.press("Enter")
    found = page.locator("[data-cards] h3 a[href$='datasets/tree_inventory/']")
    found.wait_for()
    tab_to(watched, found)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tree inventory")
    tab_to(watched, page.get_by_role("link", name="tree_inventory-1.1.0.csv"))
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == "tree_inventory-1.1.0.csv"
    watched.open("en/datasets/tree_inventory/")
    tab_to(watched, page.get_by_role("link", name="中文"))
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url == f"{watched.site.url}/datasets/tree_inventory/"
