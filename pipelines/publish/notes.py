"""What a data officer says about a dataset's next version, before there is one: why, and how far its number moves.

::

    <private>/notes/<dataset>.json

A note is for the version that follows a certain one. Whatever happens in between, no other version gets it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
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
    the changes ask for.
    """

    dataset: str
    follows: str | None
    text: Mapping[str, str]
    at_least: Change = Change.PATCH

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> VersionNote:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        follows = document["follows"]
        return cls(
            dataset=str(document["dataset"]),
            follows=None if follows is None else checked_sha256(follows),
            text=bilingual(document["text"]),
            at_least=Change(document["at_least"]),
        )


def save_note(workspace: Workspace, note: VersionNote) -> None:
    """Keep a note for a dataset's next version, in place of an earlier one."""
    workspace.notes.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    replace_file(workspace.notes / f"{note.dataset}.json", canonical_json(dataclasses.asdict(note)), PRIVATE_FILE_MODE)


def load_note(workspace: Workspace, dataset: str, follows: str | None) -> VersionNote | None:
    """The note for the version that follows a manifest, if there is one.

    Raises:
        CorruptStore: when it cannot be read.
    """
    path = workspace.notes / f"{dataset}.json"
    if not is_identifier(dataset) or not path.is_file():
        return None
    try:
        note = VersionNote.from_dict(json.loads(path.read_bytes()))
    except (KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(f"{path.parent.name}/{path.name}", MALFORMED) from problem
    return note if note.follows == follows else None


def remove_note(workspace: Workspace, dataset: str) -> None:
    """Remove a dataset's note, which a version now has. Absent: nothing to do."""
    (workspace.notes / f"{dataset}.json").unlink(missing_ok=True)
