"""What pages of the console are made of: modules, texts, examples, and what is left where scripts are missing."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from describing import dataset_file, update
from publicising import publicise
from publishing import NOW, add_candidate, named, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.portal import paging, refresh_portal
from pipelines.portal.assets import assets_of, own_assets
from pipelines.portal.browser_assets import pinned_bundles
from pipelines.portal.filters import in_script
from pipelines.portal.pages import console
from pipelines.publish import FolderStore

STATIC = resources.files("pipelines.portal").joinpath("static")
MODULES = {entry.name: entry.read_text(encoding="utf-8") for entry in STATIC.iterdir() if entry.name.endswith(".js")}
#: What writes markup, runs text as code, styles by attribute, or reaches another host.
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|setAttribute\(\"style|"
    r"https?://(?!www\.w3\.org/2000/svg)|sendBeacon|localStorage|document\.cookie"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = publicise(workspace_with_registry(tmp_path, benches=named("benches")))
    for dataset in ("tree_inventory", "benches"):
        add_candidate(made, [tree(number) for number in range(30)], dataset=dataset)
    release_now(made, registry(made))
    return made


def make(workspace: Workspace, browser_assets: Path | None) -> FolderStore:
    store = FolderStore(workspace.catalog)
    refresh_portal(store, registry(workspace), workspace.portal, workspace.work, browser_assets=browser_assets)
    return store


def set_up(folder: Path) -> Path:
    """A folder with all bundles, each file of a byte: pages only name them."""
    for bundle in pinned_bundles().values():
        (folder / bundle.folder).mkdir(parents=True)
        for name in bundle.files:
            (folder / bundle.folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_does_nothing_that_pages_must_not(name: str) -> None:
    assert FORBIDDEN.findall(MODULES[name]) == []
    assert MODULES[name].count("\n") <= 400
    assert max(map(len, MODULES[name].splitlines())) <= 140


def test_what_modules_offer_and_take_fits_together() -> None:
    offered = {
        name: set(re.findall(r"^export (?:async )?(?:function\*?|class|const|let) (\w+)", text, re.MULTILINE))
        for name, text in MODULES.items()
    }
    taken: dict[str, set[str]] = {name: set() for name in MODULES}
    for name, text in MODULES.items():
        for words, source in re.findall(r'^import \{ ([^}]+) \} from "\./(\w+\.js)";$', text, re.MULTILINE):
            for word in words.split(", "):
                original, _, called = word.partition(" as ")
                assert original in offered[source], f"{name}: {original}"
                assert len(re.findall(rf"\b{called or original}\b", text)) > 1, f"{name}: {word} is not used"
                taken[source].add(original)
        assert text.count("\nimport ") == len(re.findall(r"^import \{ [^}]+ \} from", text, re.MULTILINE)), name
    by_tests = {"ticks"}
    assert {
        name: offered[name] - taken[name] - by_tests for name in MODULES if offered[name] - taken[name] - by_tests
    } == {}


@pytest.mark.parametrize(
    ("texts", "modules"),
    [
        (
            {**console._TEXTS, **console._MARKS},
            ["console.js", "dataset_list.js", "plot.js", "tables.js", "results.js", "files.js"],
        ),
        (paging._TEXTS, ["preview.js"]),
    ],
)
def test_scripts_are_given_the_texts_they_say(texts: dict[str, tuple[str, ...]], modules: list[str]) -> None:
    source = "\n".join(MODULES[name] for name in modules)
    said: dict[str, set[str]] = {name: set() for name in re.findall(r'\btext\(\s*"([a-z-]+)"', source)}
    said |= {name: set() for name in re.findall(r'step\("([a-z]+)"', source)}
    for name, params in re.findall(r'(?=\btext\(\s*"([a-z-]+)",\s*\{([^}]*)\})', source):
        said[name] = set(re.findall(r"(?:^|,)\s*(\w+)\b(?=\s*(?::|,|$))", params))
    assert said == {name: set(params) for name, params in texts.items()}


def test_modules_name_each_other_by_their_hashes() -> None:
    first = assets_of({"a.js": b'import { x } from "./b.js";', "b.js": b"export const x = 1;", "c.css": b"./b.js"})
    second = assets_of({"a.js": b'import { x } from "./b.js";', "b.js": b"export const x = 2;", "c.css": b"./b.js"})
    assert first["b.js"].path.removeprefix("assets/") in first["a.js"].content.decode()
    assert first["a.js"].path != second["a.js"].path
    assert first["c.css"] == second["c.css"]
    with pytest.raises(ValueError, match=r"a\.js > b\.js > a\.js"):
        assets_of({"a.js": b'import "./b.js";', "b.js": b'import "./a.js";'})
    with pytest.raises(ValueError, match=r"missing\.js"):
        assets_of({"a.js": b'import "./missing.js";'})
    for asset in own_assets().values():
        assert not re.search(rb'from "\./\w+\.js"', asset.content)


def test_data_in_a_page_end_no_script() -> None:
    hostile = {"a": "</script><script>x</script><!--", "b": "\u2028&"}
    written = in_script(hostile)
    assert "<" not in written
    assert json.loads(written) == hostile


def test_the_portal_does_without_scripts_that_were_not_set_up(workspace: Workspace, tmp_path: Path) -> None:
    store = make(workspace, None)
    page = store.read("en/console/index.html").decode()
    assert "published without the console" in page and "in your browser" not in page
    assert "<script" not in page
    dataset = store.read("datasets/tree_inventory/index.html").decode()
    assert "preview-paging" not in dataset
    assert "“下载”中的文件包含全部数据行" in dataset
    assert "console/#sql" not in dataset
    assert store.size("console/tables.json") is None
    assert make(workspace, tmp_path / "nothing").read("en/console/index.html").decode() == page


def test_scripts_come_and_go_with_their_folder(workspace: Workspace, tmp_path: Path) -> None:
    folder = set_up(tmp_path / "assets")
    store = make(workspace, folder)
    for bundle in pinned_bundles().values():
        there = {entry.path for entry in store.entries(f"assets/{bundle.folder}")}
        assert there == ({f"assets/{bundle.folder}/{name}" for name in bundle.files} if bundle.in_portal else set())
    page = store.read("en/console/index.html").decode()
    settings = json.loads(page.partition('id="console-settings">')[2].partition("</script>")[0])
    assert settings["root"] == "../../"
    assert store.size(settings["guard"].removeprefix("../../")) is not None
    assert 'id="preview-paging"' in store.read("datasets/tree_inventory/index.html").decode()
    written = store.modified(f"assets/{pinned_bundles()['duckdb'].folder}/duckdb.js")
    make(workspace, folder)
    assert store.modified(f"assets/{pinned_bundles()['duckdb'].folder}/duckdb.js") == written
    make(workspace, None)
    assert not [entry.path for entry in store.entries("assets") if "duckdb." in entry.path]
    assert store.size("console/tables.json") is None
    assert store.size("datasets/tree_inventory/queries.json") is None


def test_the_list_of_tables_has_what_it_takes_to_load_them(workspace: Workspace, tmp_path: Path) -> None:
    store = make(workspace, set_up(tmp_path / "assets"))
    tables = json.loads(store.read("console/tables.json"))
    assert tables["datasets"].keys() == {"tree_inventory", "benches"}
    entry = tables["datasets"]["benches"]
    assert (entry["version"], entry["rows"], entry["title_en"]) == ("1.0.0", 30, "Tree inventory")
    manifest = json.loads(store.read(f"manifests/{entry['manifest'][:2]}/{entry['manifest']}.json"))
    assert tables["codelists"] == manifest["metadata"]["codelists"]


def test_examples_follow_the_schema(workspace: Workspace, tmp_path: Path) -> None:
    add_candidate(workspace, [tree(number) for number in range(31)], sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=2))
    store = make(workspace, set_up(tmp_path / "assets"))
    examples = json.loads(store.read("datasets/tree_inventory/queries.json"))
    statements = [example["sql"] for example in examples["en"]]
    assert [example["title"] for example in examples["zh"]] != [example["title"] for example in examples["en"]]
    assert statements[0] == 'SELECT *\nFROM "tree_inventory"\nLIMIT 100'
    assert "strftime(\"planted\", '%Y-%m')" in statements[1]
    assert 'LEFT JOIN codelists."district"' in statements[2]
    assert 'sum(d."height") AS total' in statements[2]
    assert 'FROM "tree_inventory@1.1.0"' in statements[3]
    assert 'FROM "tree_inventory@1.0.0"' in statements[4]
    other = [example["sql"] for example in json.loads(store.read("datasets/benches/queries.json"))["en"]]
    assert not [statement for statement in other if "@" in statement]


def test_totals_are_of_the_rows_that_a_declared_chart_counts(workspace: Workspace, tmp_path: Path) -> None:
    counted = {"kind": "codes", "by": "district", "value": "height", "where": {"tree_id": ["T1", "T'2"]}}
    update(dataset_file(workspace), charts=[{**counted, "once_per": "tree_id"}, counted])
    store = make(workspace, set_up(tmp_path / "assets"))
    (statement,) = (
        example["sql"]
        for example in json.loads(store.read("datasets/tree_inventory/queries.json"))["en"]
        if "codelists" in example["sql"]
    )
    assert "WHERE CAST(d.\"tree_id\" AS VARCHAR) IN ('T1', 'T''2')\n" in statement
    assert "AND strftime(\"planted\", '%Y-%m') = (SELECT max(strftime(\"planted\", '%Y-%m')) FROM" in statement


def test_a_workspace_names_the_folder_of_scripts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_BROWSER_ASSETS", str(tmp_path / "scripts"))
    assert Workspace.default().browser_assets == tmp_path / "scripts"
    monkeypatch.delenv("GONGKAI_BROWSER_ASSETS")
    found = Workspace.default().browser_assets
    assert found is not None
    assert found.name == ".browser-assets"
    assert Workspace.at(tmp_path, tmp_path).browser_assets is None
