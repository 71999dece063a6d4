"""The benchmark of rows over HTTP: both contestants have the same rows, and its table has the right figures."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

from benchmarks.portal.api import CASES, run, table
from benchmarks.portal.load import Measured, measure
from benchmarks.portal.servers import copy_to_sqlite, gongkai, publish


def test_what_is_asked_for_is_there(tmp_path: Path) -> None:
    lake = publish(tmp_path, 5, 2)
    copy_to_sqlite(lake, tmp_path / "rows.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "rows.db")) as database:
        (count,), *_ = database.execute("SELECT count(*) FROM subsidy_distribution").fetchall()
        ordered = database.execute("SELECT payment_surrogate FROM subsidy_distribution ORDER BY 1").fetchall()
    assert count == 5 * 60 * 2
    with gongkai(lake) as server:
        assert server.paths.keys() == set(CASES)
        first = json.loads(server.fetch(server.paths["first page"]))["rows"]
        assert [row["payment_surrogate"] for row in first] == [key for (key,) in ordered[:100]]
        deep = json.loads(server.fetch(server.paths["page deep in"]))["rows"]
        assert [row["payment_surrogate"] for row in deep] == [key for (key,) in ordered[540:]]
        assert server.fetch(server.paths["all rows, CSV"]).count(b"\n") >= count + 1
        found = measure(server, "one dataset", 2, 0)
        assert (len(found.times), found.refused) == (2, 0)
        results = run({"gongkai": server}, 0, 1)
        assert results["first page", 8]["gongkai"].cpu >= 0
        assert len(table(results).splitlines()) == 2 + 2 * len(CASES)


def test_figures() -> None:
    parts = [Measured([0.001, 0.002], 2, 0.01, 3_000, 0), Measured([0.003, 0.1], 2, 0.03, 5_000, 1)]
    whole = table({("first page", 1): {"gongkai": Measured.together(parts)}}).splitlines()[-1]
    assert whole == "| first page | 1 | gongkai | 1.0 | 3.0 | 100.0 | 10.0 | 2 | 1 |"
