"""One catalog for all tests in browsers, one server for each process, one Chromium for each module of tests.

Not one for each process: while Playwright runs, its thread has an event loop, which other tests make themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apiserving import Site, site_of
from browsing import Console, Watched, chromium, make_catalog, watching, workspace_at
from playwright.sync_api import Browser
from shared import shared_folder

from pipelines.core.paths import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A catalog that no test changes."""
    return workspace_at(shared_folder(tmp_path_factory, "browser_catalog", make_catalog))


@pytest.fixture(scope="session")
def site(workspace: Workspace) -> Iterator[Site]:
    """A server over it."""
    with site_of(workspace.catalog) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[Watched]:
    """An empty page; at the end it must have asked no other host and done nothing that its policy forbids."""
    with watching(browser, site, Watched) as page:
        yield page


@pytest.fixture
def console(browser: Browser, site: Site) -> Iterator[Console]:
    """The console in English, nothing loaded yet; the same must hold at the end."""
    with watching(browser, site, Console) as page:
        page.open("en/console/")
        yield page
        assert page.page.locator("body[data-hacked]").count() == 0


@pytest.fixture
def saved(console: Console, tmp_path: Path) -> Callable[[str], Path]:
    """Saves the results with the button of a name."""

    def save(button: str) -> Path:
        with console.page.expect_download() as started:
            console.page.get_by_role("button", name=button).click()
        target = tmp_path / started.value.suggested_filename
        started.value.save_as(target)
        return target

    return save
