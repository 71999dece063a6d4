"""``gongkai new`` in a terminal asks for what nobody gave."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import yaml

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace


def test_what_was_not_given_is_asked_in_a_terminal(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "parks.csv"
    file.write_text("park,visits\nEast,1\nWest,2\n", encoding="utf-8")
    mine, theirs = pty.openpty()
    os.write(mine, b"Visits to parks\neast_district_office\n\n\nmonthly\n")
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
    assert "Organisation that delivers it (parks_office, east_district_office)" in done.stdout
    text = (workspace.schema / "datasets" / "parks" / "park_visits" / "dataset.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["title"]["en"] == "Visits to parks"
    assert (document["publishers"], document["period"]) == (["east_district_office"], "monthly")
    assert "licence" not in document
