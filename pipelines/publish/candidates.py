"""Candidate segments: ready, and private until a release.

::

    <candidates>/<dataset>/<period>.json + <sha256>.parquet …

A period has one candidate; a newer one takes its place. Each says which processing key it was made under: a
release takes no candidate that was cleared under another descriptor than today's. Those whose rows depend on what was
published of their period say what that was: see :mod:`pipelines.publish.comparisons`. Saving and removing exclude
each other across processes, so that a release never removes a candidate that was saved while it ran.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, flush_folder, replace_file
from pipelines.core.identifiers import is_identifier
from pipelines.core.paths import Workspace, is_plain_name
from pipelines.publish.records import Compared, Segment, canonical_json
from pipelines.publish.store import MALFORMED, MISSING
from pipelines.publish.stores import FolderStore


def save_candidate(workspace: Workspace, dataset_id: str, segment: Segment, processing_key: str) -> Segment:
    """Keep a segment for the next release, in place of an earlier candidate of the same period.

    Args:
        workspace: where.
        dataset_id: whose segment it is.
        segment: as built, with its bytes at its parts' ``parquet``.
        processing_key: what it was made under.

    Returns:
        The same segment, its bytes in the candidates' folder.

    Raises:
        CorruptStore: when the segment's bytes are gone.
    """
    for part in segment.parts:
        if part.parquet is None or not part.parquet.is_file():
            raise CorruptStore(f"{part.sha256}.parquet", MISSING)
    folder = workspace.candidates / dataset_id
    with _exclusive(workspace):
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        flush_folder(workspace.candidates)
        kept = []
        for part in segment.parts:
            target = folder / f"{part.sha256}.parquet"
            if part.parquet is not None:
                # A hard link shares its mode with the object it will become; the folder is what keeps it private.
                FolderStore(folder).upload(target.name, part.parquet)
            kept.append(replace(part, parquet=target))
        whole = replace(segment, sources=replace(segment.sources, inline=True))
        document: dict[str, Any] = {"processing_key": processing_key, "segment": whole.as_dict()}
        if segment.compared is not None:
            document["compared"] = segment.compared.as_dict()
        path = folder / f"{segment.period}.json"
        takes_place = path.exists()
        replace_file(path, canonical_json(document), PRIVATE_FILE_MODE)
        if takes_place:  # Else all candidates of a dataset would be read for each of its periods.
            _drop_unreferenced(folder)
    return replace(segment, parts=tuple(kept), processing_key=processing_key)


def pending_candidates(workspace: Workspace) -> tuple[tuple[str, Segment], ...]:
    """All candidates as (dataset, segment), by dataset and period. Costs one directory listing when there are none.

    Raises:
        CorruptStore: when a candidate cannot be read or its bytes are missing.
    """
    if not any(_dataset_folders(workspace)):
        return ()
    with _exclusive(workspace):
        return tuple(
            (folder.name, _load(path)) for folder in _dataset_folders(workspace) for path in _candidate_files(folder)
        )


def remove_candidates(workspace: Workspace, released: Iterable[tuple[str, Segment]]) -> None:
    """Remove candidates that have been released, unless newer ones have taken their places, and their bytes.

    What an earlier call that did not come to its end has left goes too, also where none is named.

    Args:
        workspace: where the candidates lie.
        released: dataset and segment of each.
    """
    entries = list(released)
    if not entries and not any(_dataset_folders(workspace)):
        return
    with _exclusive(workspace):
        for dataset_id, segment in entries:
            path = workspace.candidates / dataset_id / f"{segment.period}.json"
            if path.exists() and _is_same(_load(path), segment):
                path.unlink()
        for folder in _dataset_folders(workspace):
            _tidy(folder)


def remove_period_candidate(workspace: Workspace, dataset_id: str, period: str) -> None:
    """Remove the candidate of a period that has nothing to release any more. Absent: nothing to do."""
    folder = workspace.candidates / dataset_id
    with _exclusive(workspace):
        (folder / f"{period}.json").unlink(missing_ok=True)
        if folder.is_dir():
            _tidy(folder)


def _is_same(one: Segment, other: Segment) -> bool:
    """Equal rows made under another descriptor are another candidate: its schema is to be published. So are those that
    were compared with more: only they may be released."""
    return (one.digest, one.processing_key, one.compared) == (other.digest, other.processing_key, other.compared)


def _tidy(folder: Path) -> None:
    # A candidate that came back after a power cut could be released over what has been published since.
    flush_folder(folder)
    _drop_unreferenced(folder)
    if not any(folder.iterdir()):
        folder.rmdir()


def _dataset_folders(workspace: Workspace) -> list[Path]:
    if not workspace.candidates.is_dir():
        return []
    return sorted(path for path in workspace.candidates.iterdir() if is_identifier(path.name) and path.is_dir())


def _candidate_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if is_plain_name(path.name) and not path.name.startswith("."))


def _load(path: Path) -> Segment:
    segment = _read(path)
    parts = tuple(replace(part, parquet=path.parent / f"{part.sha256}.parquet") for part in segment.parts)
    for part in parts:
        if part.parquet is None or not part.parquet.is_file():
            raise CorruptStore(f"{path.parent.name}/{part.sha256}.parquet", MISSING)
    return replace(segment, parts=parts)


def _read(path: Path) -> Segment:
    """A candidate without its bytes."""
    place = f"{path.parent.name}/{path.name}"
    try:
        document = json.loads(path.read_bytes())
        segment, processing_key = Segment.from_dict(document["segment"]), str(document["processing_key"])
        compared = Compared.from_dict(document["compared"]) if "compared" in document else None
    except (KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(place, MALFORMED) from problem
    if segment.period != path.stem:
        raise CorruptStore(place, MALFORMED)
    sources = replace(segment.sources, inline=False)
    return replace(segment, sources=sources, processing_key=processing_key, compared=compared)


def _drop_unreferenced(folder: Path) -> None:
    """Remove bytes that no candidate of the dataset names (two periods may have equal bytes) and old temporaries."""
    named = {part.sha256 for path in _candidate_files(folder) for part in _read(path).parts}
    for path in folder.iterdir():
        # Under the lock no other process has a temporary file here: one that exists was left by a crash.
        if path.name.endswith(".tmp") or (path.suffix == ".parquet" and path.stem not in named):
            path.unlink()


@contextlib.contextmanager
def _exclusive(workspace: Workspace) -> Iterator[None]:
    workspace.candidates.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    with (workspace.candidates / ".lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
