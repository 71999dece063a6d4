"""The portal on hosts that only know files: its pages work below any path, and keep their policy by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiserving import Site
from browsing import Console, Watched, watching
from playwright.sync_api import Browser, expect
from static_hosting import Host, static_host

from pipelines.core.paths import Workspace

#: The path of the catalog's own address.
BELOW = "/open/"


@pytest.fixture(scope="module")
def host(workspace: Workspace) -> Iterator[Host]:
    with static_host(workspace.catalog, BELOW) as running:
        yield running


@pytest.fixture
def elsewhere(browser: Browser, host: Host) -> Iterator[Console]:
    """An empty page; at the end it must have asked no other host and done nothing that its policy forbids."""
    with watching(browser, host, Console) as page:
        yield page


def styled(watched: Watched) -> bool:
    """Whether the page has the portal's look: all of its styles have been loaded."""
    rules = watched.page.evaluate("() => [...document.styleSheets].map((sheet) => sheet.cssRules.length)")
    return bool(rules) and min(rules) > 0


def test_search_paging_and_console_need_no_headers(elsewhere: Console, workspace: Workspace) -> None:
    page = elsewhere.page
    elsewhere.open("open/en/")
    page.fill("#q", "groves")
    elsewhere.open("open/en/browse/?q=lamp")
    expect(page.locator("[data-cards] h3").first).to_be_visible()
    elsewhere.open("open/en/datasets/grove_inventory/")
    page.locator("#preview-paging").get_by_role("button", name="Last").click()
    expect(page.locator("#preview-status")).to_have_text("Rows 299,981 to 300,000 of 300,000.")
    elsewhere.open("open/en/console/")
    assert elsewhere.run("SELECT count(*) FROM tree_inventory") == [["100"]]
    assert styled(elsewhere)


def test_what_a_page_may_not_do_is_refused_without_headers(browser: Browser, host: Host) -> None:
    with browser.new_context() as context:
        watched = Watched(context.new_page(), host)
        watched.open("open/en/")
        watched.page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "document.body.dataset.hacked = 'yes'";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "http://127.0.0.1:1/image.png";
            document.body.append(image);
        }""")
        assert watched.page.locator("body[data-hacked]").count() == 0
        assert watched.page.evaluate("() => fetch('http://127.0.0.1:1/').catch((error) => String(error))")
        refused = " ".join(watched.faults)
        assert "script-src" in refused and "img-src" in refused and "connect" in refused
        assert "frame-ancestors" not in refused


@pytest.mark.parametrize("path", ["open/nothing", "open/en/datasets/nothing/at/all/", "elsewhere"])
def test_the_page_for_what_is_not_there_has_its_look_and_leads_back(elsewhere: Console, path: str) -> None:
    elsewhere.open(path)
    assert styled(elsewhere)
    elsewhere.page.get_by_role("link", name="All datasets").click()
    expect(elsewhere.page.get_by_role("heading", level=3).first).to_be_visible()


@pytest.mark.parametrize("path", ["nothing", "en/datasets/nothing/at/all/"])
def test_the_same_from_our_server_at_the_root(watched: Watched, site: Site, path: str) -> None:
    watched.open(path)
    assert styled(watched)
    watched.page.get_by_role("link", name="All datasets").click()
    expect(watched.page.get_by_role("heading", level=3).first).to_be_visible()


def test_pages_are_shown_from_a_folder(browser: Browser, workspace: Workspace, tmp_path: Path) -> None:
    """Without any host, as who has unpacked the catalog looks at it."""
    with browser.new_context() as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if "style" in said.text else None)
        page.goto((workspace.catalog / "en" / "index.html").as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("() => getComputedStyle(document.body).fontFamily") != '"Times New Roman"'
        assert refused == []
