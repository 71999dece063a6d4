"""Notification records are whole lines in private files, whoever writes."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.orchestration.notifications import Notification, append, notifications_folder

MOMENT = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)


def notification(number: int, moment: dt.datetime = MOMENT) -> Notification:
    message = Message("orchestration-run-failed", {"job": "process_monthly", "steps": 1})
    return Notification(f"run-{number}", "run_failed", moment, message, {"padding": "。" * 500})


def test_concurrent_writers_never_mix_lines(tmp_path: Path) -> None:
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda n: append(workspace, [notification(n)]), range(40))) == 40
    (file,) = notifications_folder(workspace).iterdir()
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert sorted(record["id"] for record in records) == sorted(f"run-{n}" for n in range(40))
    assert records[0]["time"] == "2026-03-31T23:30:00+00:00"
    assert {"en", "zh"} <= records[0]["message"].keys()


def test_files_are_private_and_monthly_in_utc(tmp_path: Path) -> None:
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    in_shanghai = MOMENT.astimezone(dt.timezone(dt.timedelta(hours=8)))
    append(workspace, [notification(1, in_shanghai), notification(2, MOMENT + dt.timedelta(hours=1))])
    files = sorted(notifications_folder(workspace).iterdir())
    assert [file.name for file in files] == ["2026-03.jsonl", "2026-04.jsonl"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert notifications_folder(workspace).stat().st_mode & 0o777 == 0o700
