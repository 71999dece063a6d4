"""Entries of zip files that are the same bytes whenever they are written."""

from __future__ import annotations

import zipfile

#: The earliest time a zip entry can have.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def zip_entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    """A compressed zip entry with a fixed time; ``size`` in bytes, where it may be more than 2 GiB."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.file_size = size
    return entry
