"""Inbox files that cannot be landed now: still being written, or not readable by who runs this."""

from __future__ import annotations

import os

from pipelines.core.messages import Message
from pipelines.flow.installation import Installation
from pipelines.ingest import FileStillChanging, InboxFolder, InboxScan, Unplaced


def not_landed(place: str, problem: FileStillChanging) -> Unplaced:
    """What to tell of a folder of the inbox that landing gave up on."""
    if isinstance(problem.__cause__, PermissionError):
        return unreadable(place)
    return Unplaced(place, problem.message, Message("flow-still-changing-remedy"))


def place_of(folder: InboxFolder) -> str:
    """Where a folder lies in the inbox."""
    return "/".join(folder.path.parts[-3:])


def unreadable(place: str) -> Unplaced:
    """What to tell of something in the inbox that may not be read."""
    return Unplaced(place, Message("flow-file-unreadable"), Message("flow-file-unreadable-remedy"))


def unreadable_files(inst: Installation, scan: InboxScan) -> tuple[Unplaced, ...]:
    """Files of folders that await landing and cannot be opened."""
    known = inst.ledger.signatures()
    return tuple(
        unreadable(f"{place_of(folder)}/{file.name}")
        for folder in scan.folders
        if known.get(folder.key) != folder.signature
        for file in folder.files
        if not os.access(file.path, os.R_OK)
    )
