"""The page about a dataset: what it tells, and that whatever datasets hold stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from describing import dataset_file, update
from pages import Element, check_accessible, make_portal, page, reshown
from publicising import HOSTILE, download, publicise, refresh, two_datasets
from publishing import (
    NOW,
    add_candidate,
    copied,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import field, tree_descriptor, tree_schema

from pipelines.catalog.metadata.texts import short
from pipelines.core.paths import Workspace
from pipelines.core.records import FieldReceipt
from pipelines.publish import FolderStore, Manifest, withdraw

TREES = "datasets/tree_inventory/"
#: What no text of a page may hold.
UNSEEN = re.compile("[\u202e\u2066\x00\x07\x1b\ufffe]")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A catalog with pages, metadata and downloads."""
    workspace = two_datasets(tmp_path_factory.mktemp("made"))
    download(workspace, "1.0.1")
    refresh(workspace)
    make_portal(workspace)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    return copied(made, tmp_path)


@pytest.fixture
def english(made: Workspace) -> Element:
    return page(made, f"en/{TREES}")


def test_pages_are_accessible_as_far_as_markup_tells(made: Workspace) -> None:
    for prefix in ("", "en/"):
        for place in ("", "versions/", "1.0.0/", "1.0.1/"):
            check_accessible(page(made, f"{prefix}{TREES}{place}"))
        check_accessible(page(made, f"{prefix}code-lists/district/"))
        check_accessible(page(made, f"{prefix}code-lists/"))


def test_versions_are_told_in_words_and_numbers(english: Element) -> None:
    first, second = english.section("versions").all("ol")[0].all("li")[0], english.section("versions").all("ol")[0]
    assert "1.0.1" in first.text and "correction" in first.text
    assert "Rows: 2; added: 0, removed: 0, changed: 1." in first.text and "Periods changed: 2025" in first.text
    assert "First version. Rows: 2, periods: 2." in second.text
    assert english.links()["All 2 versions"] == "../../../en/datasets/tree_inventory/versions/"


def test_what_was_withheld_and_why(english: Element) -> None:
    section = english.section("disclosure")
    (row,) = section.all("tbody")[0].all("tr")
    assert [cell.text for cell in row.all("th", "td")] == [
        "keeper phone keeper_phone", "left out", "not disclosed", "PIPL art. 28", "2",
    ]  # fmt: skip
    assert section.links()["The list of matters that are not disclosed"].endswith("disclosure/negative-list/")


def test_quality(english: Element) -> None:
    text = english.section("quality").text
    for said in (
        "Updated 2026-04-02", "Frequency yearly", "Newest period 2025", "Rows delivered 2", "of 405 points",
        "1 of 2 versions changed what had been published", "No time limit is set for this dataset.",
        "Within a period no two rows have the same tree_id.",
    ):  # fmt: skip
        assert said in text, said


def test_what_the_metadata_lack_is_told_with_its_worth(workspace: Workspace) -> None:
    path = workspace.catalog / "metadata" / "datasets" / "tree_inventory" / "score.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["items"] = [{**item, "points": 0} if item["name"] == "keyword" else item for item in said["items"]]
    path.write_text(json.dumps(said), encoding="utf-8")
    workspace.portal.unlink()
    make_portal(workspace)
    assert "Keywords – 30 points" in page(workspace, f"en/{TREES}").section("quality").text


def test_the_next_period_is_expected_by_a_day_that_does_not_depend_on_today(workspace: Workspace) -> None:
    rule = {
        "id": "yearly", "subject": {"zh": "清单", "en": "The inventory"}, "event": "period_end",
        "within": {"calendar_days": 20}, "from_period": "2024", "basis": {"zh": "第二十六条", "en": "Article 26"},
    }  # fmt: skip
    make_portal(workspace)
    update(dataset_file(workspace), deadlines=[rule])
    assert make_portal(workspace).made == ("tree_inventory",)
    text = page(workspace, f"en/{TREES}").section("quality").text
    assert "The inventory Within 20 days after the end of the period Next: 2026, by 2027-01-20. Article 26" in text
    assert "No time limit" not in text


def test_the_dictionary_tells_types_rules_units_and_codes_in_words(english: Element) -> None:
    rows = {row.attributes["id"]: row for row in english.section("dictionary").all("tbody")[0].all("tr")}
    height, species, district = (rows[f"field-{name}"].text for name in ("height", "species", "district"))
    assert "decimal number, 2 places, exact metre (m)" in height and "at least 0" in height
    assert "one of: ginkgo, willow, pine" in species
    assert "never missing" in district and "2 codes" in district
    assert "key" in rows["field-tree_id"].text
    assert rows["field-district"].links()["CSV"].startswith("../../../codelists/")


