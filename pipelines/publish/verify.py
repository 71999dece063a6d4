"""Verifying the public store: every hash that anything published refers to is computed again."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.errors import CorruptStore
from pipelines.core.messages import Message
from pipelines.publish.manifests import load_manifest
from pipelines.publish.snapshots import LATEST, load_snapshot, pointer_content, snapshot_numbers
from pipelines.publish.store import MISSING, WRONG_HASH, check_object
from pipelines.publish.stores import Store


@dataclass(frozen=True, order=True)
class StoreProblem:
    """Something in the store that is missing or altered. ``path`` is relative to the store's root."""

    path: str
    reason: str

    @property
    def message(self) -> Message:
        """The problem as a sentence, with what to do."""
        return Message("publish-store-problem", {"path": self.path, "reason": self.reason})


def verify(store: Store) -> list[StoreProblem]:
    """Re-hash everything that any snapshot refers to; each file is read once.

    Returns:
        The problems, by path; empty when the store is sound.
    """
    problems: set[StoreProblem] = set()
    numbers = snapshot_numbers(store)
    manifests = _manifests_of(store, numbers, problems)
    for sha256, size in sorted(_objects_of(store, manifests, problems)):
        try:
            check_object(store, sha256, size, rehash=True)
        except CorruptStore as problem:
            problems.add(_as_problem(problem))
    if numbers:
        pointer = store.read(LATEST) if store.size(LATEST) is not None else None
        if pointer is None:
            problems.add(StoreProblem(LATEST, MISSING))
        elif pointer != pointer_content(store, numbers[-1]):
            problems.add(StoreProblem(LATEST, WRONG_HASH))
    return sorted(problems)


def _manifests_of(store: Store, numbers: tuple[int, ...], problems: set[StoreProblem]) -> set[str]:
    manifests: set[str] = set()
    for number in numbers:
        try:
            manifests.update(entry.manifest for entry in load_snapshot(store, number).datasets.values())
        except CorruptStore as problem:
            problems.add(_as_problem(problem))
    return manifests


def _objects_of(store: Store, manifests: set[str], problems: set[StoreProblem]) -> set[tuple[str, int]]:
    objects: set[tuple[str, int]] = set()
    for manifest in sorted(manifests):
        try:
            objects.update((part.sha256, part.bytes) for part in load_manifest(store, manifest).parts)
        except CorruptStore as problem:
            problems.add(_as_problem(problem))
    return objects


def _as_problem(problem: CorruptStore) -> StoreProblem:
    return StoreProblem(str(problem.message.params["path"]), str(problem.message.params["reason"]))
