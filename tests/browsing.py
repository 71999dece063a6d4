"""Pages in a real browser: Chromium, driven by Playwright, over ``gongkai serve`` on 127.0.0.1.

The pages keep their Content Security Policy, so nothing can wait for a function in them here: wait for elements.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright
from publicising import publicise
from publishing import (
    NOW,
    add_candidate,
    named,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from register_rows import tell_little
from registering import keep_registers
from support import field, negative_entry, tree_descriptor

import pipelines
from pipelines.core.paths import Workspace
from pipelines.flow import open_installation
from pipelines.flow.releasing import make_downloads, refresh_index, refresh_metadata, refresh_portal, sign_releases
from pipelines.portal.browser_assets import pinned_bundles
from pipelines.publish import FolderStore, withdraw

Seen = TypeVar("Seen", bound="Watched")
#: Where `make` puts other people's scripts.
ASSETS = Path(pipelines.__file__).parents[1] / ".browser-assets"
#: Milliseconds for anything to happen: machines that run tests are slow.
PATIENCE = 120_000
#: Values that would do something if they were taken for markup, code or formulas.
HOSTILE = (
    "<img src=x onerror=\"document.body.dataset.hacked='yes'\">",
    "</script><script>document.body.dataset.hacked='yes'</script>", "=cmd|' /C calc'!A0", "'=1+1",
    "javascript:document.body.dataset.hacked='yes'", 'a,b\n"c"', "", "\u202eevil", "${1}{row}",
)  # fmt: skip
#: Only what is wrong is gathered and told: what is right is much more.
_AXE = """async () => {
    const asked = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
    const { violations } = await axe.run(asked);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}"""
#: Rows of ``grove_inventory`` by year.
GROVES = {"2024": 200_000, "2025": 100_000}
READINGS = 45
#: Fields of ``readings`` by the type that they are stored as, which no other of its fields has.
_STORED = {
    "share": "number", "counted": "integer", "valid": "boolean", "day": "date", "clock": "time", "moment": "datetime",
    "year": "year", "remark": "string",
}  # fmt: skip


def readings_schema() -> dict[str, Any]:
    """A field of each type that is stored in a way of its own."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            field("reading_id", "integer", constraints={"required": True}),
            field("amount", "number", decimals=2, unit="CNY"),
            *[field(name, kind) for name, kind in _STORED.items()],
        ],
        "primaryKey": ["reading_id"], "missingValues": [""],
    }  # fmt: skip


def reading(number: int) -> Sequence[Any]:
    """A row with values that floating-point numbers cannot hold, and some missing."""
    if number % 7 == 0:
        return (number, *[None] * 9)
    return (
        number, Decimal(number * 10**13 + number).scaleb(-2) * (-1) ** number, number / 8, 2**53 + number,
        number % 2 == 0,
        dt.date(1890, 1, 1) + dt.timedelta(days=number * 900), dt.time(number % 24, 5, 9, number % 3 * 250),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999_999) + dt.timedelta(microseconds=number * 10**9 + number),
        1990 + number, f"记录 {number}",
    )  # fmt: skip


def make_catalog(folder: Path) -> None:
    """A released catalog with its portal, below ``folder``.

    ``tree_inventory`` has 1.0.0 (40 rows of 2025) and 1.1.0 (60 more of 2024), ``lamp_inventory`` hostile texts and
    values, ``bench_inventory`` a version that was withdrawn, ``gate_inventory`` none but such, ``grove_inventory``
    300,000 rows, ``readings`` each type. The registers tell a little, and the negative list has an entry.
    """
    workspace = _described(folder)
    add_candidate(workspace, [tree(number) for number in range(1, 41)])
    lamps = [(*tree(number)[:6], value) for number, value in enumerate(HOSTILE)]
    add_candidate(workspace, lamps, dataset="lamp_inventory")
    for dataset in ("bench_inventory", "gate_inventory"):
        add_candidate(workspace, [tree(1)], dataset=dataset)
    for period, rows in GROVES.items():
        add_candidate(workspace, [tree(number) for number in range(rows)], dataset="grove_inventory", period=period)
    schema = public_schema(readings_schema())
    add_candidate(workspace, [reading(number) for number in range(1, READINGS + 1)], dataset="readings", schema=schema)
    release_now(workspace, registry(workspace))
    add_candidate(workspace, [tree(number, "pine", "4.25") for number in range(1, 61)], period="2024")
    add_candidate(workspace, [tree(1), tree(2)], dataset="bench_inventory", sequence=2)
    release_now(workspace, registry(workspace), NOW + dt.timedelta(days=1))
    store, reason = FolderStore(workspace.catalog), {"zh": "测试", "en": "a test"}
    for dataset in ("bench_inventory", "gate_inventory"):
        withdraw(store, dataset, ["1.0.0"], reason, NOW + dt.timedelta(days=2), basis="Act 1")
    tell_little(workspace)
    with open_installation(workspace) as inst:
        refresh_index(inst)
        for dataset in ("tree_inventory", "lamp_inventory", "bench_inventory", "readings"):
            make_downloads(inst, dataset, None)
        refresh_metadata(inst)
        refresh_portal(inst)
        sign_releases(inst)


