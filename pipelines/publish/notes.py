"""What a data officer says about a dataset's next version, before there is one: why, and how far its number moves.

::

    <private>/notes/<dataset>.json
    <private>/notes/<dataset>.rollback.json     of a rollback that waits for an approval

A note is for the version that follows a certain one. Whatever happens in between, no other version gets it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.core.identifiers import is_identifier
from pipelines.core.paths import Workspace
from pipelines.core.versions import Change
from pipelines.publish.records import bilingual, canonical_json, checked_sha256
from pipelines.publish.store import MALFORMED


@dataclass(frozen=True)
class VersionNote:
    """``follows``: SHA-256 of the manifest that the version will follow, ``None`` for a dataset's first.

    ``text`` is in ``zh`` and ``en``; ``at_least`` raises the version number's move, which is never less than what
    the changes ask for. ``restores`` is the version whose content it is to have, of a rollback.
    """

    dataset: str
    follows: str | None
    text: Mapping[str, str]
    at_least: Change = Change.PATCH
    restores: str | None = None

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> VersionNote:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        follows = document["follows"]
        return cls(
            dataset=str(document["dataset"]),
            follows=None if follows is None else checked_sha256(follows),
            text=bilingual(document["text"]),
            at_least=Change(document["at_least"]),
            restores=document.get("restores"),
        )


def save_note(workspace: Workspace, note: VersionNote) -> None:
    """Keep a note for a dataset's next version, in place of an earlier one. One of a rollback is kept beside others."""
    workspace.notes.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    path = _path(workspace, note.dataset, rollback=note.restores is not None)
    replace_file(path, canonical_json(dataclasses.asdict(note)), PRIVATE_FILE_MODE)


def load_note(workspace: Workspace, dataset: str, follows: str | None, *, rollback: bool = False) -> VersionNote | None:
    """The note for the version that follows a manifest, if there is one.

    Args:
        workspace: where it is kept.
        dataset: the dataset.
        follows: SHA-256 of the manifest.
        rollback: the one of a rollback, instead of the one of whatever is released next.

    Raises:
        CorruptStore: when it cannot be read.
    """
    path = _path(workspace, dataset, rollback=rollback)
    if not is_identifier(dataset) or not path.is_file():
        return None
    try:
        note = VersionNote.from_dict(json.loads(path.read_bytes()))
    except (KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(f"{path.parent.name}/{path.name}", MALFORMED) from problem
    return note if note.follows == follows else None


def remove_note(workspace: Workspace, dataset: str) -> None:
    """Remove a dataset's notes once it has another version than they follow. Absent: nothing to do."""
    for rollback in (False, True):
        _path(workspace, dataset, rollback=rollback).unlink(missing_ok=True)


def _path(workspace: Workspace, dataset: str, *, rollback: bool) -> Path:
    return workspace.notes / f"{dataset}{'.rollback' if rollback else ''}.json"
