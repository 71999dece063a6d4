"""Hostile files through ``gongkai run`` with little memory: each is told, and healthy ones beside it are published."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowing import GOOD, HEADER, Command, Deliver
from hostile import FILES
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.findings import Severity
from pipelines.core.paths import Workspace
from pipelines.validate import read_findings

MEGABYTES = 3 << 10
PEAK = 900
#: Of CPU: how long it takes depends on what else the machine does.
SECONDS = 120
DRIVER = Path(__file__).parents[1] / "run_under_limits.py"
FORMATS = ("csv", "xlsx", "ods", "html", "json", "jsonl", "parquet")
FIRST_YEAR = 2024


def run(workspace: Workspace) -> tuple[Any, int]:
    """What ``gongkai run`` says, and how many megabytes it took."""
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(MEGABYTES), "run", "--json"], capture_output=True, text=True, check=False,
        cwd=workspace.data.parent, env={**os.environ, "PYTHONPATH": str(DRIVER.parents[1])}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    peak, seconds = done.stderr.split()[-2:]
    assert float(seconds) < SECONDS
    return json.loads(done.stdout), int(peak)


def test_every_file_is_told_and_no_other_held_back(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    descriptor = tree_descriptor()
    descriptor["layouts"] = [{"name": kind, "format": kind} for kind in FORMATS]
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    periods = [str(FIRST_YEAR + number) for number in range(len(FILES))]
    for (name, make, _), period in zip(FILES, periods, strict=True):
        deliver(make(), period=period, name=name)
    beside = HEADER + GOOD.replace("t1", "e1").replace("t2", "e2")
    for period in periods[::8]:
        deliver(beside, period=period, organisation="east_district_office")
    told, peak = run(workspace)
    verdicts = {entry["delivery"]: entry["verdict"] for entry in told["deliveries"]}
    assert {verdicts[f"tree_inventory.{period}.east_district_office.1"] for period in periods[::8]} == {"accepted"}
    found = {}
    for (name, _, _), period in zip(FILES, periods, strict=True):
        delivery = f"tree_inventory.{period}.parks_office.1"
        (folder,) = (workspace.outcomes / delivery).iterdir()
        findings = [finding for finding in read_findings(folder) if finding.severity is Severity.ERROR]
        assert (verdicts[delivery] == "rejected") == bool(findings), name
        assert all(finding.remedy.text(language) for finding in findings for language in ("en", "zh"))
        found[name] = ", ".join(sorted({finding.rule for finding in findings}))
    assert found == {name: rule for name, _, rule in FILES}
    for language, said in (("en", "is damaged"), ("zh", "已损坏")):
        assert said in gongkai("report", "tree_inventory.2024.parks_office.1", "--lang", language).stdout
    assert peak < PEAK


def test_what_is_no_file_is_told_and_no_other_held_back(
    gongkai: Command, deliver: Deliver, workspace: Workspace, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + GOOD, encoding="utf-8")
    makers: list[Callable[[Path], object]] = [
        lambda path: path.symlink_to(secret),
        lambda path: path.symlink_to(tmp_path, target_is_directory=True),
        lambda path: path.symlink_to(path),
        os.mkfifo,
        lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
        lambda path: path.with_name("a\nb\u202e.csv").touch(),
        lambda path: path.with_name(os.fsdecode(b"\xff.csv")).touch(),
    ]
    for period, make in enumerate(makers, start=FIRST_YEAR):
        make(deliver(HEADER + GOOD, period=str(period)).with_name("other.csv"))
    os.link(deliver(HEADER + GOOD, period="2040"), tmp_path / "linked.csv")
    told, _ = run(workspace)
    assert [(entry["delivery"], entry["verdict"]) for entry in told["deliveries"]] == [
        ("tree_inventory.2040.parks_office.1", "accepted")
    ]
    found = [entry["message"]["id"] for entry in told["unplaced"]]
    assert [rule for rule in found if rule != "inbox-folder-refused"] == [
        "inbox-link", "inbox-link", "inbox-link", "inbox-not-a-file", "inbox-not-a-file", "inbox-unsafe-name",
        "inbox-unsafe-name",
    ]  # fmt: skip
    for language in ("en", "zh"):
        said = gongkai("run", "--lang", language).stdout
        assert "other.csv" in said and "\u202e" not in said and "Traceback" not in said
