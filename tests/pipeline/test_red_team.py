"""Personal numbers planted wherever a delivery has room for them, looked for in everything that comes out."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import openpyxl
import pytest
from dagster_installation import DagsterInstallation, opened
from flowing import HEADER, Command
from openpyxl.comments import Comment
from planting import digits_of, everything_in, personal_numbers, planted_in, written
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.personal_data import looks_like_personal_data

COUNT = 10_000
LONG_AGO = 1_700_000_000


@dataclass
class Planter:
    """Hands out the numbers one after the other, each in the next way of writing."""

    numbers: list[str]
    used: int = 0

    def __call__(self) -> str:
        self.used += 1
        return written(self.numbers[self.used - 1], self.used).replace('"', "").replace("\n", " ")

    def bare(self) -> str:
        self.used += 1
        return self.numbers[self.used - 1]


@dataclass(frozen=True)
class Attacked:
    installation: DagsterInstallation
    planted: frozenset[str]
    printed: dict[str, str]
    verdicts: dict[str, tuple[str, ...]]


def table(plant: Planter, good: int, quarantined: int, noted: int = 0) -> str:
    """Rows with numbers in the withheld field; in every field of faulty rows; in the notes of ``noted`` others."""
    rows = [f't{n},ginkgo,999901,12.50,2020-03-01,,"{plant()}",\n' for n in range(good)]
    for n in range(quarantined):
        broken = [f"q{n}", "ginkgo", "999901", "1", "2020-03-01", "", f'"{plant()}"', f'"{plant()}"']
        broken[n % 6 if n % 6 else 3] = f'"{plant()}"'
        rows.append(",".join(broken) + "\n")
    rows += [f'n{n},pine,999902,3,2021-03-01,,,"{plant()}"\n' for n in range(noted)]
    return HEADER + "".join(rows)


def workbook(plant: Planter) -> bytes:
    """An accepted sheet with comments, hidden sheets, rows and a column, properties, headers and footers of pages."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "trees"
    sheet.append([*HEADER.strip().split(","), "remarks"])
    sheet.column_dimensions["I"].hidden = True
    for n in range(200):
        sheet.append([f"w{n}", "ginkgo", "999901", 12.5, "2020-03-01", None, plant(), None, plant()])
        sheet.cell(n + 2, 1).comment = Comment(plant(), plant())
        sheet.row_dimensions[n + 2].hidden = n % 10 == 0
    for margin in (sheet.oddHeader, sheet.oddFooter):
        assert margin is not None
        margin.center.text = plant()
    for n in range(2):
        hidden = book.create_sheet(plant.bare()[:31])
        hidden.sheet_state = ("hidden", "veryHidden")[n]
        for _ in range(200):
            hidden.append([plant(), plant()])
    for name in ("creator", "title", "subject", "keywords", "description", "category", "lastModifiedBy"):
        setattr(book.properties, name, plant())
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(plant: Planter) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened_zip:
        opened_zip.comment = plant.bare().encode()
        for n in range(3):
            content = table(plant, 100, 3).replace("\nt", f"\nz{n}-").replace("\nq", f"\ny{n}-")
            opened_zip.writestr(f"{plant.bare()}/trees {plant.bare()}.csv", content)
    return stream.getvalue()


