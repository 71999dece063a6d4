"""Excel workbooks that are byte-identical for the same content: openpyxl writes the time of day into them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

#: The earliest time a zip entry can have.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
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


def zip_entry(name: str) -> zipfile.ZipInfo:
    """A compressed zip entry with a fixed time."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