def _described(folder: Path) -> Workspace:
    """The workspace, with descriptors of all that is released in it."""
    hostile = {"zh": HOSTILE[1], "en": HOSTILE[0]}
    lamps, schema = named("lamp_inventory")
    made = workspace_with_registry(
        folder,
        readings=({**tree_descriptor(), "id": "readings", "row_constraints": []}, readings_schema()),
        lamp_inventory=({**lamps, "title": hostile, "description": hostile}, schema),
        **{name: named(name) for name in ("bench_inventory", "gate_inventory", "grove_inventory")},
    )
    workspace = dataclasses.replace(publicise(made), browser_assets=ASSETS)
    keep_registers(workspace.schema)
    barred = workspace.schema / "disclosure" / "negative_list.yaml"
    barred.parent.mkdir(exist_ok=True)
    barred.write_text(yaml.safe_dump({"entries": [negative_entry("keeper_phone")]}), encoding="utf-8")
    return workspace


def workspace_at(folder: Path) -> Workspace:
    """The workspace that :func:`make_catalog` made."""
    return dataclasses.replace(Workspace.at(folder / "data", folder / "schema"), browser_assets=ASSETS)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "Tests in a browser need Chromium: apt-get install chromium fonts-noto-cjk"
    playwright: Playwright
    with sync_playwright() as playwright:
        # Its own sandbox needs rights that containers do not give; pages are ours.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Host(Protocol):
    """Whatever serves the pages."""

    @property
    def url(self) -> str:
        """Without a slash at its end."""


@dataclasses.dataclass
class Watched:
    """A page, and what it did that pages must not do."""

    page: Page
    site: Host
    asked: list[str] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)
    #: What the browser has to say; tests in which hosts fail expect it.
    errors: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            self.faults.append(said.text)
        if said.type == "error":
            self.errors.append(said.text)

    @property
    def elsewhere(self) -> list[str]:
        """Addresses on other hosts that were asked."""
        own = (f"{self.site.url}/", f"blob:{self.site.url}/", "data:")
        return [address for address in self.asked if not address.startswith(own)]

    def open(self, path: str) -> None:
        """Go to a page of the site."""
        self.page.goto(f"{self.site.url}/{path}")

    def violations(self) -> list[str]:
        """What axe-core finds on the page as it is now: rules that it breaks, and where; small targets, too."""
        source = (ASSETS / pinned_bundles()["axe"].folder / "axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(source)
        found: list[str] = self.page.evaluate(_AXE)
        return found


@contextlib.contextmanager
def watching(browser: Browser, site: Host, kind: type[Seen]) -> Iterator[Seen]:
    """An empty page in English; at the end it must have asked no other host, nor done what its policy forbids."""
    with browser.new_context(locale="en", accept_downloads=True) as context:
        page = kind(context.new_page(), site)
        yield page
        assert page.elsewhere == []
        assert page.faults == []


class Console(Watched):
    """The SQL console."""

    def run(self, sql: str) -> list[list[str]]:
        """Run a statement from the keyboard; the rows of the table of results.

        Raises:
            AssertionError: when it could not be run, with what the page says.
        """
        self.page.fill("#sql", sql)
        self.page.press("#sql", "Control+Enter")
        return self.results()

    def results(self) -> list[list[str]]:
        """Wait until nothing runs; the rows of the table of results."""
        self.page.locator("#run[aria-disabled='false']").wait_for()
        problem = self.page.locator("#problem")
        assert not problem.is_visible(), problem.inner_text()
        rows: list[list[str]] = self.page.locator("#result table").evaluate(
            "table => Array.from(table.tBodies[0].rows, row => Array.from(row.cells, cell => cell.textContent))"
        )
        return rows

    def problem_of(self, sql: str) -> str:
        """Run a statement that cannot be run; what the page says."""
        self.page.fill("#sql", sql)
        self.page.press("#sql", "Control+Enter")
        self.page.locator("#run[aria-disabled='false']").wait_for()
        return self.page.locator("#problem").inner_text()

    @property
    def status(self) -> str:
        """What the page says of the state of things."""
        return self.page.locator("#status").inner_text()
