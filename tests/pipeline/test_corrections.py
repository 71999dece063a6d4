"""What an officer does to what was released, from the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from flowing import GOOD, HEADER, Command, Deliver

from pipelines.catalog import open_catalog
from pipelines.core.paths import Workspace

TREES = "tree_inventory"
MORE = "t3,pine,999902,3,2021-03-01,,,\n"
WHY = ("--reason-zh", "录入有误", "--reason-en", "Entered by mistake")


def released(gongkai: Command, deliver: Deliver, workspace: Workspace) -> list[str]:
    """Two versions."""
    deliver(HEADER + GOOD)
    gongkai("run")
    deliver(HEADER + GOOD + MORE)
    gongkai("run")
    return [row["version"] for row in gongkai.json("versions", TREES)]


def rows(workspace: Workspace) -> int:
    with open_catalog(workspace.catalog) as catalog:
        ((count,),) = catalog.query(f"SELECT rows FROM catalog.datasets WHERE dataset = '{TREES}'").fetchall()
    return int(count)


def test_a_rollback_is_released_and_stands(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    assert released(gongkai, deliver, workspace) == ["1.0.0", "1.1.0"]
    done = gongkai.json("rollback", TREES, "1.0.0", *WHY)
    assert (done["version"], done["snapshot"], rows(workspace)) == ("1.1.1", 3, 2)
    assert gongkai("rollback", TREES, "1.0.0", *WHY).exit_code == 1
    assert gongkai("rollback", TREES, "9.0.0", *WHY).exit_code == 2
    assert "没有变化" in gongkai("run", "--lang", "zh").stdout
    workspace.ledger.unlink()
    gongkai("run")
    assert rows(workspace) == 2
    shown = gongkai("show", TREES).stdout
    assert "1.1.1" in shown and "content of version 1.0.0" in shown and "Entered by mistake" in shown
    assert gongkai.json("show", f"{TREES}@1.1.0")["rows"] == 3


def test_a_withdrawn_dataset_is_held_until_it_is_reinstated(gongkai: Command, deliver: Deliver,
                                                            workspace: Workspace) -> None:  # fmt: skip
    released(gongkai, deliver, workspace)
    assert gongkai("withdraw", TREES, *WHY).exit_code == 2
    assert gongkai("withdraw", TREES, "--all", "--remove-bytes", *WHY).exit_code == 2
    done = gongkai.json("withdraw", TREES, "--all", "--basis", "PIPL art. 47", "--remove-bytes", "--yes", *WHY)
    assert (sorted(done["versions"]), done["hidden"], len(done["removed"])) == (["1.0.0", "1.1.0"], True, 2)
    assert not list((workspace.catalog / "objects").rglob("*.parquet"))
    assert "录入有误" in gongkai("versions", TREES, "--lang", "zh").stdout
    deliver(HEADER + GOOD, period="2024")
    gongkai("run")
    assert gongkai.json("status")["datasets"] == {}
    shown = gongkai.json("show", f"{TREES}@1.0.0")["withdrawn"]
    assert (shown["basis"], shown["bytes_removed"]) == ("PIPL art. 47", True)
    assert "数据行不再保留" in gongkai("show", f"{TREES}@1.0.0", "--lang", "zh").stdout
    assert "no longer held back" in gongkai("reinstate", TREES).stdout
    assert gongkai("reinstate", TREES).exit_code == 1
    gongkai("run")
    assert gongkai.json("status")["datasets"] == {TREES: "1.2.0"}
    assert rows(workspace) == 5


def test_a_note_is_published_with_the_next_version(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    assert gongkai.json("note", TREES, "--raise", "major", *WHY)["follows"] == "1.0.0"
    assert gongkai("note", "no_such_dataset", *WHY).exit_code == 2
    deliver(HEADER + GOOD + MORE)
    gongkai("run")
    shown = gongkai.json("show", TREES)
    assert (shown["version"], shown["note"]["zh"]) == ("2.0.0", "录入有误")


def test_versions_of_a_day(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    released(gongkai, deliver, workspace)
    today = dt.datetime.now(dt.UTC).date()
    found = gongkai.json("as-of", (today + dt.timedelta(days=1)).isoformat())
    assert [(entry["dataset"], entry["version"]) for entry in found["datasets"]] == [(TREES, "1.1.0")]
    assert gongkai("as-of", "2020-01-31").exit_code == 1
    assert gongkai("as-of", (today + dt.timedelta(days=1)).isoformat(), "no_such_dataset").exit_code == 2


def test_garbage_is_listed_and_removed(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    released(gongkai, deliver, workspace)
    left = Path(workspace.catalog, "objects", "ab", f"{'ab' * 32}.parquet")
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"left by a crash")
    assert gongkai.json("gc")["files"] == []
    assert "would be removed" in gongkai("gc", "--grace-days", "0", "--dry-run").stdout and left.exists()
    assert gongkai.json("gc", "--grace-days", "0")["files"] == [left.relative_to(workspace.catalog).as_posix()]
    assert not left.exists()