def test_the_preview_has_the_first_rows_with_units(english: Element) -> None:
    table = english.by_id("preview-table")
    assert "height metre (m)" in table.all("thead")[0].text
    assert [row.all("td")[0].text for row in table.all("tbody")[0].all("tr")] == ["T00001", "T00001"]


def test_feedback_opens_a_mail_with_dataset_and_version(english: Element) -> None:
    (address,) = english.section("more").all("dd")[0].links().values()
    assert re.fullmatch(r"mailto:[A-Za-z0-9.@-]+\?subject=[A-Za-z0-9._~%-]+&body=[A-Za-z0-9._~%-]+", address)
    said = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert said["subject"] == ["Tree inventory (tree_inventory 1.0.1)"]
    assert said["body"][0].split("\r\n")[1] == "Version: 1.0.1"


def test_citations_stand_on_the_page_and_in_files(english: Element, made: Workspace) -> None:
    copied = [each.all("pre")[0].exact for each in english.section("cite").all("div")]
    folder = made.catalog / TREES / "1.0.1"
    assert copied[2] == (folder / "cite.bib").read_text(encoding="utf-8")
    assert json.loads(copied[3]) == json.loads((folder / "cite.json").read_text(encoding="utf-8"))
    assert "树木清单: 1.0.1 版[DS/OL]" in copied[0] and "Tree inventory (Version 1.0.1) [Data set]" in copied[1]
    links = english.section("cite").links()
    assert (made.catalog / "en" / TREES / unquote(links["cite.bib"])).resolve() == (folder / "cite.bib").resolve()


def test_feeds_and_documents_for_machines_are_linked(english: Element, made: Workspace) -> None:
    links = english.section("more").links()
    for name in ("Atom feed of this dataset", "DCAT-AP (Turtle)", "Data Package", "Croissant", "schema.org", "DCAT-US",
                 "Atom feed of the theme “Parks”"):  # fmt: skip
        assert (made.catalog / "en" / TREES / links[name]).is_file(), name


def doctored(manifest: Manifest) -> Manifest:
    """A version in which every text of people is hostile."""
    hostile = {"zh": HOSTILE, "en": HOSTILE}
    fields = [
        {**entry, "titles": hostile, "descriptions": hostile, "unit": HOSTILE, "type": entry["type"],
         "constraints": {"pattern": HOSTILE, "enum": [HOSTILE, 1], "minimum": HOSTILE},
         "categories": [{"value": HOSTILE, "label": HOSTILE}],
         "disclosure": {"attribute": "withheld", "treatment": {"to": "x"}, "when": {HOSTILE: [HOSTILE]}}}
        for entry in manifest.schema["fields"]
    ]  # fmt: skip
    receipt = (FieldReceipt(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "note", 2),
               FieldReceipt(HOSTILE, HOSTILE, "small_cells", HOSTILE, "note", 2, HOSTILE, 5))  # fmt: skip
    return replace(
        manifest, note=hostile, schema={**manifest.schema, "fields": fields},
        segments=tuple(replace(segment, receipt=receipt) for segment in manifest.segments),
        metadata={
            **manifest.metadata, "title": hostile, "keywords": {"zh": [HOSTILE], "en": [HOSTILE]},
            "description": {"zh": HOSTILE, "en": HOSTILE + "long " * 100_000}, "licence": HOSTILE,
            "publishers": [{"id": "left_office", "name": hostile}],
            "disclosure": {**manifest.metadata["disclosure"], "basis": hostile},
        },
    )  # fmt: skip


