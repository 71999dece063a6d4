"""Deliveries to read, and the dataset that says how: a CSV file and a workbook of the same ten columns."""

from __future__ import annotations

import csv
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.orchestration.synthetic import dataset_id, write_registry
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.registry.layouts import FileFormat, Layout

HEADER = ["line_id", *(f"label_{number}" for number in range(6)), "period", "approved", "amount"]


def _rows(count: int) -> Iterator[list[str]]:
    labels = ["市政服务公司 {}", "{} Harbour Road", "note, with a comma {}", "D{:03d}", "{:06d}", "{}"]
    for row in range(count):
        cells = [label.format(row * 7 % 1000) for label in labels]
        yield [f"L{row:09d}", *cells, "2026-03", "2026-03-31", f"{row * 13 % 10_000_000 / 100:.2f}"]


def write_csv(path: Path, rows: int) -> None:
    """Write a CSV file; a row has about 110 bytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows))


def write_workbook(path: Path, rows: int) -> None:
    """Write a workbook with one sheet; amounts are numbers."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("lines")
    sheet.append(HEADER)
    for cells in _rows(rows):
        sheet.append([*cells[:-1], float(cells[-1])])
    book.save(path)


def registry() -> tuple[Catalog, Dataset]:
    """A dataset with a layout for each of the two."""
    with tempfile.TemporaryDirectory() as folder:
        write_registry(Path(folder), 1)
        catalog = load_catalog(Path(folder))
    known = catalog.datasets[dataset_id(0)]
    layouts = tuple(Layout(name=kind.value, format=kind) for kind in (FileFormat.CSV, FileFormat.XLSX))
    return catalog, dataclasses.replace(known, descriptor=known.descriptor.model_copy(update={"layouts": layouts}))
