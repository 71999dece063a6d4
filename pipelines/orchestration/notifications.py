"""Notification records: JSON Lines that a mail or chat bridge can follow. They name places and counts, never values."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace


@dataclass(frozen=True)
class Notification:
    """One thing that somebody should hear of. ``id`` is the same when the same thing is told twice."""

    id: str
    kind: str
    moment: dt.datetime
    message: Message
    details: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included; the time is UTC."""
        return {
            "id": self.id,
            "kind": self.kind,
            "time": self.moment.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "message": self.message.as_dict(),
            **self.details,
        }


def notifications_folder(workspace: Workspace) -> Path:
    """Folder of the records, one file per month (UTC)."""
    return workspace.private / "notifications"


def append(workspace: Workspace, notifications: Iterable[Notification]) -> int:
    """Append records to the files of their months; give how many.

    Each record is one ``write`` on a descriptor opened with ``O_APPEND``, so concurrent writers never
    mix lines (POSIX ``write``).
    """
    folder = notifications_folder(workspace)
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    count = 0
    for notification in notifications:
        name = f"{notification.moment.astimezone(dt.UTC):%Y-%m}.jsonl"
        text = json.dumps(notification.as_dict(), ensure_ascii=False, sort_keys=True) + "\n"
        handle = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE_MODE)
        try:
            os.write(handle, text.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        count += 1
    return count
