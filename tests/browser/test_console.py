"""The SQL console as a reader uses it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb
import pandas as pd
import pyarrow.parquet as pq
from apiserving import Site
from browsing import HOSTILE, Console, Watched, reading
from playwright.sync_api import Browser, Route, expect

from pipelines.core.paths import Workspace

JOIN = """
SELECT new.species, c.name_en AS district, count(*) AS trees, sum(new.height) AS height, count(old.tree_id) AS before
FROM tree_inventory new
LEFT JOIN "tree_inventory@1.0.0" old ON old.tree_id = new.tree_id AND old.species = new.species
JOIN lamp_inventory lamp ON lamp.district = new.district AND lamp.tree_id = 'T00000'
JOIN codelists.district c ON c.code = new.district
GROUP BY ALL ORDER BY ALL
"""


def test_a_join_over_two_datasets_an_old_version_and_a_code_list(console: Console) -> None:
    assert console.run(JOIN) == [["ginkgo", "East", "40", "140.00", "40"], ["pine", "East", "60", "255.00", "0"]]
    assert console.status.startswith("Rows: 2.")
    objects = [address for address in console.asked if "/objects/" in address]
    # Both years of the new version, and the lamps; the old version shares a file, which the browser has by then.
    assert len(set(objects)) == 3


def test_nothing_is_loaded_before_the_reader_asks(console: Console) -> None:
    console.page.locator("#datasets details").first.wait_for()
    assert not [address for address in console.asked if "duckdb" in address or "parquet" in address]
    assert console.page.locator("#results").is_hidden()
    console.page.fill("#sql", "FROM grove_inventory")
    needed = console.page.locator("#needs")
    expect(needed).to_contain_text("grove_inventory@1.0.0: 300,000 rows")
    assert not [address for address in console.asked if "duckdb" in address or "/objects/" in address]


def test_a_link_shows_its_query_and_runs_it_when_the_reader_says_so(console: Console) -> None:
    console.open(f"en/console/?again#sql={quote('SELECT 1 + 41 AS answer, $$a+b%&#$$ AS signs')}")
    expect(console.page.locator("#status")).to_contain_text("came with the link")
    assert not [address for address in console.asked if "duckdb.js" in address]
    console.page.get_by_role("button", name="Run").click()
    assert console.results() == [["42", "a+b%&#"]]


def test_going_back_shows_the_query_before_and_its_results(console: Console) -> None:
    console.run("SELECT 'first' AS a")
    console.run("SELECT 'second' AS a")
    console.page.go_back()
    expect(console.page.locator("#result td")).to_have_text("first")
    assert console.page.input_value("#sql") == "SELECT 'first' AS a"
    console.page.go_forward()
    expect(console.page.locator("#result td")).to_have_text("second")


def test_the_link_that_is_copied_opens_the_query(console: Console) -> None:
    console.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    console.page.fill("#sql", "SELECT 7 AS n")
    console.page.get_by_role("button", name="Copy link").click()
    expect(console.page.locator("#status")).to_contain_text("copied")
    address = console.page.evaluate("() => navigator.clipboard.readText()")
    console.page.goto("about:blank")
    console.page.goto(address)
    assert console.page.input_value("#sql") == "SELECT 7 AS n"


def test_names_are_those_of_the_catalogs_index(console: Console, workspace: Workspace) -> None:
    """The same statements give the same in DuckDB with the catalog's index."""
    statements = [
        "SELECT count(*), sum(height) FROM parks.tree_inventory",
        "SELECT count(*), sum(height) FROM parks.tree_inventory('1.0.0')",
        "SELECT district_name_zh, district_name_en, count(*) FROM labelled.tree_inventory GROUP BY ALL",
        "SELECT * FROM codelists.district ORDER BY code",
    ]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{workspace.catalog / 'catalog.duckdb'}' AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
        connection.execute(f"SET VARIABLE catalog_root = '{workspace.catalog}'")
        for statement in statements:
            expected = [
                ["∅" if value is None else str(value) for value in row] for row in connection.sql(statement).fetchall()
            ]
            assert console.run(statement) == expected


def test_files_of_results_open_elsewhere_with_all_values(
    console: Console, saved: Callable[[str], Path], workspace: Workspace
) -> None:
    console.run("SELECT * FROM readings ORDER BY reading_id")
    parquet, csv = saved("Save as Parquet"), saved("Save as CSV")
    rows = [tuple(reading(number)) for number in range(1, 46)]
    assert [tuple(row.values()) for row in pq.read_table(parquet).to_pylist()] == rows
    with duckdb.connect() as connection:
        assert connection.sql(f"SELECT sum(amount) FROM '{parquet}'").fetchall() == [
            (sum(row[1] or 0 for row in rows),)
        ]
        types = "{'amount': 'DECIMAL(18, 2)'}"
        told = connection.sql(f"SELECT * FROM read_csv('{csv}', header = true, types = {types}) ORDER BY reading_id")
        assert told.fetchall() == rows
    frame = pd.read_csv(csv, dtype={"amount": str})
    assert [Decimal(text) for text in frame["amount"].dropna()] == [row[1] for row in rows if row[1] is not None]