def test_whatever_people_write_stays_text(workspace: Workspace) -> None:
    hostile = {"zh": HOSTILE, "en": HOSTILE}
    harmless = {each.tag for place in (TREES, f"{TREES}1.0.0/") for each in page(workspace, place).all()}
    add_candidate(workspace, [tree(1, HOSTILE.replace("\x00", "")), tree(2, "=1+1")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    reshown(workspace, doctored, doctored)
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.0"], hostile, NOW.replace(day=4), basis=HOSTILE)
    update(workspace.schema / "catalog.yaml", title=hostile, description=hostile, contact_name=hostile)
    assert make_portal(workspace).failed == {}
    seen = 0
    for file in sorted(workspace.catalog.rglob("tree_inventory/**/*")):
        if file.name not in {"index.html", "cite.bib", "cite.json"}:
            continue
        text = file.read_text(encoding="utf-8")
        assert not UNSEEN.search(text), file
        seen += 1
        if file.name == "index.html":
            check_harmless(page(workspace, str(file.parent.relative_to(workspace.catalog))), harmless)
    assert seen > 10
    shown = page(workspace, f"en/{TREES}")
    assert shown.all("h1")[0].text == short(HOSTILE)
    assert short(HOSTILE) in shown.section("disclosure").text and short(HOSTILE) in shown.section("versions").text
    assert " ".join(HOSTILE.split())[:8] in shown.by_id("preview-table").text
    assert short(HOSTILE) in page(workspace, f"en/{TREES}1.0.0/").text


def check_harmless(root: Element, tags: set[str]) -> None:
    """No element that harmless pages have not, no script but ours, no address but of the web, mail and the catalog."""
    check_accessible(root)
    assert {each.tag for each in root.all()} <= {*tags, "blockquote", "strong"}
    for each in root.all():
        for name in ("href", "src"):
            address = each.attributes.get(name, "")
            assert re.match(r"(https?://|mailto:|#|\.|[a-z/.]+$)", address) or not address, address
    for script in root.all("script"):
        assert script.attributes["type"] == "application/ld+json" or script.attributes["src"].endswith(".js")
        if script.attributes["type"] == "application/ld+json":
            json.loads(script.exact)


def test_an_address_that_is_none_of_the_web_is_no_link(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.portal.rendering import environment

    own: Any = environment().get_template("dataset_parts.html.j2").make_module({"t": str, "file": str})
    assert str(own.outside("javascript:alert(1)", "Licence")).strip() == "Licence"
    assert "<a" not in str(own.outside("data:text/html,x", "<b>"))
    assert (
        str(own.outside("https://h.example/?a=1&b=2", "L")).strip() == '<a href="https://h.example/?a=1&amp;b=2">L</a>'
    )


def wide(count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Descriptor and schema of a dataset with many fields, described at length."""
    described = {
        "zh": "这一字段说明所列事项的具体内容与口径，" * 4,
        "en": "What this field tells, and how it is counted. " * 3,
    }
    fields = [
        field(f"a_rather_long_name_of_field_{number}",
              titles={"zh": f"第{number}个指标名称", "en": f"Indicator {number}"},
              descriptions=described, constraints={"required": True, "pattern": "[0-9A-Z]{4}-[0-9]{2}.*"},
              codelist="district")
        for number in range(count)
    ]  # fmt: skip
    schema = {**tree_schema(), "fields": fields, "primaryKey": [fields[0]["name"]], "foreignKeys": []}
    return {**tree_descriptor(), "id": "wide", "row_constraints": [], "drift": []}, schema


def again(manifest: Manifest) -> Manifest:
    return manifest


def test_a_page_of_120_fields_and_100_versions_weighs_less_than_150_kb(tmp_path: Path) -> None:
    workspace = publicise(workspace_with_registry(tmp_path, wide=wide(120)))
    schema = public_schema(wide(120)[1])
    values = [[f"{number:04d}-{column:02d} 一些文字" for column in range(120)] for number in range(40)]
    add_candidate(workspace, values, dataset="wide", schema=schema)
    release_now(workspace, registry(workspace))
    noted = {"zh": "更正了若干数值。" * 20, "en": "Corrected some values. " * 20}
    steps: list[Callable[[Manifest], Manifest]] = [lambda manifest: replace(manifest, note=noted)] * 99
    reshown(workspace, *steps, dataset="wide")
    assert make_portal(workspace).failed == {}
    for prefix in ("", "en/"):
        for place in ("datasets/wide/", "datasets/wide/versions/", "datasets/wide/1.0.99/"):
            content = (workspace.catalog / prefix / place / "index.html").read_bytes()
            assert len(content) <= 150_000, (prefix, place, len(content))
        shown = page(workspace, f"{prefix}datasets/wide/")
        assert len(shown.section("versions").all("ol")[0].all("h3")) == 10
        assert len(shown.section("dictionary").all("tbody")[0].all("tr")) == 120
    assert len(page(workspace, "datasets/wide/versions/").all("tbody")[0].all("tr")) == 100
