"""Excel workbooks that are byte-identical for the same content: openpyxl writes the time of day into them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

from pipelines.core.zip_entries import zip_entry

_WRITTEN = dt.datetime(2026, 1, 1)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def save_workbook(workbook: Workbook, path: Path, keep: float = 1.0) -> None:
    """Save ``workbook`` with fixed times in its properties and zip entries; only the share ``keep`` is written."""
    workbook.properties.created = _WRITTEN
    buffer, fixed = io.BytesIO(), io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + f"{_WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            target.writestr(zip_entry(name), content)
    content = fixed.getvalue()
    path.write_bytes(content[: int(len(content) * keep)])
