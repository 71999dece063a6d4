"""The shipped sample city, run whole: figures to the yuan, nothing personal out, portable catalog."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from forked import Finished, run_forked
from shared import shared_folder
from shipped import CATALOG
from summing import bounds

from pipelines.core.paths import Workspace
from pipelines.disclose.aggregates import dimension
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.flow import open_installation
from pipelines.flow.data_docs import data_docs
from pipelines.publish import FolderStore
from pipelines.publish.verifying import verify_catalog
from pipelines.registry.aggregates import TOTAL
from pipelines.samples import SampleLedger, generate

PROJECT = Path(__file__).parents[2]
#: Departments deliver these; registers are the catalog's own.
DELIVERED = {f"{each.theme}.{each.id}" for each in CATALOG.datasets.values() if each.descriptor.register_of is None}
REGISTERS = {f"{each.theme}.{each.id}" for each in CATALOG.datasets.values()} - DELIVERED
#: Of one only sums are published.
PUBLISHED = DELIVERED - {"welfare.temporary_assistance"}
MUST_NOT_LEAK = {"identity_number", "phone", "bank_account"}


@dataclass(frozen=True)
class City:
    """A finished run over the shipped inbox."""

    data: Path
    environment: dict[str, str]
    output: dict[str, Any]
    ledger: SampleLedger

    @property
    def catalog(self) -> Path:
        return self.data / "catalog"

    def gongkai(self, *arguments: str) -> Finished:
        return run_forked(self.environment, *arguments)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The run over the shipped inbox takes most of a minute: processes that share these tests share it too."""
    folder = shared_folder(tmp_path_factory, "city", _run)
    ledger = generate(tmp_path_factory.mktemp("again"), 2026, 1.0)
    output = json.loads((folder / "output.json").read_text(encoding="utf-8"))
    return City(folder / "data", _environment(folder), output, ledger)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "GONGKAI_DATA": str(folder / "data"), "GONGKAI_SURROGATE_KEY": "ef" * 32}


def _run(folder: Path) -> None:
    """What `make run` does; what it prints as JSON is kept."""
    city = City(folder / "data", _environment(folder), {}, SampleLedger(2026, 1.0, ()))
    shutil.copytree(PROJECT / "data" / "inbox", city.data / "inbox")
    approved = city.gongkai("review", "import", str(PROJECT / "catalog_schema" / "disclosure" / "approvals.yaml"))
    assert approved.returncode == 0 and "Does not apply" not in approved.stdout, approved.stdout
    result = city.gongkai("run", "--json")
    assert result.returncode == 0, result.stderr
    (folder / "output.json").write_text(result.stdout, encoding="utf-8")


