"""What happens around the protection of people's rows: key types, damage, code lists, releases in between."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
from flowing import Command
from granting import GRANTS, WEST, alike, declare, deliver, given_away, grants_registry, published, run, write_places

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.flow import Work, open_installation, process, release
from pipelines.publish import object_path, pending_candidates
from pipelines.publish.changes import levels


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "cd" * 32)
    return Workspace.at(tmp_path / "data", grants_registry(tmp_path / "schema"))


def test_a_key_of_another_type_is_compared_as_text(people: Workspace) -> None:
    rows = alike(30)
    deliver(people, WEST, "2025", {key: (f"w{key}", *row[1:]) for key, row in rows.items()})
    run(people)
    path = people.schema / "datasets" / "parks" / GRANTS / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    field = next(each for each in schema["fields"] if each["name"] == "grant_id")
    field["type"] = "integer"
    path.write_text(json.dumps(schema), encoding="utf-8")
    deliver(people, WEST, "2025", rows)
    run(people)
    old, new = published(people, "2025")
    assert len(new.combinations(new.rows)) == 1 and {*old.rows} == {f"w{int(key):03d}" for key in new.rows}


def test_a_period_that_cannot_be_put_together_stops_no_other_and_shows_no_value(
    people: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(people.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(people.schema))
    monkeypatch.setenv("GONGKAI_LANG", "en")
    rows = alike(12)
    deliver(people, WEST, "2025", rows)
    run(people)
    (part,) = published(people, "2025")[0].segment.parts
    damaged = people.catalog / object_path(part.sha256)
    sound = damaged.read_bytes()
    damaged.chmod(0o600)
    damaged.write_bytes(b"PAR1" + b"p001" * (len(sound) // 4 - 1) + sound[len(sound) // 4 * 4 :])
    for period in ("2025", "2026"):
        day = f"{period}-01-06"
        deliver(people, WEST, period, {key: (*row[:4], day, *row[5:]) for key, row in rows.items()})
    done = Command()("run", "--json")
    assert done.exit_code == 3 and "Not done: grants 2025: " in done.stderr and "p001" not in done.stderr
    (told,) = json.loads(done.stdout)["refused"]
    assert (told["dataset"], told["period"]) == (GRANTS, "2025")
    logged = "".join(path.read_text(encoding="utf-8") for path in (people.private / "logs").iterdir())
    assert "grants 2025: InvalidInputException" in logged and "p001" not in logged
    assert [shown.version for shown in published(people, "2026")] == ["1.1.0"]
    damaged.write_bytes(sound)
    run(people)
    assert [shown.version for shown in published(people, "2025")] == ["1.0.0", "1.1.0", "1.1.1"]


def test_a_code_list_that_becomes_deeper_makes_nothing_finer(people: Workspace) -> None:
    declare(people, max_suppressed_share=0.0)
    rows = alike(40)
    for key in ("001", "002"):  # too few at their place: all are shown by what lies above
        rows[key] = (*rows[key][:3], "n2", *rows[key][4:])
    deliver(people, WEST, "2025", rows)
    run(people)
    deeper = {"n1": "n0", "n2": "n0", "n0": "n", "n": "all", "s1": "s0", "s2": "s0", "s0": "s", "s": "all", "all": ""}
    write_places(people.schema, deeper)
    run(people)
    old, new = published(people, "2025")
    assert levels(old.segment)["place"] == "codelist 1" and levels(new.segment)["place"] == "codelist 2"
    assert {row["place"] for shown in (old, new) for row in shown.rows.values()} == {"n"}


def test_what_was_released_while_a_candidate_was_composed_is_compared_with_too(people: Workspace) -> None:
    declare(people, max_suppressed_share=0.5)
    rows = alike(20)
    deliver(people, WEST, "2025", rows)
    run(people)
    five = {key: (*row[:-1], "200.00") if key <= "005" else row for key, row in rows.items()}
    four = five | {"001": rows["001"]}
    meanwhile = people.private / "meanwhile"
    with open_installation(people) as inst:
        deliver(people, WEST, "2025", five)
        process(inst, Work(GRANTS, "2025"))
        shutil.copytree(people.candidates, meanwhile)
        deliver(people, WEST, "2025", four)
        process(inst, Work(GRANTS, "2025"))
        # As if another process had released the first candidate before the second was saved.
        last = people.candidates.rename(people.private / "last")
        meanwhile.rename(people.candidates)
        assert len(release(inst).versions) == 1
        shutil.rmtree(people.candidates)
        last.rename(people.candidates)
        assert release(inst).versions == () and pending_candidates(people) == ()
    run(people)
    versions = published(people, "2025")
    assert [shown.version for shown in versions] == ["1.0.0", "1.0.1", "1.0.2"]
    for old, new in itertools.combinations(versions, 2):
        assert given_away(old, new) == []
    assert versions[2].rows["001"]["place"] is None  # It alone went back to what it was.
