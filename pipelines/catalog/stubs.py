"""Empty Parquet files in the places of a catalog's objects, for making views without opening an object.

DuckDB opens a view's files when the view is made, to learn their columns. Those are known; and the objects may be
many, or far away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.catalog.shapes import Shape
from pipelines.core.sql import literal
from pipelines.publish import object_path


class Stubs:
    """A folder to set ``catalog_root`` to."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.folder = folder
        self._connection = connection
        self._made: dict[Shape, Path] = {}
        folder.mkdir()

    def stand_for(self, files: Iterable[tuple[Shape, str]]) -> None:
        """Have a stub for each file, given by its shape and SHA-256."""
        for shape, sha256 in files:
            path = self.folder / object_path(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _copy(self._stub(shape), path)

    def _stub(self, shape: Shape) -> Path:
        if shape not in self._made:
            path = self.folder / f"{len(self._made)}.parquet"
            nothing = f"SELECT {shape.select_list(Shape((), ()))} LIMIT 0"
            self._connection.execute(f"COPY ({nothing}) TO {literal(str(path))} (FORMAT parquet)")
            self._made[shape] = path
        return self._made[shape]


def _copy(stub: Path, path: Path) -> None:
    try:
        os.link(stub, path)
    except OSError:  # A file system without links, or with no more of them for one file.
        shutil.copyfile(stub, path)
