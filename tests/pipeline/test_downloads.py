"""Files for download, from the command line."""

from __future__ import annotations

import shutil

from flowing import GOOD, HEADER, Command, Deliver

from pipelines.core.paths import Workspace

TREES = "tree_inventory"
MORE = "t3,pine,999902,3,2021-03-01,,,\n"


def test_runs_make_what_changed_and_tell_what_they_cannot(gongkai: Command, deliver: Deliver,
                                                          workspace: Workspace) -> None:  # fmt: skip
    deliver(HEADER + GOOD)
    names = [f"{TREES}-1.0.0.{suffix}" for suffix in ("parquet", "csv", "xlsx", "zip")]
    made = {"dataset": TREES, "version": "1.0.0", "files": names}
    assert gongkai.json("run")["downloads"] == {"made": [made], "failed": {}}
    assert gongkai.json("run")["downloads"] == {"made": [], "failed": {}}
    assert "齐备" in gongkai("downloads", "--lang", "zh").stdout
    deliver(HEADER + GOOD + MORE)
    gongkai("run")
    assert gongkai.json("downloads", TREES, "1.0.0")["made"] == [made]
    assert "1.1.0: files for download made: tree_inventory-1.1.0.parquet" in gongkai("downloads", TREES).stdout
    assert gongkai("downloads", TREES, "9.0.0").exit_code == 2
    assert gongkai("verify").exit_code == 0
    shutil.rmtree(workspace.catalog / "downloads")
    kept = workspace.catalog.rename(workspace.data / "kept")
    shutil.copytree(kept, workspace.catalog)
    for path in (workspace.catalog / "objects").rglob("*.parquet"):
        path.unlink()
    done = gongkai("run")
    assert done.exit_code == 3
    assert "no files for download" in done.stderr
    assert gongkai("downloads").exit_code == 3
    shutil.rmtree(workspace.catalog)
    kept.rename(workspace.catalog)
    assert [entry["version"] for entry in gongkai.json("run")["downloads"]["made"]] == ["1.1.0"]