def test_a_result_beyond_the_page_is_whole_in_its_files(console: Console, saved: Callable[[str], Path]) -> None:
    assert len(console.run("SELECT range AS n FROM range(250000)")) == 1000
    assert "Rows: 250,000. The first 1,000 are shown" in console.status
    assert pq.read_metadata(saved("Save as Parquet")).num_rows == 250_000
    assert len(pd.read_csv(saved("Save as CSV"))) == 250_000


def test_hostile_values_are_texts_and_formulas_are_guarded(console: Console, saved: Callable[[str], Path]) -> None:
    rows = console.run("SELECT note, note AS again FROM lamp_inventory ORDER BY tree_id")
    assert [row[0] for row in rows] == list(HOSTILE)
    assert console.page.locator("#result img, #result script, #result a").count() == 0
    lines = pd.read_csv(saved("Save as CSV"), dtype=str, keep_default_na=False)["note"].tolist()
    assert lines[2:4] == ["'=cmd|' /C calc'!A0", "''=1+1"]
    assert lines[:2] == list(HOSTILE[:2])
    console.run("""SELECT 1 AS "<img src=x onerror=document.body.dataset.hacked=1>", '=1' AS "=1+1" """)
    assert (
        saved("Save as CSV").read_bytes()
        == "\ufeff<img src=x onerror=document.body.dataset.hacked=1>,'=1+1\r\n1,'=1\r\n".encode()
    )


def test_errors_are_told_with_duckdbs_words_as_text(console: Console) -> None:
    told = console.problem_of("SELECT '<img src=x onerror=document.body.dataset.hacked=1>'::INTEGER")
    assert told.startswith("The query could not be run. DuckDB says:")
    assert "Conversion Error" in told
    assert "<img src=x" in told
    assert console.page.locator("#problem img").count() == 0
    assert console.page.locator("#results").is_hidden()
    assert "tree_inventory has no version 9.0.0" in console.problem_of('FROM "tree_inventory@9.0.0"')
    assert "bench_inventory has no version 1.0.0, or it was withdrawn" in console.problem_of(
        "FROM bench_inventory('1.0.0')"
    )
    assert "type ENUM" in console.problem_of("SELECT 'a'::ENUM('a', 'b') AS kind")
    assert console.run("SELECT 1") == [["1"]]


def test_statements_reach_no_server(console: Console, site: Site) -> None:
    console.run("SELECT 1")
    before = len(console.asked)
    for statement in (
        "INSTALL httpfs; LOAD httpfs", "SELECT json_extract('{}', '$.a')", f"FROM read_csv('{site.url}/latest.json')",
        "FROM 'https://example.com/x.parquet'", f"COPY (SELECT 1) TO '{site.url}/x.csv'",
        f"ATTACH '{site.url}/catalog.duckdb'", "SET enable_external_access = true",
        f"SET custom_extension_repository = '{site.url}'", "FROM read_text('/etc/passwd')",
    ):  # fmt: skip
        assert "DuckDB says" in console.problem_of(statement)
    # A new address in the browser's bar makes it look for the page's icon.
    assert [address for address in console.asked[before:] if not address.endswith(".svg")] == []


def test_duckdbs_worker_reaches_no_server_even_by_itself(console: Console, site: Site) -> None:
    """What runs in it cannot, whatever the host's policy is."""
    console.run("FROM tree_inventory")
    [worker] = [each for each in console.page.workers if each.evaluate("() => 'gongkai' in self")]
    for attempt in ("fetch(url)", "new XMLHttpRequest()", "new WebSocket(url)", "importScripts(url)"):
        ask = f"async url => {{ try {{ await {attempt} }} catch (problem) {{ return problem.message }} return '' }}"
        assert worker.evaluate(ask, f"{site.url}/latest.json").startswith("refused"), attempt