def records(plant: Planter) -> str:
    """JSON with numbers for keys, and as further values."""
    rows = [
        {"tree_id": f"j{n}", "species": "pine", "district": "999901", plant.bare(): n, "keeper_phone": plant()}
        for n in range(200)
    ]
    return json.dumps(rows, ensure_ascii=False)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("attacked")
    numbers = personal_numbers(COUNT)
    plant = Planter(numbers)
    with pytest.MonkeyPatch.context() as patch, opened(folder) as installation:
        patch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
        patch.setenv("GONGKAI_LANG", "en")
        workspace = installation.workspace
        descriptor = tree_descriptor()
        flat = {"format": "csv", "steps": [{"step": "trim"}]}
        descriptor["layouts"] = [
            {"name": "printed", **flat, "file": "printed*", "header_row": 2, "footer": "^填表人"},
            {"name": "flat", **flat},
            {"name": "book", "format": "xlsx"},
            {"name": "records", "format": "json"},
        ]
        write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))

        def put(content: str | bytes, organisation: str, period: str, name: str) -> None:
            path = workspace.inbox / organisation / "tree_inventory" / period / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

        put(table(plant, 2000, 300), "parks_office", "2024", f"trees {plant.bare()}.csv")
        put(table(plant, 10, 0, noted=600), "east_district_office", "2024", "trees.csv")
        put(workbook(plant), "parks_office", "2025", f"{plant.bare()}.xlsx")
        put(records(plant), "east_district_office", "2025", "trees.json")
        put(archive(plant), "parks_office", "2026", f"{plant.bare()}.zip")
        put(
            table(plant, 5, 5).encode() + b"\xff\xfe\x81" + plant().encode(),
            "east_district_office",
            "2026",
            "trees.csv",
        )
        put(table(plant, 3, 0), f"office {plant.bare()}", "2026", "trees.csv")
        put(table(plant, 3, 0), "parks_office", plant.bare(), "trees.csv")
        rest = COUNT - plant.used - 100
        preamble = f"{plant()} {plant()}\n"
        put(preamble + table(plant, rest, 20) + f"填表人：{plant()}\n", "parks_office", "2027", "printed.csv")
        for period in ("2024", "2025"):  # the others by the command line
            for file in workspace.inbox.rglob(f"{period}/*"):
                os.utime(file, (LONG_AGO, LONG_AGO))
            installation.run("process_yearly", partition_key=period)
        gongkai = Command()
        reasons = ["--reason-zh", f"已更正 {plant()}", "--reason-en", f"corrected for {plant.bare()}"]
        printed = {
            "note": gongkai("note", "tree_inventory", *reasons).output,
            "run": gongkai("run", "--json").stdout,
            "rollback": gongkai("rollback", "tree_inventory", "1.0.0", *reasons).output,
            "withdraw": gongkai("withdraw", "tree_inventory", "1.0.0", *reasons, "--yes").output,
        }
        installation.run("release")
        printed["status"] = gongkai("status").stdout + gongkai("status", "--json").stdout
        verdicts = {}
        for entry in (*workspace.outcomes.iterdir(),):
            printed[f"report {entry.name}"] = (
                gongkai("report", entry.name).stdout + gongkai("report", entry.name, "--json").stdout
            )
            page = folder / f"{entry.name}.html"
            gongkai("report", entry.name, "--html", str(page))
            printed[f"page {entry.name}"] = page.read_text(encoding="utf-8") if page.is_file() else ""
            told = json.loads(gongkai("report", entry.name, "--json").stdout)
            rules = sorted({finding["rule"] for finding in told["findings"] if finding["severity"] == "error"})
            verdicts[entry.name.removeprefix("tree_inventory.")] = (told["verdict"], *rules)
        yield Attacked(installation, digits_of(numbers[: plant.used]), printed, verdicts)


def test_numbers_are_planted_in_every_kind_of_delivery(attacked: Attacked) -> None:
    assert len(attacked.planted) > 0.9 * COUNT
    faulty = ("partly_accepted", "constraint-error", "foreign-key", "type-error")
    assert attacked.verdicts == {
        "2024.parks_office.1": faulty,
        "2024.east_district_office.1": ("rejected", "personal-data"),
        "2025.parks_office.1": ("accepted",),
        "2025.east_district_office.1": ("accepted",),
        "2026.parks_office.1": faulty,
        "2026.east_district_office.1": ("rejected", "undecodable"),
        "2027.parks_office.1": faulty,
    }


def test_nothing_public_holds_one(attacked: Attacked) -> None:
    catalog = attacked.installation.workspace.catalog
    leaks = {str(path): found for path, text in everything_in(catalog) if (found := planted_in(text, attacked.planted))}
    assert leaks == {}
    with duckdb.connect(str(catalog / "catalog.duckdb"), read_only=True) as index:
        rows = index.execute("SELECT * FROM parks.tree_inventory").fetchall()
    assert rows and not planted_in(repr(rows), attacked.planted)


def test_dagsters_storage_and_logs_hold_none(attacked: Attacked) -> None:
    workspace = attacked.installation.workspace
    for root in (workspace.dagster_home, workspace.data / "private" / "logs"):
        leaks = {
            str(path): found for path, text in everything_in(root) if (found := planted_in(text, attacked.planted))
        }
        assert leaks == {}


def test_nothing_printed_or_reported_holds_one(attacked: Attacked) -> None:
    leaks = {
        command: found for command, text in attacked.printed.items() if (found := planted_in(text, attacked.planted))
    }
    assert leaks == {}


def test_officers_texts_are_refused(attacked: Attacked) -> None:
    for command in ("note", "rollback", "withdraw"):
        assert "looks like personal data" in " ".join(attacked.printed[command].split())


def test_each_way_of_writing_would_be_seen_in_a_public_field() -> None:
    texts = [written(number, way) for way, number in enumerate(personal_numbers(3000))]
    assert [text for text in texts if not looks_like_personal_data(text)] == []


def test_the_search_finds_each_way_of_writing() -> None:
    for way in range(15):
        for number in personal_numbers(300):
            assert planted_in(f"a{written(number, way)}b", digits_of([number])) == {number[:17]}
