"""Verifying the installation's own catalog: every snapshot, every version, every file, every signature."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.core.errors import CorruptStore
from pipelines.publish.signing.keys import PublicKey
from pipelines.publish.signing.signatures import is_derived
from pipelines.publish.snapshots import (
    LATEST,
    Snapshot,
    load_snapshot,
    pointer_content,
    snapshot_numbers,
    snapshot_path,
)
from pipelines.publish.store import MISSING, WRONG_HASH
from pipelines.publish.stores import Store
from pipelines.publish.verifying.checking import Checking, Progress, no_progress
from pipelines.publish.verifying.problems import CHAIN, StoreNote, StoreProblem
from pipelines.publish.verifying.signed import signed_by_published_key

#: Folders where everything is referred to by some release.
_REFERRED = ("codelists", "manifests", "objects", "sources", "sums", "tombstones")


@dataclass(frozen=True)
class CatalogReport:
    """What was found. ``keys`` are those that signatures are valid by, in the order of their releases; ``files`` and
    ``bytes`` count what was compared."""

    snapshots: int
    keys: tuple[PublicKey, ...]
    problems: tuple[StoreProblem, ...]
    notes: tuple[StoreNote, ...]
    files: int
    bytes: int


def verify(store: Store) -> list[StoreProblem]:
    """Re-hash everything that any snapshot refers to, apart from lists and signatures; each file is read once.

    Returns:
        The problems, by path; empty when the store is sound.
    """
    checking = Checking(store)
    numbers = snapshot_numbers(store)
    _learn_removed(checking, store, numbers)
    for number in numbers:
        _unsigned(checking, store, number)
    checking.objects()
    _compare_pointer(checking, store)
    return sorted(checking.problems)


def verify_catalog(store: Store, progress: Progress = no_progress) -> CatalogReport:
    """Re-hash everything that any release refers to, and check all lists and signatures.

    Args:
        store: the catalog.
        progress: told of the bytes hashed.
    """
    checking = Checking(store)
    numbers = snapshot_numbers(store)
    _learn_removed(checking, store, numbers)
    keys: dict[PublicKey, None] = {}
    absent: list[str] = []
    for before, number in zip((0, *numbers), numbers, strict=False):
        if number != before + 1:
            checking.add(snapshot_path(before + 1), MISSING)
        signed = signed_by_published_key(checking, number)
        if signed is None:
            snapshot = _unsigned(checking, store, number)
        else:
            sums, key = signed
            keys[key] = None
            snapshot = checking.release(number, sums)
            for path, digest in sums.items():
                if is_derived(path) and not checking.listed_file(path, digest):
                    absent.append(path)
            if snapshot is not None and snapshot.previous is not None:
                checking.listed_file(snapshot_path(snapshot.previous), sums.get(snapshot_path(snapshot.previous), ""))
        if snapshot is not None and snapshot.previous != (before or None):
            checking.add(snapshot_path(number), CHAIN, str(snapshot.previous or "-"))
    for number in _signed_numbers(store) - set(numbers):
        checking.add(snapshot_path(number), MISSING)
    checking.objects(progress)
    _compare_pointer(checking, store)
    notes = tuple(_notes(checking, store, absent))
    problems = tuple(sorted(checking.problems))
    return CatalogReport(len(numbers), tuple(keys), problems, notes, len(checking.covered), checking.compared)


def _unsigned(checking: Checking, store: Store, number: int) -> Snapshot | None:
    """Check a snapshot that no list vouches for: what it refers to, but not itself."""
    checking.covered.add(snapshot_path(number))
    try:
        snapshot = load_snapshot(store, number)
    except CorruptStore as problem:
        checking.add(str(problem.message.params["path"]), str(problem.message.params["reason"]))
        return None
    for stone in snapshot.stones:
        checking.tombstone(stone)
    for dataset, entry in snapshot.datasets.items():
        checking.version(dataset, entry, None)
    return snapshot


def _learn_removed(checking: Checking, store: Store, numbers: tuple[int, ...]) -> None:
    """The newest snapshot has all tombstones. One that cannot be read is told where it is looked at itself."""
    with contextlib.suppress(CorruptStore):
        for stone in load_snapshot(store, numbers[-1]).stones if numbers else ():
            checking.tombstone(stone)


def _compare_pointer(checking: Checking, store: Store) -> None:
    numbers = snapshot_numbers(store)
    content = checking.read(LATEST) if numbers else None
    altered = {problem.path for problem in checking.problems}
    if content is None or snapshot_path(numbers[-1]) in altered:
        return
    if content != pointer_content(store, numbers[-1]):
        checking.add(LATEST, WRONG_HASH)


def _signed_numbers(store: Store) -> set[int]:
    """The releases of which there is a list."""
    folders = (entry.path.split("/")[1] for entry in store.entries("releases"))
    return {int(folder) for folder in folders if folder.isdecimal()}


def _notes(checking: Checking, store: Store, absent: list[str]) -> Iterator[StoreNote]:
    if absent:
        yield StoreNote("derived-absent", len(absent), 0, absent[0])
    unreferred, unfinished = [], []
    for entry in store.entries(""):
        top = entry.path.partition("/")[0]
        if top.startswith("."):
            unfinished.append(entry)
        elif top in _REFERRED and entry.path not in checking.covered:
            unreferred.append(entry)
    for kind, entries in (("unreferred", unreferred), ("unfinished", unfinished)):
        if entries:
            yield StoreNote(kind, len(entries), sum(entry.size for entry in entries), min(entries).path)
