"""The index in every DuckDB that is promised, wherever the catalog lies and however it is opened.

One catalog, moved to another folder and made read-only, is asked the same questions by each DuckDB in a process of
its own: opened, attached, made by its script, and over HTTP (through a file system in Python that reads ranges:
the extension that DuckDB has for this is not on machines without a network).
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publishing import add_candidate, index_now, public_schema, registry, release_now, tree, workspace_with_registry
from support import field, tree_descriptor, tree_schema, write_registry

PROJECT = Path(__file__).parents[3]
#: Installed by the Makefile, each by its own lock file.
OTHERS = {version: PROJECT / f".venv-duckdb-{version}" for version in ("1.4", "1.5")}
VERSIONS = [*OTHERS, "2.0"]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four versions: a first, a period more, a row corrected, other columns (in one period only)."""
    folder = tmp_path_factory.mktemp("versions")
    workspace = workspace_with_registry(folder / "before")

    def publish(month: int, *rows: Any, period: str = "2025", schema: dict[str, Any] | None = None) -> None:
        add_candidate(workspace, rows, period=period, schema=schema)
        release_now(workspace, registry(workspace), dt.datetime(2026, month, 1, 8, 30, tzinfo=dt.UTC))
        index_now(workspace)

    publish(4, tree(1), tree(2))
    publish(5, tree(3), period="2026")
    publish(6, tree(1), tree(2, height="4.25"))
    changed = tree_schema()
    changed["fields"] = [entry for entry in changed["fields"] if entry["name"] != "note"]
    changed["fields"] += [field("girth", "number")]
    changed["fields"][3] = field("height", "integer", unit="m")
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), changed))
    # Both periods are made again: a type that one of them did not fit would not be published.
    anew: list[list[Any]] = [[*tree(number)[:-1], girth] for number, girth in ((1, None), (2, None), (3, 1.5))]
    for row, height in zip(anew, (4, 4, 7), strict=True):
        row[3] = height
    add_candidate(workspace, anew[:2], schema=public_schema(changed))
    publish(7, anew[2], period="2026", schema=public_schema(changed))
    moved = folder / "it's moved 公开 数据 [1]"
    shutil.move(workspace.catalog, moved)
    for path in (moved, *moved.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return moved


@pytest.fixture(scope="module")
def server(catalog: Path) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        """Answers single ranges too, as web servers do."""

        def do_GET(self) -> None:
            body = Path(self.translate_path(self.path)).read_bytes()
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            self.send_response(206)
            self.send_header("Content-Length", str(len(body[first : last + 1])))
            self.end_headers()
            self.wfile.write(body[first : last + 1])

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(catalog))) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{listener.server_port}"
        listener.shutdown()
        thread.join()


