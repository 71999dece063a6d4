"""``gongkai new`` in a terminal asks for what nobody gave."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from ingesting import workbook

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace


def asked(workspace: Workspace, file: Path, keys: bytes) -> str:
    """What ``gongkai new`` prints in a terminal where somebody types these lines."""
    mine, theirs = pty.openpty()
    os.write(mine, keys)
    places = {DATA_VARIABLE: str(workspace.data), SCHEMA_VARIABLE: str(workspace.schema), "GONGKAI_LANG": "en"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "new", "park_visits", str(file)],
            stdin=theirs, capture_output=True, text=True, env={**os.environ, **places}, check=False,
        )  # fmt: skip
    finally:
        os.close(mine)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    return done.stdout


def drafted(workspace: Workspace) -> Any:
    folder = workspace.schema / "datasets" / "parks" / "park_visits"
    return yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))


def test_what_was_not_given_is_asked_in_a_terminal(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "parks.csv"
    file.write_text("park,visits\nEast,1\nWest,2\n", encoding="utf-8")
    shown = asked(workspace, file, b"Visits to parks\neast_district_office\n\n\nmonthly\n")
    assert "Organisation that delivers it (parks_office, east_district_office)" in shown
    document = drafted(workspace)
    assert document["title"]["en"] == "Visits to parks"
    assert (document["publishers"], document["period"]) == (["east_district_office"], "monthly")
    assert "licence" not in document


def test_of_several_tables_one_is_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "parks.xlsx"
    parks, schools = (["park", "visits"], ["East", 1], ["West", 2]), (["school", "pupils"], ["North", 3])
    file.write_bytes(workbook({"s": [*parks, [], *schools]}))
    shown = asked(workspace, file, b"\n\n\n\n\n7\n2\n")
    assert "Table 1: A1:B3, header on row 1 (park, visits), 2 rows." in shown
    assert shown.count("Number of the table") == 2
    assert drafted(workspace)["layouts"][0]["range"] == "A5:B"
