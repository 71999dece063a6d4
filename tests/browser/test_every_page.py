"""What holds of every kind of page: accessible, within a telephone's width, light in weight, from this host alone."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

import pytest
from apiserving import Site
from browsing import Watched
from playwright.sync_api import Browser, Page, Response, Route, ViewportSize, expect
from publicising import BASE

from pipelines.core.paths import Workspace
from pipelines.core.web_pages import NOT_FOUND_FILE

#: Where a page of each kind lies.
KINDS = (
    "", "browse/", "browse/?q=t", "themes/", "themes/parks/", "organisations/", "organisations/parks_office/",
    "disclosure/", "disclosure/management/", "disclosure/catalog/", "disclosure/negative-list/",
    "disclosure/corrections/", "disclosure/overdue/", "code-lists/", "code-lists/district/", "about/", "console/",
    "datasets/tree_inventory/", "datasets/tree_inventory/versions/", "datasets/tree_inventory/1.0.0/",
    "datasets/bench_inventory/1.0.0/", "datasets/gate_inventory/", "datasets/gate_inventory/versions/",
)  # fmt: skip
#: The same under any address.
_SAME = (
    (r"^datasets/[^/]+/", "datasets/*/"), (r"\d+\.\d+\.\d+/$", "version/"), (r"^themes/[^/]+/", "themes/*/"),
    (r"^organisations/[^/]+/", "organisations/*/"), (r"^code-lists/[^/]+/", "code-lists/*/"),
    (r"^disclosure/(decision|execution|management|service|result)/", "disclosure/*/"),
)  # fmt: skip
_TELEPHONE: ViewportSize = {"width": 375, "height": 800}
#: Bytes that a page, its styles and its scripts have at most, compressed as hosts do.
MOST_WEIGHT = 150_000


def kind_of(place: str) -> str:
    """The kind of page at a place."""
    for pattern, same in _SAME:
        place = re.sub(pattern, same, place)
    return place


def settled(watched: Watched, kind: str) -> None:
    """Wait until scripts have shown what they add, and open whatever is folded up."""
    page = watched.page
    if "?q=" in kind:
        expect(page.locator("[data-cards] .card").first).to_be_visible()
    if kind == "console/":
        page.locator("#datasets details").first.wait_for()
    if kind == "datasets/tree_inventory/":
        page.locator("#preview-paging button").first.wait_for()
    page.locator("details").evaluate_all("all => all.forEach((each) => each.open = true)")
    if "?q=" in kind:
        for facet in page.locator("[data-facet]").all():
            expect(facet.locator("li input").first).to_be_visible()
    if kind == "console/":
        page.locator(".examples button").first.wait_for()


def beyond_the_edge(page: Page) -> list[str]:
    """What makes the page wider than the window, if it is."""
    found: list[str] = page.evaluate("""() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        const beyond = (each) => each.getBoundingClientRect().right > width;
        return [...document.body.querySelectorAll("*")].filter(beyond).map((each) => each.outerHTML.slice(0, 100));
    }""")
    return found


def languages(page: Page) -> list[str]:
    """The language of the page, then of the links that lead to it in another."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('html, header li.language a')].map((each) => each.lang)"
    )
    return found


