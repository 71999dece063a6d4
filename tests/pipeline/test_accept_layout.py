"""Layouts that a delivery has outdated are told, and taken into the descriptor on request."""

from __future__ import annotations

from flowing import GOOD, HEADER, Command, Deliver

from pipelines.core.paths import Workspace

DELIVERY = "tree_inventory.2025.parks_office"


def test_a_header_on_another_row_is_told_and_accepted(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver("Trees of the city,,,\n\n" + HEADER + GOOD)
    gongkai("run")
    (finding,) = gongkai.json("report", DELIVERY)["findings"]
    assert (finding["rule"], finding["row"]) == ("header-elsewhere", 3)
    descriptor = next(workspace.schema.rglob("tree_inventory/dataset.yaml"))
    (change,) = gongkai.json("report", DELIVERY, "--accept-layout")["layout_changes"]
    assert (change["key"], change["declared"], change["found"]) == ("header_row", 1, 3)
    assert "header_row: 3" in descriptor.read_text("utf-8")
    assert gongkai("check").exit_code == 0
    gongkai("run")
    assert gongkai.json("report", DELIVERY)["findings"] == []
    assert "nothing was changed" in gongkai("report", DELIVERY, "--accept-layout").stdout


def test_tables_that_differ_fit_no_layout(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    folder = deliver("Trees,,,\n" + HEADER + GOOD).parent
    (folder / "more.csv").write_text("More,,,\n,,,\n" + HEADER + GOOD.replace("t1", "t8").replace("t2", "t9"), "utf-8")
    gongkai("run")
    refused = gongkai("report", DELIVERY, "--accept-layout")
    assert refused.exit_code == 1
    assert "2, 3" in refused.output
