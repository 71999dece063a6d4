"""Ten publishers at once, ten releases each, while readers look; used by ``test_races.py``.

Arguments: an empty folder, how many readers there are, how many publishers are killed on the way, and where the
catalog is kept if not below the folder. Prints one JSON document: the history that was made, and what the readers
saw (the index only of a catalog in a folder). This process opens no database, so that it can
be forked (DuckDB's threads would not survive that), but has imported what all of its forks would import.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from traceback import format_exc
from typing import Any

import pandas  # noqa: F401 - Arrow imports it with the first array that is made
from publishing import (
    contribution,
    count_each_change_once,
    disclosed,
    keys,
    named,
    public_schema,
    registry,
    release_now,
    workspace_with_registry,
)

from pipelines.catalog import open_catalog, refresh_index
from pipelines.core.paths import Workspace
from pipelines.publish import (
    Segment,
    Store,
    build_segment,
    latest_snapshot,
    load_manifest,
    load_snapshot,
    object_path,
    save_candidate,
    snapshot_numbers,
    verify,
)
from pipelines.publish.stores import open_store

PUBLISHERS, RELEASES = 10, 10
#: Half of the publishers have a dataset of their own, the others a period each of one that they share.
SHARED, OWN = "shared_trees", [f"trees_{number}" for number in range(PUBLISHERS // 2)]
BASELINE = "1999"
#: Readers that took half of the time would only see the same releases more often.
GIVING_WAY = 5


@dataclass(frozen=True)
class Race:
    """Where it takes place."""

    folder: Path
    address: str | None

    @property
    def store(self) -> Store:
        return open_store(self.address or self.folder / "catalog", self.folder / "cache")

    def workspace(self, publisher: int | str) -> Workspace:
        workspace = Workspace.at(self.folder / f"publisher-{publisher}", self.folder / "start" / "schema")
        workspace.prepare()
        return workspace

    @cached_property
    def segments(self) -> list[Segment]:
        """What is released one after the other, in place of each other."""
        found: list[Segment] = pickle.loads((self.folder / "segments").read_bytes())  # noqa: S301
        return found

    @cached_property
    def registry(self) -> Any:
        return pickle.loads((self.folder / "registry").read_bytes())  # noqa: S301

    def index(self, workspace: Workspace) -> None:
        if self.address is None:
            refresh_index(self.store, workspace.work)

    def save(self, workspace: Workspace, dataset: str, period: str, step: int) -> None:
        segment = dataclasses.replace(self.segments[step], period=period)
        save_candidate(workspace, dataset, segment, keys(self.registry)[dataset])


def place(publisher: int) -> tuple[str, str]:
    """The dataset and period of a publisher."""
    return (OWN[publisher], "2025") if publisher < len(OWN) else (SHARED, str(2000 + publisher))


def main(folder: Path, readers: int, kills: int, address: str | None = None) -> None:
    race = Race(folder, address)
    expect(fork(partial(prepare, race)))
    stop = folder / "stop"
    results = [folder / f"reader-{number}" for number in range(readers)]
    reading = [fork(partial(read, race, stop, result)) for result in results]
    killed = let_publish(race, kills)
    expect(fork(lambda: race.index(race.workspace("first"))))
    stop.touch()
    for reader in reading:
        expect(reader)
    expect(fork(partial(report, race, folder / "report")))
    sys.stdout.write(json.dumps({
        **json.loads((folder / "report").read_text()), "killed": killed,
        "readers": [json.loads(result.read_text()) for result in results],
    }))  # fmt: skip


def prepare(race: Race) -> None:
    """The registry, the segments, and a first release of all datasets with its index."""
    workspace = workspace_with_registry(race.folder / "start", **{name: small(name) for name in [SHARED, *OWN]})
    catalog = registry(workspace)
    (race.folder / "registry").write_bytes(pickle.dumps(catalog))
    segments = []
    for step in range(RELEASES + 1):
        folder = race.folder / "segments-of" / str(step)
        schema = public_schema(small(SHARED)[1])
        table = disclosed(folder / "in.parquet", [("T00001", f"species {step}")], schema=schema, dataset=SHARED)
        segments.append(build_segment(catalog.dataset(SHARED), "2025", [contribution(table)], folder, threads=1))
    (race.folder / "segments").write_bytes(pickle.dumps(segments))
    first = race.workspace("first")
    for dataset in [SHARED, *OWN]:
        race.save(first, dataset, BASELINE, RELEASES)
    release(race, first)
    race.index(first)


def small(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Descriptor and schema of a dataset of two fields: how much a manifest says is not what matters."""
    descriptor, schema = named(name)
    del descriptor["row_constraints"], schema["foreignKeys"]
    return descriptor, {**schema, "fields": [{**field, "constraints": {}} for field in schema["fields"][:2]]}


def release(race: Race, workspace: Workspace) -> None:
    release_now(workspace, race.registry, store=race.store)


