"""Where files came from that nobody here put into the inbox: kept beside the landing records, by key and content.

Landing records depend on the delivered bytes alone, so what else is known of these bytes is kept apart from them::

    landing/origins/<dataset>/<period>/<organisation>/<sha256>.json
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.core.files import PRIVATE_FILE_MODE, create_file, make_private_folders
from pipelines.core.paths import Workspace
from pipelines.core.records import DeliveryKey


@dataclass(frozen=True)
class FileOrigin:
    """A file of another catalog. ``checksum`` is ``<algorithm>:<value>`` as that catalog gives it, empty without one;
    ``fetched`` is UTC time, ISO 8601."""

    catalog: str
    """Name of the descriptor of the catalog, and its address."""
    catalog_address: str
    dataset: str
    """The dataset's identifier there."""
    address: str
    checksum: str
    fetched: str


def remember_origin(workspace: Workspace, key: DeliveryKey, sha256: str, origin: FileOrigin) -> None:
    """Keep where a delivery's file came from, before it is put into the inbox; the first origin of bytes stays."""
    path = _path(workspace, key, sha256)
    make_private_folders(workspace.private, path.parent)
    create_file(path, (json.dumps(asdict(origin), ensure_ascii=False, indent=2) + "\n").encode(), PRIVATE_FILE_MODE)


def origin_of_file(workspace: Workspace, key: DeliveryKey, sha256: str) -> FileOrigin | None:
    """Where a delivery's file came from; ``None`` where nothing readable is known, which is so of most files."""
    try:
        return FileOrigin(**json.loads(_path(workspace, key, sha256).read_bytes()))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def _path(workspace: Workspace, key: DeliveryKey, sha256: str) -> Path:
    folder = workspace.landing / "origins" / key.dataset / key.period / key.organisation
    return folder / f"{sha256}.json"
