"""Files for download as a reader takes them: from the dataset's page, into the program that each is for."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from apiserving import Site
from browsing import HOSTILE, Watched
from frictionless import Package
from playwright.sync_api import Browser
from publishing import tree

TREES = [tree(number, "pine", "4.25") for number in range(1, 61)] + [tree(number) for number in range(1, 41)]
NOTES = sorted(str(row[-1]) for row in TREES)


@pytest.fixture(scope="module")
def taken(browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Files by what their names end in, of two datasets; each as its row of the table says."""
    folder, found = tmp_path_factory.mktemp("downloads"), dict[str, Path]()
    with browser.new_context(locale="en", accept_downloads=True) as context:
        for dataset in ("tree_inventory", "lamp_inventory"):
            watched = Watched(context.new_page(), site)
            watched.open(f"en/datasets/{dataset}/")
            for row in watched.page.locator("section[aria-labelledby=downloads] tbody tr").all():
                with watched.page.expect_download() as started:
                    row.get_by_role("link").click()
                path = folder / started.value.suggested_filename
                started.value.save_as(path)
                assert row.get_by_role("link").inner_text() == path.name
                assert row.locator(".hash").inner_text() == hashlib.sha256(path.read_bytes()).hexdigest()
                found[f"{dataset.partition('_')[0]}{path.suffix}"] = path
            assert (watched.elsewhere, watched.faults) == ([], [])
        yield found


def test_there_is_a_file_of_each_format(taken: dict[str, Path]) -> None:
    endings = {".csv", ".parquet", ".xlsx", ".zip"}
    assert set(taken) == {f"{dataset}{ending}" for dataset in ("tree", "lamp") for ending in endings}


def test_buttons_at_the_top_give_the_same_files(watched: Watched) -> None:
    watched.open("en/datasets/tree_inventory/")
    table = watched.page.locator("section[aria-labelledby=downloads] tbody a")
    address = "all => all.map((each) => each.href)"
    assert watched.page.locator("ul.get a").evaluate_all(address) == table.evaluate_all(address)


def test_parquet_opens_in_pandas_and_duckdb(taken: dict[str, Path]) -> None:
    frame = pd.read_parquet(taken["tree.parquet"])
    assert sorted(frame["note"]) == NOTES
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT sum(height) FROM '{taken['tree.parquet']}'").fetchall()
    assert found == [(sum(row[3] for row in TREES),)]
    assert list(pd.read_parquet(taken["lamp.parquet"])["note"]) == list(HOSTILE)


def test_csv_opens_in_pandas_without_formulas(taken: dict[str, Path]) -> None:
    frame = pd.read_csv(taken["tree.csv"], dtype=str)
    assert sorted(frame["note"]) == NOTES
    assert list(frame.columns) == list(pd.read_parquet(taken["tree.parquet"]).columns)
    notes = list(pd.read_csv(taken["lamp.csv"], dtype=str, keep_default_na=False)["note"])
    assert notes[:2] == list(HOSTILE[:2]) and not [note for note in notes if note.startswith("=")]


def test_workbooks_open_in_openpyxl_without_formulas(taken: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(taken["tree.xlsx"])
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert set(NOTES) <= cells
    lamps = openpyxl.load_workbook(taken["lamp.xlsx"])
    assert not [cell for sheet in lamps for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("dataset", ["tree", "lamp"])
def test_zip_files_are_data_packages(taken: dict[str, Path], tmp_path: Path, dataset: str) -> None:
    with zipfile.ZipFile(taken[f"{dataset}.zip"]) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.flatten(["type", "message"]) == []