@pytest.fixture(scope="module", params=VERSIONS)
def answers(request: pytest.FixtureRequest, catalog: Path, server: str) -> dict[str, dict[str, Any]]:
    """Answers by way and question; the DuckDB under test is checked to be the one that answered."""
    # The others' folders come first on the path; what else is needed comes from the project's environment.
    folders = [str(OTHERS[request.param])] if request.param in OTHERS else []
    ran = subprocess.run(
        [sys.executable, PROJECT / "tests" / "duckdb_reader.py", catalog, server],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["version"].startswith(request.param), "run “make test”, which installs all versions of DuckDB"
    return dict(told["answers"])


#: Of rows of trees these are compared: identifiers, heights, and notes (girths in the last version).
TREES = {"latest", "version", "day", "time"}
EXPECTED: dict[str, list[Any]] = {
    "latest": [["T00001", 4, None], ["T00002", 4, None], ["T00003", 7, 1.5]],
    "version": [["T00001", "3.50", "注释 1"], ["T00002", "3.50", "注释 2"]],
    "day": [["T00001", "3.50", "注释 1"], ["T00002", "4.25", "注释 2"], ["T00003", "3.50", "注释 3"]],
    "time": [["T00001", "3.50", "注释 1"], ["T00002", "3.50", "注释 2"], ["T00003", "3.50", "注释 3"]],
    "codes": [["999901", "东区", "East"], ["999902", "西区", "West"]],
    "files": [["1.0.0", 1, 2], ["1.1.0", 2, 3], ["1.1.1", 2, 3], ["2.0.0", 2, 3]],
    "units": [["万元", "ten thousand yuan"], ["米", "metre"]],
    "converted": [["1.2345670000"]],
    "changes": [
        ["1.1.0", "period_added", "2026", None, None, 1, 0],
        ["1.1.1", "period_changed", "2025", None, 2, 2, 1],
        ["2.0.0", "field_added", None, "girth", None, None, None],
        ["2.0.0", "field_removed", None, "note", None, None, None],
        ["2.0.0", "field_retyped", None, "height", None, None, None],
        ["2.0.0", "metadata_changed", None, None, None, None, None],
        ["2.0.0", "period_changed", "2025", None, 2, 2, 0],
        ["2.0.0", "period_changed", "2026", None, 1, 1, 0],
    ],
}  # fmt: skip
REFUSED = {
    "unknown version": "没有版本 9.0.0",
    "too early": "No version of tree_inventory was released at that time (2026-03-31)",
    "neither": "latest is neither a version",
    "not converted": "no conversion from m to CNY",
    "no dataset": "x'; y is not the identifier of a dataset",
}


def answered(answers: dict[str, dict[str, Any]], question: str) -> list[tuple[str, Any]]:
    """The ways in which it was asked, with the answers."""
    found = [(way, told[question]) for way, told in answers.items() if question in told]
    assert found
    return found


def test_every_way_gives_the_rows_of_every_version(answers: dict[str, dict[str, Any]]) -> None:
    assert len(answers) >= 6
    for question, rows in EXPECTED.items():
        for way, found in answered(answers, question):
            told = [[row[0], row[3], row[6]] for row in found] if question in TREES else found
            assert told == rows, (way, question)


def test_every_way_tells_which_rows_changed(answers: dict[str, dict[str, Any]]) -> None:
    for question in ("changed", "changes of", "changes of any"):
        for way, found in answered(answers, question):
            assert [[row[0], row[1], row[4]] for row in found] == [
                ["update_postimage", "T00002", "4.25"], ["update_preimage", "T00002", "3.50"],
            ], (way, question)  # fmt: skip
    # height was a number with decimals and became an integer: text; note is gone: last; girth is new.
    for way, found in answered(answers, "changed since"):
        assert [[row[0], row[1], row[4], row[7], row[8]] for row in found] == [
            ["insert", "T00003", "7", 1.5, None],
            ["update_postimage", "T00001", "4", None, None],
            ["update_postimage", "T00002", "4", None, None],
            ["update_preimage", "T00001", "3.50", None, "注释 1"],
            ["update_preimage", "T00002", "3.50", None, "注释 2"],
        ], way


def test_every_way_names_codes_and_explains_columns(answers: dict[str, dict[str, Any]]) -> None:
    for way, found in answered(answers, "labelled"):
        assert [row[:3] for row in found] == [[f"T0000{number}", "ginkgo", "999901"] for number in (1, 2, 3)], way
        assert {tuple(row[-2:]) for row in found} == {("东区", "East")}, way
    for way, found in answered(answers, "labelled version"):
        assert [row[-3:] for row in found] == [["注释 1", "东区", "East"], ["注释 2", "东区", "East"]], way
    for way, found in answered(answers, "comments"):
        assert [name for name, _ in found] == ["district", "height"], way
        assert found[1][1] == "height字段 | height\nheight字段\nheight\n计量单位：m | Unit: m", way


def test_every_way_says_in_both_languages_what_it_cannot_give(answers: dict[str, dict[str, Any]]) -> None:
    for question, part in REFUSED.items():
        for way, found in answered(answers, question):
            assert part in found, (way, question)
            assert " | " in found, (way, question)


def test_this_projects_own_duckdb_is_the_last_of_them() -> None:
    assert duckdb.__version__.startswith(VERSIONS[-1])