def query(city: City, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(city.catalog / "catalog.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_delivery_gets_the_verdict_its_maker_expects(city: City) -> None:
    verdicts = {entry["delivery"]: entry for entry in city.output["deliveries"]}
    placed = [expected for expected in city.ledger.deliveries if expected.verdict != "unplaced"]
    # The sums are of two quarters.
    assert len(verdicts) == len(placed) + len(REGISTERS) + 1
    for expected in placed:
        got = verdicts[f"{expected.dataset}.{expected.period}.{expected.organisation}.1"]
        assert got["verdict"] == expected.verdict
        if expected.verdict != "rejected":
            assert (got["rows_accepted"], got["rows_quarantined"]) == (expected.rows, expected.rows_quarantined)
        if expected.rule is not None:
            assert any(expected.rule in check["rules"] for check in got["checks"].values())
    assert len(city.output["unplaced"]) == 1
    assert [version["version"] for version in city.output["versions"]] == ["1.0.0"] * len(PUBLISHED | REGISTERS)


def test_published_amounts_equal_the_makers_ledger_to_the_fen(city: City) -> None:
    published_ones = [entry for entry in city.ledger.deliveries if entry.verdict not in {"rejected", "unplaced"}]
    for name in sorted(PUBLISHED):
        expected = [entry for entry in published_ones if entry.dataset == name.partition(".")[2]]
        total = sum((entry.amount for entry in expected), Decimal(0))
        rows = sum(entry.rows for entry in expected)
        published = query(city, f"SELECT count(*), sum({expected[0].amount_field or 0}) FROM {name}")
        assert published == [(rows, total)]
    budgets = [entry for entry in published_ones if entry.dataset == "department_budget"]
    sums = "SELECT fiscal_year, sum(amount) FROM finance.department_budget GROUP BY 1"
    for year, amount in query(city, sums):
        assert amount == sum((entry.amount for entry in budgets if entry.period == str(year)), Decimal(0))


def test_no_suppressed_sum_can_be_worked_out_of_the_others(city: City) -> None:
    axes = (
        dimension("district_code", CATALOG.codelists["districts"]),
        dimension("cause", CATALOG.codelists["assistance_cause"]),
    )
    for period in ("2025-Q4", "2026-Q1"):
        rows = query(city, "SELECT district_code, cause, persons, amount, status FROM "
                           f"welfare.temporary_assistance_statistics WHERE assistance_period = '{period}'")  # fmt: skip
        (delivered,) = (city.data / "private" / "outcomes").glob(f"temporary_assistance.{period}.*/*/disclosed.parquet")
        paid = pd.read_parquet(delivered)
        shown: dict[Coordinates, Decimal] = {}
        hidden: dict[Coordinates, Decimal] = {}
        for district, cause, persons, amount, status in rows:
            of_cell = paid[
                ((paid.district_code == district) | (district == TOTAL)) & ((paid.cause == cause) | (cause == TOTAL))
            ]
            true = Decimal(of_cell.paid_amount.sum())
            if status == "F":
                assert (persons, amount) == (of_cell.applicant_surrogate.nunique(), true)
                assert persons == 0 or persons >= 5
                shown[district, cause] = amount
            else:
                assert (persons, amount) == (None, None)
                hidden |= {(district, cause): true} if status == "C" else {}
        assert len(rows) == len(shown) + len(hidden) + sum(status == "D" for *_, status in rows)
        assert hidden and any(status == "D" for *_, status in rows)
        for at, (least, most) in bounds(axes, shown, None, list(hidden)).items():
            value = float(hidden[at])
            assert least <= value * 0.9 + 0.01 and most >= value * 1.1 - 0.01


def searchable(root: Path) -> Iterator[tuple[Path, str]]:
    """Every stored byte as text: raw, and Parquet decoded."""
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        yield path, path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield path, pq.read_table(path).to_pandas().to_csv()


def test_no_personal_value_is_in_the_catalog_or_in_dagsters_storage(city: City) -> None:
    values = {value for kind, value in city.ledger.iter_personal_values() if kind in MUST_NOT_LEAK}
    assert len(values) > 2_000
    private = city.data / "private"
    for root in (city.catalog, private / "dagster", private / "logs", private / "data_docs"):
        searched = 0
        for path, text in searchable(root):
            searched += 1
            digits = "".join(character if character.isalnum() else " " for character in text)
            found = values & set(digits.split())
            assert not found, f"{len(found)} personal values in {path.relative_to(city.data)}"
        assert searched > 0


def test_data_docs_of_every_dataset_open_without_network_and_hold_no_personal_value(city: City) -> None:
    values = {value for kind, value in city.ledger.iter_personal_values() if kind in MUST_NOT_LEAK}
    # Great Expectations is slow to import: once for what the command says, once for all others.
    told = json.loads(city.gongkai("data-docs", "subsidy_distribution", "--json").stdout)
    again = json.loads(city.gongkai("data-docs", "subsidy_distribution", "--version", "1.0.0", "--json").stdout)
    assert (again["index"], told["made"], again["made"]) == (told["index"], True, False)
    assert Path(told["index"]).is_relative_to(city.data / "private" / "data_docs" / "subsidy_distribution")
    with open_installation(Workspace.at(city.data, PROJECT / "catalog_schema")) as inst:
        for dataset in (each.id for each in CATALOG.datasets.values() if each.expectations is not None):
            docs = data_docs(inst, dataset, None, "en", lambda *_: None)
            assert docs.index == city.data / "private" / "data_docs" / dataset / "1.0.0" / "en" / "index.html"
            pages = sorted(docs.index.parent.glob("*.html"))
            assert len(pages) == docs.deliveries + 1
            for page in pages:
                text = page.read_text(encoding="utf-8")
                assert "default-src 'none'" in text
                links = set(re.findall(r"""(?:href|src|action)\s*=\s*["']?([^"'\s>]*)""", text))
                assert links <= {entry.name for entry in pages}
                assert not re.search(r"<script|<link|<img|<iframe|url\(|https?:|@import", text)
                assert not values & set(re.split(r"[^0-9A-Za-z]+", text))


def test_what_a_run_prints_and_reports_holds_no_personal_value(city: City) -> None:
    values = {value for kind, value in city.ledger.iter_personal_values() if kind in MUST_NOT_LEAK}
    printed = json.dumps(city.output, ensure_ascii=False)
    for entry in city.output["deliveries"]:
        if entry["verdict"] != "accepted":
            printed += city.gongkai("report", entry["delivery"], "--json").stdout
    words = set("".join(character if character.isalnum() else " " for character in printed).split())
    assert not values & words


def test_every_quarantined_row_is_in_a_report_with_place_rule_and_remedy(city: City) -> None:
    partly = [entry for entry in city.output["deliveries"] if entry["rows_quarantined"]]
    assert partly
    for entry in partly:
        report = json.loads(city.gongkai("report", entry["delivery"], "--json").stdout)
        quarantined = pq.read_table(Path(report["folder"]) / "quarantine.parquet").to_pylist()
        assert len(quarantined) == entry["rows_quarantined"]
        told = {(f["file"], f["sheet"], f["row"]) for f in report["findings"] if f["severity"] == "error"}
        assert {(row["_file"], row["_sheet"], row["_row"]) for row in quarantined} == told
        for finding in report["findings"]:
            assert finding["rule"] and finding["message"]["en"] and finding["remedy"]["zh"]
            assert finding["field"] or finding["rule"] in {"primary-key", "blank-row", "extra-cell"}


def test_the_catalog_is_portable_and_its_files_hold_the_same_rows(city: City, tmp_path: Path) -> None:
    moved = tmp_path / "搬家 后的目录"
    shutil.copytree(city.catalog, moved)
    program = (
        "import duckdb, json, sys\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "names = con.execute('SELECT theme, dataset FROM catalog.datasets ORDER BY 1').fetchall()\n"
        "print(json.dumps({t + '.' + d: con.execute(f'SELECT count(*) FROM {t}.{d}').fetchone()[0] for t, d in names}))"
    )
    for root in (city.catalog, moved):
        command = [sys.executable, "-c", program, str(root / "catalog.duckdb")]
        result = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
        counts = json.loads(result.stdout)
        # Nothing has been corrected in a first release.
        assert counts.keys() == PUBLISHED | REGISTERS and counts.pop("openness.corrections_register") == 0
        assert min(counts.values()) > 0
    for name, count in counts.items():
        dataset = name.partition(".")[2]
        files = query(city, f"SELECT path FROM catalog.files WHERE dataset = '{dataset}'")
        frames = [pd.read_parquet(moved / path) for (path,) in files]
        assert sum(len(frame) for frame in frames) == count


def test_what_was_accepted_is_published_in_time_and_what_was_rejected_is_owed(city: City) -> None:
    told = json.loads(city.gongkai("deadlines", "--json").stdout)["deadlines"]
    verdicts = {
        (entry.dataset, entry.period, entry.organisation): entry.verdict
        for entry in city.ledger.deliveries
        # Of what is not published nothing is owed.
        if entry.verdict != "unplaced" and CATALOG.datasets[entry.dataset].is_disclosed
    }
    landed = {
        (entry["dataset"], entry["period"], entry["department"]): entry["state"]
        for entry in told
        if entry["deadline"] in {"after_delivery", "change_published"}
    }
    assert landed.keys() == verdicts.keys()
    assert {key for key, state in landed.items() if state == "met"} == {
        key for key, verdict in verdicts.items() if verdict != "rejected"
    }
    # What the city delivers no more becomes overdue month by month; until December 2026 most is met.
    missed = [entry for entry in told if entry["state"] in {"late", "overdue"} and entry["event"] < "2026-12"]
    assert len(missed) < list(landed.values()).count("met")


def test_a_second_run_changes_nothing_and_the_store_verifies(city: City) -> None:
    again = json.loads(city.gongkai("run", "--json").stdout)
    assert (again["deliveries"], again["versions"], again["snapshot"]) == ([], [], 2)
    report = verify_catalog(FolderStore(city.catalog))
    assert (report.problems, len(report.keys)) == ((), 1)


def test_nothing_public_refers_into_the_private_folder(city: City) -> None:
    for path, text in searchable(city.catalog):
        assert "data/private" not in text, path
        assert str(city.data / "private") not in text, path


def sql_blocks(document: str) -> list[str]:
    text = (PROJECT / "docs" / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    return [statement.strip() for block in blocks for statement in block.split(";") if statement.strip()]


def test_every_query_of_the_researchers_guide_returns_rows(city: City) -> None:
    statements = sql_blocks("researcher.md")
    assert len(statements) >= 5
    for statement in statements:
        assert query(city, statement), statement


def test_the_developers_guide_works_on_an_attached_catalog(city: City) -> None:
    with duckdb.connect() as connection:
        for statement in sql_blocks("developer.md"):
            rows = connection.execute(statement.replace("data/catalog", str(city.catalog))).fetchall()
            assert rows or not statement.startswith(("SELECT", "FROM")), statement
        names = connection.sql("FROM labelled.department_budget LIMIT 1").to_arrow_table()
    assert names["budget_book_name_en"].to_pylist() != [None]


def test_commands_of_the_readme_run(city: City) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    queries = re.findall(r'gongkai query "([^"]+)"', readme)
    assert len(queries) >= 2
    for sql in queries:
        assert city.gongkai("query", sql).returncode == 0
    program = re.search(r"<<'PYTHON'\n(.*?)\nPYTHON", readme, flags=re.DOTALL)
    assert program is not None
    source = program[1].replace("data/catalog", str(city.catalog))
    result = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(city.gongkai("check", "--json").stdout)["problems"] == []
    for command in (["status"], ["versions", "subsidy_distribution"]):
        plain, chinese, as_json = (city.gongkai(*command, *more) for more in ([], ["--lang", "zh"], ["--json"]))
        assert plain.returncode == chinese.returncode == as_json.returncode == 0
        assert plain.stdout != chinese.stdout
        json.loads(as_json.stdout)


def test_metadata_of_every_dataset_keep_all_rules_and_score_almost_everything(city: City) -> None:
    checked = json.loads(city.gongkai("check-metadata", "--json").stdout)
    assert checked["problems"] == [] and checked["documents"] > 8 * len(PUBLISHED | REGISTERS)
    scores = json.loads(city.gongkai("score", "--json").stdout)["scores"]
    assert {entry["dataset"] for entry in scores} == {name.partition(".")[2] for name in PUBLISHED | REGISTERS}
    assert min(entry["points"] for entry in scores) >= 395
    assert city.output["metadata"] == []