def test_there_is_a_page_of_every_kind(workspace: Workspace) -> None:
    files = [path.relative_to(workspace.catalog).as_posix() for path in workspace.catalog.rglob("index.html")]
    places = [file.removesuffix("index.html") for file in files]
    chinese = {place for place in places if not place.startswith("en/")}
    assert {place.removeprefix("en/") for place in places if place.startswith("en/")} == chinese
    assert {kind_of(place) for place in chinese} == {kind_of(urlsplit(kind).path) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_for_everybody(watched: Watched, kind: str) -> None:
    """In Chinese, light and wide; then, by its own link, in English, dark and on a telephone."""
    page, answers = watched.page, list[Response]()

    def heard(answer: Response) -> None:
        answers.append(answer)

    page.on("response", heard)
    watched.open(kind)
    settled(watched, kind)
    assert languages(page) == ["zh-Hans", "en"]
    assert watched.violations() == []
    weight = sum(len(gzip.compress(answer.body())) for answer in answers if answer.status == 200)
    assert weight <= MOST_WEIGHT, sorted(answer.url for answer in answers)
    page.set_viewport_size(_TELEPHONE)
    page.emulate_media(color_scheme="dark")
    page.locator("header li.language a").click()
    page.wait_for_url(f"{watched.site.url}/en/{urlsplit(kind).path}**")
    if "?" in kind:
        watched.open(f"en/{kind}")
    settled(watched, kind)
    assert languages(page) == ["en", "zh-Hans"]
    assert watched.violations() == []
    assert beyond_the_edge(page) == []
    assert watched.errors == []


def test_names_in_lists_are_24_pixels_high(watched: Watched) -> None:
    """WCAG 2.5.8: lines break within names, of which a rest at the end of a line is narrow."""
    watched.open("en/datasets/tree_inventory/")
    for link in watched.page.locator("ul.inline a").all():
        assert (link.bounding_box() or {"height": 0})["height"] >= 24


def test_hostile_texts_stay_texts_and_within_the_window(watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size(_TELEPHONE)
    for place in ("en/datasets/lamp_inventory/", "datasets/lamp_inventory/", "en/datasets/lamp_inventory/1.0.0/",
                  "datasets/lamp_inventory/versions/", "en/themes/parks/", "themes/parks/"):  # fmt: skip
        watched.open(place)
        settled(watched, place)
        assert beyond_the_edge(page) == [], place
        assert page.locator("main :text('dataset.hacked')").count() > 0, place
        assert page.locator("body[data-hacked], main img").count() == 0, place


def test_what_is_not_there_has_a_page_of_its_own(browser: Browser, site: Site, workspace: Workspace) -> None:
    """At the address that the catalog is described with, as a host of static files shows it there."""

    def hosted(route: Route) -> None:
        file = workspace.catalog / route.request.url.removeprefix(BASE)
        found = file.is_file()
        route.fulfill(status=200 if found else 404, path=file if found else workspace.catalog / NOT_FOUND_FILE)

    with browser.new_context(viewport=_TELEPHONE) as context:
        watched = Watched(context.new_page(), site)
        watched.page.route(f"{BASE}**", hosted)
        watched.page.goto(f"{BASE}en/datasets/no_such/")
        told = watched.page.locator("main section").evaluate_all("all => all.map((each) => each.lang)")
        assert told == ["zh-Hans", "en"]
        assert beyond_the_edge(watched.page) == []
        assert watched.violations() == []
        watched.page.emulate_media(color_scheme="dark")
        assert watched.violations() == []
        watched.page.get_by_role("link", name="All datasets").click()
        expect(watched.page.locator("[data-list] .card").first).to_be_visible()
        assert [address for address in watched.asked if not address.startswith(BASE)] == []
        assert watched.faults == []


#: What a page tells, by place: elements, and how many there are.
_TOLD = {
    "browse/": {"[data-list] .card": 9}, "browse/?q=t": {"[data-list] .card": 9}, "themes/parks/": {".card": 9},
    "organisations/parks_office/": {"section[aria-labelledby=datasets] .card": 9},
    "organisations/": {"table.scores tbody tr": 3}, "code-lists/district/": {"main tbody tr": 2},
    "disclosure/catalog/": {"main :text('subject ponds en')": 1},
    "disclosure/negative-list/": {"main :text('NL-1')": 1},
    "disclosure/corrections/": {"main :text('Typing error 1')": 1},
    "disclosure/overdue/": {"table.owed tbody tr": 2}, "console/": {"noscript .note": 1},
    "datasets/tree_inventory/": {
        "#preview-table tbody tr": 20, ".dictionary tbody tr": 7, "ul.get a": 4, "ol.versions > li": 2,
        "section[aria-labelledby=downloads] tbody a": 4, "section[aria-labelledby=cite] pre": 2,
    },
    "datasets/tree_inventory/versions/": {"main tbody tr": 2},
    "datasets/bench_inventory/1.0.0/": {"main :text('a test')": 1},
    "datasets/gate_inventory/": {"main :text('a test')": 1},
}  # fmt: skip
_NEEDS_SCRIPT = (
    ".needs-script:visible, button:visible, input:visible, select:visible, textarea:visible, progress:visible"
)


def test_without_scripts_every_page_is_complete(browser: Browser, site: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        for kind in KINDS:
            page.goto(f"{site.url}/en/{kind}")
            expect(page.locator("h1")).to_be_visible()
            assert page.locator(_NEEDS_SCRIPT).all_inner_texts() == [], kind
            told = _TOLD.get(kind, {})
            assert {what: page.locator(f"{what} >> visible=true").count() for what in told} == told, kind
