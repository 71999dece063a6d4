"""Requests for disclosure as people read them."""

from __future__ import annotations

import pytest
from flowing import Command, Deliver
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace


@pytest.mark.usefixtures("untold")
def test_codes_are_shown_by_their_names(gongkai: Command, workspace: Workspace, deliver: Deliver) -> None:
    asked = tree_descriptor() | {
        "id": "requests", "row_constraints": [], "drift": [],
        "requests": {"received": "received", "replied": "replied", "topic": "topic", "organisation": "unit",
                     "within": {"calendar_days": 20}, "propose_after": {"requests": 2}},
    }  # fmt: skip
    key = {"fields": ["unit"], "reference": {"resource": "organisations", "fields": ["id"]}}
    schema = tree_schema() | {"primaryKey": ["number"], "foreignKeys": [key]}
    schema["fields"] = [
        field("number"), field("received", "date"), field("replied", "date"), field("topic", codelist="district"),
        field("unit"),
    ]  # fmt: skip
    write_registry(workspace.schema, requests=(asked, schema))
    rows = "number,received,replied,topic,unit\nr1,2025-08-01,,999901,parks_office\nr2,2025-08-02,2025-08-03,999901,\n"
    deliver(rows, dataset="requests", name="requests.csv")
    assert gongkai.json("run")["deliveries"][0]["verdict"] == "accepted"
    found = gongkai.json("requests", "--at", "2025-08-21")
    (waiting,), (topic,) = found["open"], found["topics"]
    assert (waiting["topic"], waiting["topic_names"]) == ("999901", {"en": "East", "zh": "东区"})
    assert waiting["organisation_names"] == {"en": "Parks Office", "zh": "园林局"}
    assert topic["topic_names"]["en"] == "East" and topic["proposed"]
    english, chinese = (gongkai("requests", "--at", "2025-08-21", "--lang", name).stdout for name in ("en", "zh"))
    assert "Parks Office" in english and "2 times: East." in english and "999901" not in english
    assert "园林局" in chinese and "东区" in chinese and "parks_office" not in chinese
