"""What is measured: the first publish, a corrected delivery, a run without changes, and monthly versions."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.process import Timer, peak
from benchmarks.publish.files import DATASET, Deliveries
from benchmarks.publish.fleet import measure_fleet
from benchmarks.publish.lake import Lake, copy_bare
from pipelines.publish import Manifest, load_manifest, object_path
from pipelines.publish.diff import VersionDiff

Result = dict[str, Any]


def write(deliveries: Deliveries, periods: int) -> Result:
    """The deliveries that ``first`` and ``bare`` read."""
    for period in deliveries.periods(periods):
        deliveries.write(period)
    return {"periods": periods}


def first(deliveries: Deliveries, work: Path, periods: int) -> Result:
    """The first publish: segments of all periods, candidates, release, index."""
    lake, names = Lake.at(work, deliveries), deliveries.periods(periods)
    _warm(deliveries, work)
    released, timers = lake.timed(names)
    (manifest,) = released.versions
    return {"rows": manifest.rows, "bytes": manifest.size, "files": len(manifest.parts), "peak": peak(),
            **_times(timers)}  # fmt: skip


def bare(deliveries: Deliveries, work: Path, periods: int) -> Result:
    """The same rows by ``COPY`` alone."""
    _warm(deliveries, work)
    with Timer() as timer:
        copy_bare(deliveries, deliveries.periods(periods), work / "bare")
    size = sum(path.stat().st_size for path in (work / "bare").glob("*.parquet"))
    return {"bytes": size, "files": periods, "peak": peak(), **_times({"copy": timer})}


def _warm(deliveries: Deliveries, work: Path) -> None:
    """Load what is loaded once in a process."""
    work.mkdir(exist_ok=True)
    copy_bare(deliveries, deliveries.periods(1), work / "warm")
    shutil.rmtree(work / "warm")


def corrections(deliveries: Deliveries, work: Path, sizes: list[int], rounds: int) -> Iterator[Result]:
    """One corrected delivery once the dataset has so many periods, and a run without changes after it.

    Args:
        deliveries: none yet.
        work: private folder.
        sizes: numbers of periods, ascending; the dataset grows to each.
        rounds: corrections measured at each size.
    """
    lake, names = Lake.at(work, deliveries), deliveries.periods(sizes[-1])
    again, done = names[: min(rounds, sizes[0])], 0
    for place, size in enumerate(sizes):
        for period in names[done:size]:
            deliveries.write(period)
            lake.compose([period])
            if period not in again:
                shutil.rmtree(deliveries.folder / period)
        lake.release()
        lake.index()
        done = size
        for number in range(rounds):
            yield {
                "periods": size,
                # Another department each time: a delivery that was corrected already would change nothing.
                **_correct(lake, again[number % len(again)], place * rounds + number),
            }


def _correct(lake: Lake, period: str, department: int) -> Result:
    before = lake.size("objects"), lake.size("manifests", "sources")
    lake.deliveries.write(period, corrected=department)
    released, timers = lake.timed([period])
    (manifest,) = released.versions
    grown = {"objects": lake.size("objects") - before[0], "manifest": lake.size("manifests", "sources") - before[1]}
    with Timer() as timers["unchanged release"]:
        assert not lake.release().versions
    with Timer() as timers["unchanged index"]:
        lake.index()
    read: set[str] = set()
    with Timer() as timers["diff"]:
        rows = _difference(lake, manifest, read)
    return {"rows": manifest.rows, "files": len(manifest.parts), "files_read": len(read), "rows_changed": rows,
            "peak": peak(), **grown, **_times(timers)}  # fmt: skip


def _difference(lake: Lake, manifest: Manifest, read: set[str]) -> int:
    """Rows that separate a version from the one before; ``read`` receives the files that were opened."""
    assert manifest.previous is not None

    def local(sha256: str) -> Path:
        read.add(sha256)
        return lake.store.local(object_path(sha256))

    previous = load_manifest(lake.store, manifest.previous.manifest)
    versions = manifest.previous.version, manifest.version
    difference = VersionDiff.between(DATASET, versions, previous, manifest, local)
    return sum(batch.num_rows for batch in difference.batches())


def fleet(work: Path, datasets: int, periods: int) -> Result:
    """A catalog of many datasets where nothing has changed, and where one dataset has."""
    return _times(measure_fleet(work, datasets, periods))


def months(deliveries: Deliveries, work: Path, versions: int) -> Result:
    """Monthly versions: in each a month is appended, and two deliveries of earlier months are corrected."""
    lake, names = Lake.at(work, deliveries), deliveries.periods(versions)
    chosen = random.Random(1)
    last: Manifest | None = None
    corrected = 0
    with Timer() as timer:
        for number, period in enumerate(names):
            deliveries.write(period)
            earlier = chosen.sample(names[:number], min(2, number))
            for one in earlier:
                deliveries.write(one, corrected=chosen.randrange(deliveries.departments))
            corrected += len(earlier)
            lake.compose([*earlier, period])
            (last,) = lake.release().versions
    assert last is not None
    with Timer() as index:
        lake.index()
    return {
        "versions": versions, "corrections": corrected, "rows": last.rows, "last": last.size,
        "objects": lake.size("objects"), "manifests": lake.size("manifests", "sources"),
        "last_manifest": len(last.content()), "index": lake.size("index"), "files": len(last.parts),
        **_times({"all": timer, "index_once": index}),
    }  # fmt: skip


def _times(timers: Mapping[str, Timer]) -> dict[str, dict[str, float]]:
    return {name: {"cpu": timer.cpu, "wall": timer.wall} for name, timer in timers.items()}
