"""The portal on the command line: made with a release, told where it could not be, and made again when asked."""

from __future__ import annotations

from flowing import GOOD, HEADER, Command, Deliver
from publishing import newest_object
from registering import keep_registers

from pipelines.core.paths import Workspace

TREES = "tree_inventory"


def test_runs_make_pages_and_tell_which_they_could_not(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    keep_registers(workspace.schema)
    deliver(HEADER + GOOD)
    done = gongkai.json("run")["portal"]
    assert TREES in done["made"] and done["failed"] == {}
    assert "serve   (open the portal in a browser)" in gongkai("run").stdout
    assert gongkai.json("portal") == {"made": [], "removed": [], "failed": {}}
    assert "均为最新" in gongkai("portal", "--lang", "zh").stdout
    scores = (workspace.catalog / "en" / "organisations" / "index.html").read_text("utf-8")
    assert "100%" in scores and "Scoreboard of" in scores
    object_file = newest_object(workspace, TREES)
    whole = object_file.read_bytes()
    object_file.write_bytes(b"x" * len(whole))
    workspace.portal.unlink()
    broken = gongkai("portal", "--json")
    assert broken.exit_code == 3 and f'"{TREES}"' in broken.stdout
    told = gongkai("run")
    assert told.exit_code == 3 and f"The pages of {TREES} could not be made" in told.stderr
    object_file.write_bytes(whole)
    assert gongkai.json("portal")["made"] == [TREES]
    workspace.portal.unlink()
    assert "Pages made anew of" in gongkai("portal").stdout
