"""Deliveries, layouts and readings for tests of the ingest room, on the registry of ``support``."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from support import write_registry

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding
from pipelines.core.records import Delivery, DeliveryKey, LandedFile, RawTable
from pipelines.ingest import read
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.registry.layouts import Layout

Rows = list[list[Any]]


@cache
def catalog() -> Catalog:
    """The registry of ``support``, loaded once."""
    with TemporaryDirectory() as folder:
        return load_catalog(write_registry(Path(folder)))


def dataset(*layouts: dict[str, Any]) -> Dataset:
    """``tree_inventory`` with the given layouts (named by their number unless they have a name)."""
    known = catalog().datasets["tree_inventory"]
    models = tuple(Layout.model_validate({"name": f"layout{n}", **layout}) for n, layout in enumerate(layouts))
    return dataclasses.replace(known, descriptor=known.descriptor.model_copy(update={"layouts": models}))


def delivered(folder: Path, files: Mapping[str, bytes]) -> Delivery:
    """A delivery of the given files; their bytes lie in ``folder`` under their digests."""
    landed = []
    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        (folder / digest).write_bytes(content)
        landed.append(LandedFile(name, digest, len(content), folder / digest))
    return Delivery(DeliveryKey("tree_inventory", "2025", "parks_office"), 1, "0" * 64, tuple(landed))


def read_files(folder: Path, files: Mapping[str, bytes], *layouts: dict[str, Any]) -> RawTable:
    """Read a delivery of these files with these layouts."""
    return read(delivered(folder, files), dataset(*layouts), catalog(), folder / "work")


def rows_of(raw: RawTable) -> Rows:
    """Rows of a raw table as ``[row number, cell, …]``."""
    table = pq.read_table(raw.parquet)
    columns = ["_row", *(name for name in table.schema.names if not name.startswith("_"))]
    return [list(row.values()) for row in table.select(columns).to_pylist()]


def column(raw: RawTable, name: str) -> list[Any]:
    """One column of a raw table, by coordinate or label."""
    stored = name if name.startswith("_") else f"c{raw.labels.index(name)}"
    cells: list[Any] = pq.read_table(raw.parquet).column(stored).to_pylist()
    return cells


def workbook(
    sheets: Mapping[str, Rows],
    hidden: tuple[str, ...] = (),
    merges: Mapping[str, list[str]] | None = None,
) -> bytes:
    """An xlsx file."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merges or {}).get(name, []):
            sheet.merge_cells(area)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return stream.getvalue()


def rejected(folder: Path, files: dict[str, bytes], *layouts: dict[str, Any]) -> list[Finding]:
    """What is found in files that are not read; each finding has its sentences, and nothing is left of the attempt."""
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, files, *layouts)
    assert not (folder / "work" / "raw.parquet").exists()
    assert not list((folder / "work").iterdir())
    for finding in caught.value.findings:
        assert finding.message.text("en") and finding.message.text("zh")
        assert finding.remedy.text("en") and finding.remedy.text("zh")
    return caught.value.findings


def rules(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    """The rules of findings."""
    return [finding.rule for finding in findings]
