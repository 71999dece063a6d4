"""What a register tells, and what it remembers until the next time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.flow.installation import Installation
from pipelines.registry import Dataset

Row = Mapping[str, object]


@dataclass(frozen=True)
class Told:
    """A register's rows by period, of those periods whose rows may have changed.

    ``state`` is what the next call goes on from: it is remembered after the rows have been delivered, so that a crash
    in between has them told again.
    """

    rows: Mapping[str, Iterable[Row]]
    state: Mapping[str, Any] = field(default_factory=dict)


def remembered(inst: Installation, dataset: Dataset) -> dict[str, Any]:
    """The state that a register was left in; empty where it was not, or cannot be read."""
    try:
        state = json.loads(_file(inst, dataset).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def remember(inst: Installation, dataset: Dataset, told: Told) -> None:
    """Keep a register's state, where it has changed."""
    if told.state and told.state != remembered(inst, dataset):
        inst.workspace.registers.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
        content = json.dumps(told.state, ensure_ascii=False, sort_keys=True).encode()
        replace_file(_file(inst, dataset), content, PRIVATE_FILE_MODE)


def _file(inst: Installation, dataset: Dataset) -> Path:
    # Hidden: the folder is laid out like an inbox.
    return inst.workspace.registers / f".{dataset.id}.json"


def register_file(inst: Installation, dataset: Dataset, period: str) -> Path:
    """Where a register's rows of a period are delivered."""
    return inst.workspace.registers / dataset.descriptor.publishers[0] / dataset.id / period / f"{dataset.id}.csv"
