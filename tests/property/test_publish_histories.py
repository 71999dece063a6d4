"""Whatever is delivered, corrected, withdrawn, rolled back and collected: every version that is readable is right."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publishing import NOW, contribution, disclosed, keys, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import load_reviews
from pipelines.publish import (
    FolderStore,
    Manifest,
    build_segment,
    collect_garbage,
    latest_snapshot,
    load_manifest,
    object_path,
    reinstate,
    rollback,
    save_candidate,
    verify,
    withdraw,
)
from pipelines.registry import Catalog

TREES = "tree_inventory"
WHY = {"zh": "更正", "en": "Correction"}
#: Tree number → species, by period.
Content = Mapping[str, Mapping[int, str]]

_ROWS = st.dictionaries(st.integers(1, 6), st.sampled_from(["ginkgo", "willow"]), min_size=1, max_size=4)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.sampled_from(["2023", "2024", "2025"]), _ROWS),
        st.tuples(st.just("rollback"), st.integers(0, 5)),
        st.tuples(st.just("withdraw"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("reinstate")),
        st.tuples(st.just("collect")),
    ),
    min_size=3,
    max_size=9,
)


@dataclass
class Model:
    """What must be so. ``shown`` is what the catalog has of the dataset; absent: nothing."""

    versions: dict[str, Content] = field(default_factory=dict)
    withdrawn: dict[str, bool] = field(default_factory=dict)
    shown: Content | None = None
    held: bool = False
    waiting: dict[str, Mapping[int, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def home() -> Path:
    return Path(tempfile.mkdtemp())


@given(steps=_STEPS)
@settings(max_examples=20)
def test_every_version_that_can_be_read_has_the_rows_of_the_model(home: Path, steps: list[tuple[object, ...]]) -> None:
    base = workspace_with_registry(home)
    catalog = registry(base)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        workspace = Workspace.at(Path(folder) / "data", base.schema)
        workspace.prepare()
        history = History(workspace, catalog)
        for step in steps:
            history.take(step)
        history.check()


class History:
    """The real thing beside the model."""

    def __init__(self, workspace: Workspace, catalog: Catalog) -> None:
        self.workspace, self.catalog = workspace, catalog
        self.store = FolderStore(workspace.catalog)
        self.model = Model()
        self.manifests: dict[str, Manifest] = {}

    def take(self, step: tuple[object, ...]) -> None:
        match step:
            case ("deliver", str(period), dict(rows)):
                self.deliver(period, rows)
            case ("rollback", int(number)):
                self.rollback(number)
            case ("withdraw", int(number), bool(remove)):
                self.withdraw(number, remove)
            case ("reinstate",):
                self.reinstate()
            case _:
                collect_garbage(self.store, dt.datetime.now(dt.UTC) + dt.timedelta(days=1), dt.timedelta())

    def deliver(self, period: str, rows: Mapping[int, str]) -> None:
        table = disclosed(self.workspace.work / "in.parquet", [tree(*row) for row in rows.items()], period=period)
        segment = build_segment(self.catalog.dataset(TREES), period, [contribution(table)], self.workspace.work)
        assert segment is not None
        save_candidate(self.workspace, TREES, segment, keys(self.catalog)[TREES])
        self.model.waiting[period] = rows
        self.release()

    def release(self) -> None:
        found = release_now(self.workspace, self.catalog).versions
        if self.model.held or not self.model.waiting:
            assert found == ()
            return
        content = {**(self.model.shown or {}), **self.model.waiting}
        self.model.waiting = {}
        for manifest in found:
            self.keep(manifest, content)
        if self.model.shown is None:
            self.model.shown = content

    def keep(self, manifest: Manifest, content: Content) -> None:
        assert manifest.version not in self.model.versions
        self.manifests[manifest.version] = manifest
        self.model.versions[manifest.version] = self.model.shown = content

    def version(self, number: int) -> str | None:
        known = list(self.model.versions)
        return known[number % len(known)] if known else None

    def rollback(self, number: int) -> None:
        version = self.version(number)
        if version is None or version in self.model.withdrawn:
            return
        content = self.model.versions[version]
        reviews = load_reviews(self.workspace.reviews)
        done = rollback(self.workspace, self.store, self.catalog, reviews, TREES, version, WHY, NOW)
        for manifest in done.versions:
            self.keep(manifest, content)
            self.model.held = False

    def withdraw(self, number: int, remove: bool) -> None:
        version = self.version(number)
        if version is None:
            return
        shown = self.shown_version()
        withdraw(self.store, TREES, [version], WHY, NOW, remove_bytes=remove)
        self.model.withdrawn[version] = remove or self.model.withdrawn.get(version, False)
        if shown == version:
            self.model.shown, self.model.held = None, True

    def reinstate(self) -> None:
        if self.manifests and reinstate(self.store, TREES, NOW):
            self.model.held = False
            self.release()

    def shown_version(self) -> str | None:
        snapshot = latest_snapshot(self.store)
        entry = snapshot.datasets.get(TREES) if snapshot else None
        return entry.version if entry else None

    def check(self) -> None:
        shown = self.shown_version()
        assert (shown is None) == (self.model.shown is None)
        if shown is not None:
            assert shown not in self.model.withdrawn
            assert self.rows(self.manifests[shown]) == self.model.shown
        for version, content in self.model.versions.items():
            manifest = self.manifests[version]
            assert load_manifest(self.store, manifest.sha256) == manifest
            if not self.model.withdrawn.get(version):
                assert self.rows(manifest) == content
        kept = {part.sha256 for version, manifest in self.manifests.items()
                if not self.model.withdrawn.get(version) for part in manifest.parts}  # fmt: skip
        for version, removed in self.model.withdrawn.items():
            gone = {part.sha256 for part in self.manifests[version].parts} - kept if removed else set()
            assert all(self.store.size(object_path(sha256)) is None for sha256 in gone)
        assert not [problem for problem in verify(self.store) if problem.reason != "missing"]

    def rows(self, manifest: Manifest) -> Content:
        found: dict[str, dict[int, str]] = {}
        for segment in manifest.segments:
            rows = found.setdefault(segment.period, {})
            for part in segment.parts:
                table = pq.read_table(self.store.local(object_path(part.sha256)))
                rows |= {
                    int(number[1:]): species
                    for number, species in zip(table["tree_id"].to_pylist(), table["species"].to_pylist(), strict=True)
                }
        return found
