"""Search as readers use it: the real scripts in a real browser, over made-up cards."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from apiserving import Site, site_of
from browsing import Watched
from listing import hostile, told
from playwright.sync_api import Browser, Locator, expect
from publicising import HOSTILE
from searching import card, make
from shipped import CATALOG

from pipelines.portal.assets import own_assets
from pipelines.portal.cards import Card
from pipelines.portal.search.folding import runs

#: Titles of datasets as a city has them, after those of the registry; some are to be told apart from the first.
TITLES = [
    ("城市行道树清单", "Street trees of the city"),
    ("预算单位名录", "Budgetary units"),
    ("市级预算执行情况", "Execution of the city's budget"),
    ("银行账户备案", "Bank accounts"),
    ("重庆路改造工程", "Works on Chongqing Road"),
    ("道路养护Ａ类工程", "Road maintenance, class A"),
    ("医疗机构名录（2024年）", "Medical institutions (2024)"),
    ("水、电、气价格", "Prices of water, électricité and gas"),
]


def cards() -> list[Card]:
    """The datasets of the shipped registry, more titles, many that are alike, and a hostile one."""
    made = []
    for name, known in CATALOG.datasets.items():
        said = known.descriptor
        made.append(
            card(
                name,
                said.title.zh,
                said.title.en,
                keywords={"zh": list(said.keywords.zh), "en": list(said.keywords.en)},
                theme=said.theme,
                theme_title={"zh": said.theme, "en": said.theme},
            )
        )
    for number, (zh, en) in enumerate(TITLES):
        made.append(card(f"title_{number}", zh, en, released=f"2026-02-{number + 1:02}T00:00:00Z"))
    for number in range(45):
        made.append(
            card(
                f"meter_{number:02}",
                f"电表{number}号读数",
                f"Meter {number}",
                released=f"2025-01-0{1 + number % 5}",
                attribute="partly" if number % 3 == 0 else "active",
            )
        )
    hostile = f"恶意{HOSTILE}<img src=x onerror=\"document.body.dataset.hacked='yes'\">"
    return [*made, card("hostile", hostile, hostile)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    make(folder, cards())
    return folder


@pytest.fixture(scope="module")
def site(made: Path) -> Iterator[Site]:
    with site_of(made / "catalog") as running:
        yield running


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """The same for a test that changes it."""
    return shutil.copytree(made, tmp_path / "own")


def results(watched: Watched) -> Locator:
    return watched.page.locator("[data-cards] h3")


def status(watched: Watched) -> Locator:
    return watched.page.locator("[data-status]")


def said_in(watched: Watched, script: str, of: Any = None) -> Any:
    """What a function says of an engine that is open, and of ``of``."""
    return watched.page.evaluate(
        """async ([script, of, path]) => {
            const { dataset } = document.querySelector("[data-search]");
            const code = await import(`/${path}`);
            const engine = await new code.Engine(new URL(dataset.index, document.baseURI), "zh").open();
            const titles = async (query) => (await engine.cards(await engine.find(query))).map(({ title }) => title);
            const scripts = {
                runs: () => of.map((text) => code.runs(text).map(({ han, letters }) => [letters.join(""), han])),
                titles: () => Promise.all(of.map(titles)),
            };
            return scripts[script]();
        }""",
        [script, of, own_assets()["search_engine.js"].path],
    )


def test_a_dataset_is_found_as_people_type_it(watched: Watched) -> None:
    for query in (
        *("ysbm", "yusuan", "bumenyus", "bmys", "预算", "部门预算", "门预", "budget", "BÚDGETS", "department_budget"),
        *("departmentbudget", "预算 budget", "ｂｕｄｇｅｔ the"),
    ):
        watched.open(f"en/browse/?q={quote(query)}")
        expect(results(watched).filter(has_text="Department budgets")).to_have_count(1)


def test_whatever_part_of_a_title_is_typed_finds_it(watched: Watched) -> None:
    watched.open("browse/")
    asked = {
        "".join(run[start:end]): each.title["zh"]
        for each in cards()
        for run, chinese in runs(each.title["zh"])
        if chinese
        for start in range(len(run))
        for end in range(start + 1, min(len(run), start + 6) + 1)
    }
    found = said_in(watched, "titles", list(asked))
    assert len(asked) > 500
    assert [query for query, titles in zip(asked, found, strict=True) if asked[query] not in titles] == []


def test_queries_are_folded_as_texts_are(watched: Watched) -> None:
    watched.open("browse/")
    drawn = random.Random(1)
    blocks = [(0x20, 0x250), (0x370, 0x530), (0x3000, 0x3100), (0x4E00, 0x4E80), (0x20000, 0x20010), (0xFF00, 0xFFEF),
              (0xF900, 0xF920), (0x1F600, 0x1F640), (0xAC00, 0xAC20), (0x2000, 0x2070), (0x0E00, 0x0E50)]  # fmt: skip
    texts = ["".join(chr(drawn.randrange(*drawn.choice(blocks))) for _ in range(12)) for _ in range(500)]
    assert said_in(watched, "runs", texts) == [[list(run) for run in runs(text)] for text in texts]


def test_better_places_come_first_then_exact_words_then_what_is_new(watched: Watched) -> None:
    watched.open("browse/")
    by_word, by_title, by_day = said_in(watched, "titles", ["预算", "budget", "电表"])
    # In titles; of these the newest first; then in keywords.
    assert by_word[:3] == ["市级预算执行情况", "预算单位名录", "部门预算"]
    assert by_title.index("市级预算执行情况") < by_title.index("预算单位名录")  # “budget” before “budgetary”
    assert by_day[:2] == ["电表4号读数", "电表9号读数"] and len(by_day) == 45


def test_all_words_are_needed(watched: Watched) -> None:
    watched.open(f"browse/?q={quote('预算 执行')}")
    expect(results(watched).first).to_have_text("市级预算执行情况")
    watched.page.fill("#q", "预算 xyzzy")
    expect(status(watched)).to_contain_text("没有同时含有这些词")
    expect(results(watched)).to_have_count(0)


def test_typing_shows_results_and_clearing_the_list(watched: Watched) -> None:
    watched.open("en/browse/")
    page, listed = watched.page, watched.page.locator("[data-list]")
    assert not [address for address in watched.asked if "/search/" in address]
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("street tree")
    expect(results(watched).first).to_have_text("Street trees of the city")
    expect(listed).to_be_hidden()
    expect(results(watched).first.locator("mark")).to_have_text(["Street", "tree"])
    assert page.url.endswith("?q=street+tree")
    page.keyboard.press("Escape")
    expect(listed).to_be_visible()
    expect(results(watched)).to_have_count(0)
    assert page.url.endswith("/browse/") and page.input_value("#q") == ""
    page.go_back()
    # Letters are one step; clearing goes over them.
    assert page.url.endswith("/en/browse/") or page.url == "about:blank"


def test_an_input_method_is_left_alone_until_it_is_done(watched: Watched) -> None:
    watched.open("browse/")
    box = watched.page.locator("#q")
    box.focus()
    devtools = watched.page.context.new_cdp_session(watched.page)
    devtools.send("Input.imeSetComposition", {"text": "yu'suan", "selectionStart": 7, "selectionEnd": 7})
    expect(box).to_have_value("yu'suan")
    assert watched.page.evaluate("new Promise((done) => setTimeout(() => done(location.search), 300))") == ""
    devtools.send("Input.insertText", {"text": "预算"})
    expect(results(watched).first).to_have_text("市级预算执行情况")
    assert "q=" in watched.page.url and box.input_value() == "预算"


def test_facets_narrow_count_and_are_in_the_address(watched: Watched) -> None:
    watched.open("en/browse/")
    page = watched.page
    partly = page.locator("[data-facet=disclosure] li", has_text="withheld")
    page.locator("[data-facet=disclosure] > summary").click()
    expect(partly.locator(".count")).to_have_text("15")
    page.fill("#q", "meter 1")
    expect(status(watched)).to_have_text("11 datasets")
    expect(partly.locator(".count")).to_have_text("3")
    partly.locator("input").check()
    expect(status(watched)).to_have_text("3 datasets")
    # The counts of a facet are by the others: what one more value would add.
    expect(page.locator("[data-facet=disclosure] li", has_text="as delivered").locator(".count")).to_have_text("8")
    assert page.url.endswith("?q=meter+1&disclosure=partly")
    page.reload()
    expect(status(watched)).to_have_text("3 datasets")
    expect(partly.locator("input")).to_be_checked()
    page.go_back()
    expect(status(watched)).to_have_text("11 datasets")
    expect(partly.locator("input")).not_to_be_checked()
    page.go_forward()
    page.locator("[data-reset]").click()
    expect(status(watched)).to_have_text("11 datasets")
    expect(page.locator("[data-reset]")).to_be_hidden()


def test_facets_alone_show_the_newest_first(watched: Watched) -> None:
    watched.open("en/browse/?theme=construction&disclosure=active&theme=nothing")
    expect(results(watched).first).to_have_text("Prices of water, électricité and gas")


def test_datasets_of_other_catalogs_are_told_apart(browser: Browser, tmp_path: Path) -> None:
    foreign = [hostile(), *(told(number, modified="") for number in range(60))]
    make(tmp_path, cards(), foreign=foreign)
    with site_of(tmp_path / "catalog") as site, browser.new_context() as context:
        watched = Watched(context.new_page(), site)
        watched.open("en/browse/?q=pond")
        page = watched.page
        expect(status(watched)).to_have_text("60 datasets")
        expect(page.locator("[data-cards] .tag").first).to_have_text("from: Neighbour's catalog")
        expect(page.locator("[data-cards] time")).to_have_count(0)
        page.fill("#q", "")
        page.locator("[data-facet=catalog] > summary").click()
        theirs = page.locator("[data-facet=catalog] li", has_text="Neighbour's catalog")
        expect(theirs.locator(".count")).to_have_text("61")
        theirs.locator("input").check()
        expect(status(watched)).to_have_text("61 datasets")
        assert page.url.endswith("?catalog=neighbour")
        page.fill("#q", "park 55")
        expect(results(watched)).to_have_text(["Park number 55"])
        address = results(watched).locator("a").get_attribute("href") or ""
        assert "/en/harvested/neighbour/2/#of-" in address
        assert watched.elsewhere == [] and watched.faults == [] and watched.violations() == []


def test_results_come_in_pages(watched: Watched) -> None:
    watched.open("en/browse/?q=meter")
    more = watched.page.locator("[data-more]")
    expect(results(watched)).to_have_count(20)
    more.click()
    expect(results(watched)).to_have_count(40)
    expect(results(watched).nth(20).locator("a")).to_be_focused()
    more.click()
    expect(results(watched)).to_have_count(45)
    expect(more).to_be_hidden()


def test_results_have_the_markup_of_the_list(watched: Watched) -> None:
    watched.open("en/browse/")
    shape = """(cards) => cards.map((card) => [card.className, card.textContent.replace(/\\s+/g, ""),
        card.querySelector("a").href, card.querySelector("time").dateTime, card.querySelectorAll("span").length])"""
    listed = {row[2]: row for row in watched.page.locator("[data-list] .card").evaluate_all(shape)}
    watched.page.fill("#q", "budget")
    expect(results(watched).filter(has_text="Department budgets")).to_have_count(1)
    found = {row[2]: row for row in watched.page.locator("[data-cards] .card").evaluate_all(shape)}
    both = listed.keys() & found.keys()
    assert both and [found[address] for address in both] == [listed[address] for address in both]


def test_hostile_titles_and_queries_do_nothing(watched: Watched) -> None:
    watched.open(f"en/browse/?q={quote('恶意')}&theme={quote(HOSTILE[:40])}")
    watched.open(f"en/browse/?q={quote('恶意')}")
    expect(results(watched)).to_contain_text("<img src=x onerror=")
    expect(results(watched).locator("mark").first).to_have_text("恶意")
    for query in (
        "<script>alert(1)</script>",
        "__proto__",
        "constructor",
        "%",
        "\\",
        "😀",
        "𠮷",
        "的",
        "x" * 200,
        HOSTILE,
    ):
        watched.page.fill("#q", query.replace("\x00", ""))
        watched.page.press("#q", "Enter")
        expect(status(watched)).not_to_be_empty()
    expect(watched.page.locator("body[data-hacked]")).to_have_count(0)


def test_a_release_under_an_open_page_is_taken_up(browser: Browser, own: Path) -> None:
    with site_of(own / "catalog") as site, browser.new_context() as context:
        watched = Watched(context.new_page(), site)
        watched.open("en/browse/")
        watched.page.focus("#q")
        watched.page.fill("#q", "meter 1")
        expect(status(watched)).to_have_text("11 datasets")
        make(own, [*cards(), card("title_new", "全新数据", "Brand new trees")])
        watched.page.fill("#q", "全新")
        expect(results(watched)).to_have_text(["Brand new trees"])


def test_where_the_index_is_gone_the_list_stays(browser: Browser, own: Path) -> None:
    (own / "catalog/search/index.json").unlink()
    with site_of(own / "catalog") as site, browser.new_context() as context:
        watched = Watched(context.new_page(), site)
        watched.open("en/browse/?q=budget")
        expect(status(watched)).to_contain_text("could not be loaded")
        expect(watched.page.locator("[data-list]")).to_be_visible()


def test_the_first_page_leads_to_the_results(watched: Watched) -> None:
    watched.open("en/")
    watched.page.keyboard.press("/")
    watched.page.keyboard.type("budget")
    watched.page.keyboard.press("Enter")
    expect(results(watched).filter(has_text="Department budgets")).to_have_count(1)
    assert watched.page.url.endswith("/en/browse/?q=budget")


@pytest.mark.parametrize(("width", "open_"), [(375, False), (1280, True)])
def test_on_telephones_facets_are_folded_up(browser: Browser, site: Site, width: int, open_: bool) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        watched = Watched(context.new_page(), site)
        watched.open("en/browse/?q=meter")
        expect(results(watched)).to_have_count(20)
        assert watched.page.locator("[data-facet=theme]").is_visible() == open_
        for target in watched.page.locator(".search button, #q, .filters summary:visible, [data-more]").all():
            assert (target.bounding_box() or {"height": 0})["height"] >= 44
