"""The sample inbox: the same every time, small, and true to its books."""

from __future__ import annotations

import csv
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.core.paths import Workspace
from pipelines.registry import load_catalog
from pipelines.samples import FLAWS, generate
from pipelines.samples.subsidies import PAYERS

SEED = 7
SCALE = 0.2


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    generate(folder, SEED, SCALE)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path, SEED, SCALE)
    assert files(tmp_path) == files(inbox)


def test_another_seed_gives_another_city(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path, SEED + 1, SCALE)
    assert files(tmp_path).keys() == files(inbox).keys()
    assert files(tmp_path) != files(inbox)


def test_shipped_inbox_is_small_and_is_what_the_generator_writes(tmp_path: Path) -> None:
    generate(tmp_path, 2026, 1)
    made = files(tmp_path)
    assert sum(map(len, made.values())) < 3_000_000
    shipped = files(Path(__file__).resolve().parents[3] / "data" / "inbox")
    assert shipped.keys() == made.keys()
    # Compressed bytes differ between builds of zlib; what is in them does not.
    assert [name for name in made if not name.endswith((".xlsx", ".zip")) and shipped[name] != made[name]] == []


def test_scale_must_be_positive(tmp_path: Path) -> None:
    for scale in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="positive"):
            generate(tmp_path, SEED, scale)


def test_progress_is_told_to_the_last_delivery(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    ledger = generate(tmp_path, SEED, 0.01, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(ledger.deliveries), len(ledger.deliveries))


def test_every_flaw_has_one_delivery_of_its_own(tmp_path: Path) -> None:
    ledger = generate(tmp_path, SEED, 0.01)
    assert {entry.flaw for entry in ledger.flawed()} == {flaw.kind.value for flaw in FLAWS}
    assert len(ledger.flawed()) == len(FLAWS)
    assert all(entry.rows == 0 for entry in ledger.deliveries if entry.verdict in {"rejected", "unplaced"})


def test_ledger_adds_up_to_the_registers(inbox: Path, tmp_path: Path) -> None:
    ledger = generate(tmp_path, SEED, SCALE)
    entry = next(
        each for each in ledger.deliveries
        if (each.organisation, each.period) == ("human_resources_bureau", "2026-Q1")
    )  # fmt: skip
    archive = next((inbox / "human_resources_bureau" / "subsidy_distribution" / "2026-Q1").glob("*.zip"))
    amounts = []
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            rows = list(csv.DictReader(members.read(name).decode("gb18030").splitlines()[3:]))
            paid = [row for row in rows if (row["发放编号"] or "").startswith("RS-")]
            amounts += [Decimal(row["发放金额"].replace(",", "")) for row in paid]
    assert (len(amounts), sum(amounts)) == (entry.rows, entry.amount)


def test_ledger_file_holds_no_personal_value(tmp_path: Path) -> None:
    ledger = generate(tmp_path / "inbox", SEED, 0.05)
    ledger.write_ledger(tmp_path / "ledger.json")
    text = (tmp_path / "ledger.json").read_text(encoding="utf-8")
    assert not [kind for kind, value in ledger.iter_personal_values() if value in text]


def test_ledger_names_everyone_in_the_registers(inbox: Path, tmp_path: Path) -> None:
    values = {value for _, value in generate(tmp_path, SEED, SCALE).iter_personal_values()}
    register = next((inbox / "healthcare_security_bureau" / "subsidy_distribution" / "2026-Q1").glob("*.csv"))
    rows = list(csv.DictReader(register.read_bytes().decode("gb18030").splitlines()[3:]))
    people = [row for row in rows if row["补贴对象类型"] == "个人"]
    assert people
    for row in people:
        assert {row["姓名或单位名称"], row["身份证号码"], row["银行账号"], row["联系电话"], row["住址"]} <= values


def test_sample_city_agrees_with_the_catalog() -> None:
    catalog = load_catalog(Workspace.default().schema)
    programmes = catalog.codelists["subsidy_programme"].rows
    assert {(row["name_zh"], row["organisation"]) for row in programmes} == {
        (programme.name, organisation) for organisation, payer in PAYERS.items() for programme in payer.programmes
    }
    assert {flaw.organisation for flaw in FLAWS} <= catalog.organisations.keys()
