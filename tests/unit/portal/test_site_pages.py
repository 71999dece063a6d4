"""Themes, departments, disclosure and the pages about the catalog: what they say, and what they are made of."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from describing import update
from publicising import BASE, HOSTILE, REASON
from publishing import NOW, copied, newest_object, registry
from register_rows import (
    ACTIVE,
    CORRECTIONS,
    OVERDUE,
    SCORES,
    city_with_registers,
    correction,
    entry,
    make_pages,
    overdue,
    page,
    score,
    tell,
)

import pipelines
from pipelines.catalog.metadata.addresses import PLACES
from pipelines.core.messages import message_ids
from pipelines.core.paths import Workspace
from pipelines.core.web_pages import PAGE_POLICY
from pipelines.disclose.negative_list import under
from pipelines.portal.pages import register_pages
from pipelines.publish import FolderStore, withdraw
from pipelines.registry.negative_list import NegativeList


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    city = city_with_registers(tmp_path_factory.mktemp("released"))
    make_pages(city)
    return city


@pytest.fixture
def city(released: Workspace, tmp_path: Path) -> Workspace:
    return copied(released, tmp_path)


def written(workspace: Workspace) -> dict[str, int]:
    """All pages, and when they were written."""
    return {str(path.relative_to(workspace.catalog)): path.stat().st_mtime_ns
            for path in workspace.catalog.rglob("*.html")}  # fmt: skip


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


class _Tags(HTMLParser):
    """Elements that are not closed, or closed in another order; links, and scripts that do not come from a file."""

    VOID = frozenset({"meta", "link", "br", "input", "polyline", "circle", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.wrong += [f"{tag} {name}" for name in said if name.startswith("on") or name == "style"]
        if tag == "script" and not said.get("src") and said.get("type") != "application/ld+json":
            self.wrong.append("script")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


def looked_through(markup: str) -> _Tags:
    found = _Tags()
    found.feed(markup)
    found.wrong += found.open
    found.wrong += [name for name in set(found.ids) if found.ids.count(name) > 1]
    return found


def test_all_pages_are_well_formed_and_have_no_script_of_their_own(city: Workspace) -> None:
    for path in written(city):
        found = looked_through((city.catalog / path).read_text("utf-8"))
        assert found.wrong == [], path
        assert not [link for link in found.links if re.match(r"(?!https?:|mailto:)[a-z]+:", link)]


def test_links_to_places_on_pages_lead_to_them(city: Workspace) -> None:
    for path in written(city):
        for link in looked_through((city.catalog / path).read_text("utf-8")).links:
            target, _, fragment = link.partition("#")
            if fragment and not target.startswith("http"):
                file = (city.catalog / path).parent / unquote(target) if target else city.catalog / path
                file = file / "index.html" if file.is_dir() else file
                assert f'id="{fragment}"' in file.read_text("utf-8"), (path, link)


def test_every_page_that_the_sitemap_names_is_there(city: Workspace) -> None:
    sitemap = ElementTree.parse(city.catalog / "sitemap.xml").getroot()  # noqa: S314 - made by the project itself
    addresses = {child.text for url in sitemap for child in url if child.tag.endswith("}loc")}
    assert {f"{BASE}{folder}{place}" for place in PLACES for folder in ("", "en/")} <= addresses
    assert f"{BASE}en/organisations/east_district_office/" in addresses
    for address in addresses:
        assert address and (city.catalog / address.removeprefix(BASE) / "index.html").is_file(), address


def test_chinese_pages_are_punctuated_as_chinese_is(city: Workspace) -> None:
    odd = re.compile("[\u4e00-\u9fff）] ?[,;:(]|[,;:)] ?[\u4e00-\u9fff（]")
    for path in written(city):
        if not path.startswith("en/"):
            markup = (city.catalog / path).read_text("utf-8").partition("<body")[2]
            # Codes, and what programs read, are written as these want it.
            for element in ("script", "pre", "code"):
                markup = re.sub(f"<{element}[ >].*?</{element}>", "", markup, flags=re.DOTALL)
            inline = re.sub("</?(a|span|time|strong)( [^>]*)?>", "", markup)
            lines = unescape(re.sub("<[^>]*>", "\n", inline)).splitlines()
            assert [line for line in lines if odd.search(line)] == [], path


def test_themes_list_their_datasets_and_lead_to_their_feed(city: Workspace) -> None:
    assert "Parks <span" in page(city, "themes/")
    shown = page(city, "themes/parks/")
    assert "../../../metadata/themes/parks/feed.atom" in shown and "datasets/benches/" in shown
    assert "6 datasets" in shown and "6 个数据集" in page(city, "themes/parks/", "zh")


def test_departments_are_ranked_and_ties_are_told(city: Workspace) -> None:
    shown = page(city, "organisations/")
    rows = [text_of(row) for row in re.findall(r"<tr>.*?</tr>", shown.partition("<tbody>")[2], re.DOTALL)]
    assert rows[0].startswith("1 = East District 2 50%")
    assert rows[1].startswith("1 = Parks Office 6 50%")
    # Nothing was due from it in the newest month.
    assert rows[2].startswith("– Bureau zoo 0 –")
    assert "On time: 2026-02: 100%, 2026-03: 50%" in text_of(rows[1] + shown)
    assert "fell due before and is still missing is not among them. Everything that is overdue" in text_of(shown)
    assert "Scoreboard of 2026-03" in shown and "2026-03 部门计分" in page(city, "organisations/", "zh")


def test_a_department_has_its_datasets_months_overdue_entries_and_corrections(city: Workspace) -> None:
    shown = text_of(page(city, "organisations/parks_office/"))
    assert "parks@testville.example" in shown and "50% On time" in shown and "1 overdue now" in shown
    assert shown.index("2026-03 50%") < shown.index("2026-02 100%")
    assert "Benches rule_1" in shown and "2026-02-02" in shown and "Reason: Typing error 1" in shown
    other = text_of(page(city, "organisations/east_district_office/"))
    assert "Benches" in other and "rule_2" in other and "rule_1" not in other and "Typing error 1" in other
    zoo = text_of(page(city, "organisations/zoo/"))
    assert "No datasets" in zoo and "Nothing of this department has been corrected" in zoo
    assert "Bureau zoo" in zoo


def test_the_catalog_of_disclosure_tells_what_is_not_delivered_yet(city: Workspace) -> None:
    shown = text_of(page(city, "disclosure/catalog/"))
    assert "subject ponds en nothing delivered yet" in shown and "none; published as it comes" in shown
    assert 'datasets/ponds/"' not in page(city, "disclosure/catalog/")
    assert "subject ponds zh 尚未交付" in text_of(page(city, "disclosure/catalog/", "zh"))
    overview = text_of(page(city, "disclosure/"))
    assert "Basic catalog of active disclosure 2" in overview and "Overdue 2" in overview
    assert "Management 6" in overview and "datasets/overdue_disclosures/" in page(city, "disclosure/management/")


def test_long_registers_are_paged_under_headings_that_go_on(city: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_pages, "PER_PAGE", 100)
    rows = [overdue(n, "east_district_office") for n in range(130)] + [overdue(n) for n in range(90)]
    tell(city, {OVERDUE: {"all": rows}, CORRECTIONS: {"2026": [correction(n, "2025-12-31") for n in range(3)]}}, 2)
    assert make_pages(city).failed == {}
    first, second, third = (page(city, f"disclosure/overdue/{number}") for number in ("", "2/", "3/"))
    assert "Page 2 of 3" in second and 'href="../../../../en/disclosure/overdue/"' in second
    assert 'href="../../../en/disclosure/overdue/2/#of-parks_office"' in first
    assert first.count("rule_") == 100 and second.count("rule_") == 100 and third.count("rule_") == 20
    assert 'id="of-parks_office"' not in first and 'id="of-parks_office"' in second
    assert "The first 30 of 130." in page(city, "organisations/east_district_office/")
    assert '<h2 id="of-2025">2025</h2>' in page(city, "disclosure/corrections/")
    tell(city, {OVERDUE: {"all": [overdue(1)]}}, 3)
    make_pages(city)
    assert not (city.catalog / "disclosure" / "overdue" / "2" / "index.html").exists()


def test_withdrawals_lead_to_the_page_that_says_what_there_was(city: Workspace) -> None:
    make_pages(city)
    link = '../../../en/datasets/benches/"'
    tell(city, {CORRECTIONS: {"2026": [correction(1, dataset="benches", title_en="Benches", kind="withdrawal")]}}, 2)
    make_pages(city)
    assert link in page(city, "disclosure/corrections/")
    withdraw(FolderStore(city.catalog), "benches", [], REASON, NOW.replace(day=20))
    make_pages(city)
    assert link in page(city, "disclosure/corrections/")
    assert REASON["en"] in page(city, "datasets/benches/")


def test_where_a_register_is_not_published_its_page_says_so(city: Workspace) -> None:
    for name in (ACTIVE, SCORES, CORRECTIONS, OVERDUE):
        file = city.schema / "datasets" / "parks" / name / "dataset.yaml"
        said = yaml.safe_load(file.read_text("utf-8"))
        del said["register_of"]
        file.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    assert make_pages(city).failed == {}
    for place in (
        "disclosure/catalog/",
        "disclosure/corrections/",
        "disclosure/overdue/",
        "organisations/parks_office/",
    ):
        assert "is not published" in page(city, place) and "尚未发布" in page(city, place, "zh")
    assert "The scoreboard of departments is not published." in page(city, "organisations/")
    assert "Parks Office" in page(city, "organisations/")


def test_a_register_that_cannot_be_read_holds_no_other_page_back(city: Workspace) -> None:
    make_pages(city)
    before = written(city)
    tell(city, {OVERDUE: {"all": [overdue(7)]}, ACTIVE: {"all": [entry("lakes")]}}, 2)
    broken = newest_object(city, OVERDUE)
    whole = broken.read_bytes()
    broken.write_bytes(b"x" * len(whole))
    failed = make_pages(city).failed
    assert {"disclosure/overdue/", "organisations/"} <= failed.keys() and "disclosure/catalog/" not in failed
    assert "disclosure/overdue/" in failed["disclosure/overdue/"].text("zh")
    assert "lakes" in page(city, "disclosure/catalog/") and "rule_1" in page(city, "disclosure/overdue/")
    assert not [path for path in changed(before, written(city)) if "organisations" in path]
    broken.write_bytes(whole)
    assert make_pages(city).failed == {} and "rule_7" in page(city, "disclosure/overdue/")


def test_what_did_not_change_is_not_written_again(city: Workspace) -> None:
    make_pages(city)
    before = written(city)
    make_pages(city)
    assert written(city) == before
    tell(city, {OVERDUE: {"all": [overdue(1), *(overdue(n, "east_district_office") for n in (3, 4))]}}, 2)
    make_pages(city)
    after = changed(before, written(city))
    assert {path for path in after if "organisations" in path} == {
        f"{folder}organisations/{name}/index.html"
        for folder in ("", "en/")
        # The register is a dataset of the first.
        for name in ("parks_office", "east_district_office")
    }
    assert not [path for path in after if re.search("disclosure/(catalog|corrections|negative-list|service)/", path)]
    assert {"disclosure/overdue/index.html", "en/disclosure/index.html", "themes/parks/index.html"} <= after


def test_lost_pages_are_made_again_byte_for_byte(city: Workspace) -> None:
    made = {path: (city.catalog / path).read_bytes() for path in written(city)}
    for name in ("disclosure", "organisations", "themes", "about", "en", "index.html"):
        lost = city.catalog / name
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    make_pages(city)
    assert {path: (city.catalog / path).read_bytes() for path in written(city)} == made


def test_the_negative_list_in_force_is_told_without_names_of_fields(city: Workspace) -> None:
    said = {
        "id": "NL-1", "matter": {"zh": "个人信息", "en": "Persons"}, "basis": "第十五条",
        "scope": [
            {"dataset": "tree_inventory", "fields": ["note"], "when": {"species": ["ginkgo"]}},
            {"dataset": "secret_trees"},
        ],
        "treatments": ["drop", {"type": "mask", "keep_first": 3}], "valid_from": "2024-01-01",
        "valid_to": "2027-01-01", "explanation": {"zh": "理由", "en": "Because"}, "unit": "parks_office",
        "review_date": "2026-12-31",
    }  # fmt: skip
    listed = NegativeList.model_validate({
        "entries": [said, {**said, "id": "NL-2", "valid_to": "2024-02-01", "matter": {"zh": "旧", "en": "Ended"}}]
    })  # fmt: skip
    make_pages(city, under(registry(city), listed, dt.date(2026, 4, 1)))
    markup = page(city, "disclosure/negative-list/")
    shown = text_of(markup)
    assert "Persons NL-1" in shown and "第十五条" in shown and "from 2024-01-01 until 2027-01-01" in shown
    assert "masked" in shown and "and 1 dataset that is not published" in shown and "Parks Office" in shown
    for hidden in ("secret_trees", "note", "ginkgo", "keep_first", "NL-2", "Ended"):
        assert not re.search(rf"\b{hidden}\b", shown.partition("Negative list What")[2]), hidden
    assert "secret_trees" not in markup
    make_pages(city)
    assert "Nothing is on the negative list" in page(city, "disclosure/negative-list/")


def test_texts_of_others_are_escaped_and_bounded(city: Workspace) -> None:
    hostile = {"zh": HOSTILE, "en": HOSTILE}
    update(city.schema / "catalog.yaml", themes=[{"id": "parks", "title": hostile}])
    organisations = city.schema / "organisations" / "organisations.csv"
    text = organisations.read_text("utf-8").replace("parks@testville.example", "a?bcc=x@testville.example")
    organisations.write_text(text.replace("East District,", "<script>x</script>,"), "utf-8")
    texts = {"title_zh": HOSTILE, "title_en": "javascript:alert(1)" * 500, "reason_zh": HOSTILE, "basis": HOSTILE}
    tell(city, {
        OVERDUE: {"all": [overdue(1, HOSTILE, title_en=HOSTILE, period=HOSTILE, event=HOSTILE),
                          overdue(2, "../../etc", dataset="../x")]},
        CORRECTIONS: {"2026": [correction(1, reason_en=HOSTILE, version=HOSTILE, **texts)]},
        ACTIVE: {"all": [entry("benches", subject_en=HOSTILE, content_zh=HOSTILE, responsible_unit=HOSTILE)]},
        SCORES: {"2026-04": [score("../up", "2026-04", department_name_en=HOSTILE), score(HOSTILE, "2026-04")]},
    }, 2)  # fmt: skip
    assert make_pages(city).failed == {}
    for path in written(city):
        markup = (city.catalog / path).read_text("utf-8")
        assert "<script>x" not in markup and not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", markup), path
        found = looked_through(markup)
        assert found.wrong == [] and not [
            link for link in found.links if re.match(r"\s*(javascript|data):", unquote(link))
        ], path
        assert len(markup) < 300_000
    assert "mailto:a%3Fbcc%3Dx@testville.example" in page(city, "organisations/parks_office/")
    assert {path.name for path in (city.catalog / "organisations").iterdir()} == {
        "index.html", "parks_office", "east_district_office", "zoo",
    }  # fmt: skip


def test_the_page_for_what_is_not_there_leads_back_from_anywhere(city: Workspace) -> None:
    for file, root in (("404.html", urlsplit(BASE).path), ("404.root.html", "/")):
        found = looked_through((city.catalog / file).read_text("utf-8"))
        assert found.links and all(link.startswith(root) for link in found.links)
        for link in found.links:
            assert (city.catalog / link.removeprefix(root)).is_file()
    assert "WCAG 2.2" in page(city, "about/") and "releases/000003/SHA256SUMS" in page(city, "about/")


def test_all_pages_say_their_policy_before_they_load_anything(city: Workspace) -> None:
    said = f'<meta http-equiv="Content-Security-Policy" content="{PAGE_POLICY}">'
    for path in written(city):
        before, found, _ = unescape((city.catalog / path).read_text("utf-8")).partition(said)
        assert found and not re.search("<(link|script|style|img)", before), path


def test_templates_name_messages_that_there_are_and_leave_none_out() -> None:
    room = Path(pipelines.__file__).parent
    known = {name for name in message_ids("en") if name.startswith(("site-", "portal-"))}
    files = [*room.glob("portal/templates/*.j2"), *room.glob("portal/**/*.py"), room / "cli" / "portal.py"]
    texts = "\n".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r'"((?:site|portal)-[a-z0-9_-]+[a-z0-9_])"', texts))
    assert named - known == set()
    begun = set(re.findall(r'"((?:site|portal)-[a-z0-9_-]*-)" ?[~{,]|f"((?:site|portal)-[a-z-]*)\{', texts))
    prefixes = tuple(part for pair in begun for part in pair if part)
    assert {name for name in known - named if not name.startswith(prefixes)} == set()


def test_what_the_catalog_tells_of_itself_is_not_what_is_newest(released: Workspace) -> None:
    home = page(released, "")
    newest = home.split('id="newest"')[1]
    assert "datasets/tree_inventory/" in newest
    assert not [kind for kind in (ACTIVE, SCORES, CORRECTIONS, OVERDUE) if f"datasets/{kind}/" in newest]