def let_publish(race: Race, kills: int) -> int:
    """Start the publishers and wait for them; some die at random moments and are started again."""
    chance = random.Random(1)
    killed = 0

    def start(number: int) -> int:
        lifetime = chance.uniform(0.0, 2.0) if killed < kills else 0.0
        return fork(partial(publish, race, number, lifetime))

    running = {start(number): number for number in range(PUBLISHERS)}
    while running:
        child, status = os.waitpid(-1, 0)
        if child in running:
            number = running.pop(child)
            if os.waitstatus_to_exitcode(status) == -signal.SIGALRM:
                killed += 1
                running[start(number)] = number
            elif status:
                raise SystemExit(f"publisher {number} failed; see above")
    return killed


def publish(race: Race, publisher: int, lifetime: float) -> None:
    """All releases of a publisher that are missing yet. After ``lifetime`` seconds, unless it is 0, the system ends the
    process, wherever it is: no handler runs and nothing is cleaned up."""
    signal.setitimer(signal.ITIMER_REAL, lifetime)
    count_each_change_once()
    workspace = race.workspace(publisher)
    dataset, period = place(publisher)
    release(race, workspace)
    for step in range(_done(race, dataset, period), RELEASES):
        race.save(workspace, dataset, period, step)
        release(race, workspace)
        if publisher in {0, PUBLISHERS - 1} and step % 5 == 4:
            race.index(workspace)


def _done(race: Race, dataset: str, period: str) -> int:
    """How many of a publisher's releases there are."""
    snapshot = latest_snapshot(race.store)
    assert snapshot is not None
    manifest = load_manifest(race.store, snapshot.datasets[dataset].manifest)
    shown = {segment.period: segment.digest for segment in manifest.segments}
    digests = [segment.digest for segment in race.segments]
    return digests.index(shown[period]) + 1 if period in shown else 0


def read(race: Race, stop: Path, result: Path) -> None:
    """Look at everything again and again, when publishers leave time to; note what went wrong."""
    os.nice(GIVING_WAY)
    rounds, numbers = 0, [0]
    errors: list[str] = []
    while not errors and not (stop.exists() and rounds):
        try:
            numbers.append(_look(race))
        except Exception:
            errors.append(format_exc())
        rounds += 1
    result.write_text(json.dumps({"rounds": rounds, "errors": errors, "in_order": numbers == sorted(numbers)}))


def _look(race: Race) -> int:
    store = race.store
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    for entry in snapshot.datasets.values():
        for part in load_manifest(store, entry.manifest).parts:
            assert store.size(object_path(part.sha256)) == part.bytes
    if race.address is None:
        _look_at_index(race)
    return snapshot.number


def _look_at_index(race: Race) -> None:
    with open_catalog(race.folder / "catalog") as catalog:
        assert len(catalog.dataset(SHARED, "1.0.0").to_arrow_table()) == 1
        counted = dict(catalog.query("SELECT dataset, rows FROM catalog.datasets").fetchall())
        for dataset in (SHARED, OWN[0]):
            assert len(catalog.dataset(dataset).to_arrow_table()) == counted[dataset]


def report(race: Race, result: Path) -> None:
    """What every release after the first changed, as (publisher, step); and what is wrong with the catalog."""
    store = race.store
    numbers = snapshot_numbers(store)
    places = {place(publisher): publisher for publisher in range(PUBLISHERS)}
    steps = {segment.digest: step for step, segment in enumerate(race.segments)}
    history = []
    for number in numbers[1:]:
        old, new = (load_snapshot(store, each).datasets for each in (number - 1, number))
        changed = []
        for dataset in (dataset for dataset in new if new[dataset] != old.get(dataset)):
            before, after = (load_manifest(store, each[dataset].manifest) for each in (old, new))
            assert after.previous is not None
            assert (after.previous.version, after.previous.manifest) == (before.version, old[dataset].manifest)
            was = {segment.period: segment.digest for segment in before.segments}
            changed += [(places[dataset, segment.period], steps[segment.digest]) for segment in after.segments
                        if was.get(segment.period) != segment.digest]  # fmt: skip
        history.append(changed)
    snapshots = [load_snapshot(store, number) for number in numbers]
    result.write_text(json.dumps({
        "numbers": numbers, "previous": [snapshot.previous for snapshot in snapshots], "history": history,
        "times_in_order": [each.released for each in snapshots] == sorted(each.released for each in snapshots),
        "problems": [problem.path for problem in verify(store)],
        "waiting": [str(path) for path in race.folder.glob("publisher-*/private/candidates/*/*")],
        "incoming": store.names(".incoming"),
    }))  # fmt: skip


def fork(work: Callable[[], None]) -> int:
    """Do ``work`` in another process; its number."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except Exception:
            sys.stderr.write(format_exc())
        finally:
            os._exit(status)
    return child


def expect(child: int) -> None:
    """Wait for a process that has to end well."""
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a process failed; see above")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
