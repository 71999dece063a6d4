"""Reads a released catalog in every way that is promised, with the DuckDB that comes first on the path.

Run as a program, so that several versions of DuckDB can answer the same questions: it prints, as JSON, the answers
by way and question. Usage: ``python duckdb_reader.py <folder> <host:port of a web server of the same folder>``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import duckdb
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

#: ``{p}`` is the database's name where it is only attached.
QUESTIONS = {
    "latest": "FROM {p}parks.tree_inventory ORDER BY ALL",
    "version": "FROM {p}parks.tree_inventory('1.0.0') ORDER BY ALL",
    "day": "FROM {p}parks.tree_inventory(DATE '2026-06-01') ORDER BY ALL",
    "time": "FROM {p}parks.tree_inventory(TIMESTAMP '2026-06-01 08:29:59') ORDER BY ALL",
    "changed": "FROM {p}parks.tree_inventory('1.1.1', since := 'previous') ORDER BY ALL",
    "changed since": "FROM {p}parks.tree_inventory('2.0.0', since := '2026-04-30') ORDER BY ALL",
    "unknown version": "FROM {p}parks.tree_inventory('9.0.0')",
    "too early": "FROM {p}parks.tree_inventory('2026-03-31')",
    "neither": "FROM {p}parks.tree_inventory('latest')",
    "labelled": "FROM {p}labelled.tree_inventory ORDER BY ALL",
    "codes": "SELECT code, name_zh, name_en FROM {p}codelists.district ORDER BY code",
    "files": "SELECT version, count(*), sum(rows)::INT FROM {p}files GROUP BY ALL ORDER BY 1",
    "changes": "SELECT version, change, period, field, rows_before, rows_after, rows_changed FROM {p}changes "
               "WHERE version != '1.0.0' ORDER BY ALL",
    "units": "SELECT title_zh, title_en FROM {p}units WHERE unit IN ('m', '万元') ORDER BY 1",
    "converted": "SELECT {p}convert_unit(12345.67::DECIMAL(18, 2), 'CNY', '万元')::VARCHAR",
    "not converted": "SELECT {p}convert_unit(1, 'm', 'CNY')",
    "comments": "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'parks' "
                "AND column_name IN ('height', 'district') ORDER BY 1",
}  # fmt: skip
#: Asked where all has been asked in a way that is like it.
SOME = ("latest", "version", "changed", "labelled", "files", "unknown version")
#: Macros that ask other macros: these find each other in the current database only.
IN_USE = {
    "changes of": "FROM changes.tree_inventory('1.1.1') ORDER BY ALL",
    "changes of any": "FROM catalog.changes('tree_inventory', '1.1.1') ORDER BY ALL",
    "no dataset": "FROM catalog.changes('x''; y', '1.1.1')",
    "labelled version": "FROM labelled.tree_inventory('1.0.0') ORDER BY ALL",
}
ATTACHED_ROOT = (
    "SET VARIABLE catalog_root = (SELECT parse_dirpath(path) FROM duckdb_databases() WHERE database_name = 'catalog')"
)


class _WebFile(AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        return _answer("GET", self.path, Range=f"bytes={start}-{end - 1}")[1]


class WebFiles(AbstractFileSystem):  # type: ignore[misc]
    """Files of a web server, read by ranges, under ``web://``: DuckDB leaves ``http://`` to an extension."""

    protocol = "web"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": _answer("HEAD", path)[0], "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def exists(self, path: str, **_: Any) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return bool(self.info(path))
        return False

    def modified(self, path: str) -> dt.datetime:
        return dt.datetime(2026, 1, 1)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> _WebFile:
        return _WebFile(self, path, mode, cache_type="none", size=self.info(path)["size"])


def _answer(method: str, path: str, **headers: str) -> tuple[int, bytes]:
    """Length and body of a web server's answer (FileNotFoundError without one)."""
    host, _, place = path.removeprefix("web://").partition("/")
    connection = http.client.HTTPConnection(host)
    connection.request(method, f"/{place}", headers=headers)
    answer = connection.getresponse()
    length, body = int(answer.headers["Content-Length"]), answer.read()
    connection.close()
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise FileNotFoundError(path)
    return length, body


def ways(folder: Path, server: str) -> Iterator[tuple[str, duckdb.DuckDBPyConnection, str]]:
    """Name of each way, a connection that is ready, and what goes before the index's names."""
    (numbered,) = sorted(folder.glob("index/catalog-*.duckdb"))[-1:]
    yield "opened", duckdb.connect(str(folder / "catalog.duckdb"), read_only=True), ""
    yield "opened by number", duckdb.connect(str(numbered), read_only=True), ""
    script = (folder / "index.sql").read_text(encoding="utf-8")
    web = f"web://{server}"
    for way, place, variable in (("", folder, None), ("on the web ", web, f"SET VARIABLE catalog_root = '{web}'")):
        # DuckDB 1.5 takes the second slash out of addresses that it attaches, if it does not know their beginning.
        attachable = variable is None or not duckdb.__version__.startswith("1.5.")
        for name, prefix in (("attached", "catalog."), ("in use", "")) if attachable else ():
            connection = _connect()
            path = f"{place}/catalog.duckdb".replace("'", "''")
            connection.execute(f"ATTACH '{path}' AS catalog (READ_ONLY)")
            connection.execute(ATTACHED_ROOT)
            if not prefix:
                connection.execute("USE catalog")
            yield way + name, connection, prefix
        connection = _connect()
        if variable is not None:
            connection.execute(variable)
        os.chdir("/" if variable else folder)
        connection.execute(script)
        yield f"{way}by script", connection, ""
        os.chdir("/")


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register_filesystem(WebFiles())
    return connection


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The rows, or what DuckDB says instead."""
    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as refused:
        return str(refused).partition("\n")[0]


def main(folder: Path, server: str) -> None:
    """Print everything."""
    os.chdir("/")
    answers = {}
    for way, connection, prefix in ways(folder, server):
        questions = QUESTIONS if way in ("opened", "attached") else {name: QUESTIONS[name] for name in SOME}
        if way in ("in use", "by script"):
            questions = questions | IN_USE
        answers[way] = {name: ask(connection, sql.format(p=prefix)) for name, sql in questions.items()}
        connection.close()
    json.dump({"version": duckdb.__version__, "answers": answers}, sys.stdout, default=str, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