def test_a_query_that_takes_too_long_is_cancelled(console: Console) -> None:
    console.run("SELECT count(*) FROM tree_inventory")
    console.page.fill("#sql", "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    console.page.press("#sql", "Control+Enter")
    expect(console.page.locator("#status")).to_contain_text("Running")
    console.page.get_by_role("button", name="Cancel").click()
    expect(console.page.locator("#problem")).to_contain_text("Cancelled")
    # DuckDB starts anew, and what it had loaded is loaded again.
    assert console.run("SELECT count(*) FROM tree_inventory") == [["100"]]


def test_more_than_a_browser_can_hold_is_told_before_it_is_loaded(browser: Browser, site: Site) -> None:
    def smaller(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace('"most_rows": 3000000', '"most_rows": 1000'))

    with browser.new_context() as context:
        console = Console(context.new_page(), site)
        console.page.route("**/console/", smaller)
        console.open("en/console/")
        told = console.problem_of("FROM grove_inventory")
        assert "more than the console takes, 1,000 rows" in told
        assert not [address for address in console.asked if "/objects/" in address or "duckdb.js" in address]
        assert len(console.run("FROM tree_inventory")) == 100
        assert "more than the console takes" in console.problem_of("FROM tree_inventory, grove_inventory")


def test_a_program_that_does_not_come_is_told(console: Console) -> None:
    console.page.route("**/*.packed", lambda route: route.fulfill(status=404, body=""))
    assert "could not be loaded (HTTP 404)" in console.problem_of("SELECT 1")
    console.page.unroute("**/*.packed")
    console.page.route("**/duckdb-eh.wasm.packed", lambda route: route.fulfill(status=200, body="no program"))
    assert "DuckDB could not be started in this browser" in console.problem_of("SELECT 1")
    console.page.unroute("**/duckdb-eh.wasm.packed")
    assert console.run("SELECT 1") == [["1"]]


def test_an_altered_file_is_not_used(console: Console) -> None:
    def alter(route: Route) -> None:
        response = route.fetch()
        body = bytearray(response.body())
        body[100] ^= 1
        route.fulfill(response=response, body=bytes(body))

    console.page.route("**/objects/**", alter)
    assert "altered or cut off" in console.problem_of("FROM tree_inventory")
    console.page.unroute("**/objects/**")
    console.page.route("**/objects/**", lambda route: route.fulfill(status=503, body=""))
    assert "HTTP 503" in console.problem_of("FROM tree_inventory")
    console.page.unroute("**/objects/**")
    console.page.route("**/objects/**", lambda route: route.abort())
    assert "the connection failed" in console.problem_of("FROM tree_inventory")
    console.page.unroute("**/objects/**")
    assert len(console.run("FROM tree_inventory")) == 100


def test_every_example_of_every_dataset_runs(console: Console, site: Site) -> None:
    tables = site.ask("/console/tables.json").json
    for dataset in tables["datasets"]:
        examples = site.ask(f"/datasets/{dataset}/queries.json").json
        assert examples["en"] and examples["zh"]
        # The same statement in both languages is run once.
        for sql in dict.fromkeys(each["sql"] for told in examples.values() for each in told):
            assert console.run(sql), sql


def test_examples_are_found_beside_the_console_and_on_the_datasets_page(console: Console) -> None:
    page = console.page
    page.get_by_label("Find a dataset").fill("tree_inventory")
    expect(page.locator("#datasets details")).to_have_count(1)
    page.locator("#datasets summary").click()
    page.get_by_role("button", name="The last two versions compared").click()
    page.get_by_role("button", name="Run").click()
    assert [row[:2] for row in console.results()] == [["1.1.0", "100"], ["1.0.0", "40"]]
    console.open("en/datasets/tree_inventory/")
    page.get_by_role("link", name="Totals by code, with names").click()
    expect(page.locator("#status")).to_contain_text("came with the link")
    page.get_by_role("button", name="Run").click()
    assert console.results() == [["999901", "East", "100", "395.00"]]


def test_results_are_drawn(console: Console) -> None:
    console.run("SELECT species, count(*) AS trees, sum(height) AS total FROM tree_inventory GROUP BY ALL ORDER BY ALL")
    chart = console.page.locator("#chart svg")
    expect(chart).to_have_accessible_name("total by species")
    assert chart.locator("rect title").all_text_contents() == ["ginkgo: 140", "pine: 255"]
    console.page.get_by_label("Kind").select_option("Line")
    assert chart.locator("polyline").count() == 1
    console.page.get_by_label("Up").select_option("trees")
    assert chart.locator("circle title").all_text_contents() == ["ginkgo: 40", "pine: 60"]
    assert console.page.locator("[style]").count() == 0
    console.run("SELECT 'no number' AS a")
    assert console.page.locator("#chart").inner_text() == ""


def test_results_keep_to_rules_of_accessibility(watched: Watched) -> None:
    """The console without them is one of the pages of which that is told in both languages."""
    console = Console(watched.page, watched.site)
    console.open("console/")
    console.run("SELECT species, count(*) AS trees FROM tree_inventory GROUP BY ALL")
    assert console.violations() == []
    console.page.emulate_media(color_scheme="dark")
    assert console.violations() == []
    console.problem_of("SELECT")
    assert console.violations() == []
