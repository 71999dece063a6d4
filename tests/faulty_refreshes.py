"""Refreshes of derived files that fail half-way in tests: the next one finishes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import Faults, Kind, faulty_store, some_of

from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, Store

#: Methods of stores that change what is there, of those that refreshes call.
_CHANGING = ("replace", "put_derived", "remove")


def check_finished_after_faults(
    workspace: Workspace,
    folder: Path,
    refresh: Callable[[Workspace, Store | None], object],
    files: Callable[[Workspace], object],
    kind: Kind,
    every: int,
) -> None:
    """Let some of the calls fail by which a refresh changes the store, each in a copy of its own, and do it once more.

    Args:
        workspace: where there is something to refresh.
        folder: for copies.
        refresh: of a workspace's catalog, by a store in place of the one that it has.
        files: what is there afterwards.
        kind: of the faults.
        every: see :func:`some_of`.
    """
    undisturbed, counted = _copy(workspace, folder / "undisturbed"), Faults()
    refresh(undisturbed, faulty_store(FolderStore(undisturbed.catalog), counted))
    expected = files(undisturbed)
    changing = [number for number, name in enumerate(counted.names, 1) if name.startswith(_CHANGING)]
    assert changing
    for number in some_of(changing, every):
        tried = _copy(workspace, folder / f"tried-{number}")
        with pytest.raises(OSError, match="Input/output"):
            refresh(tried, faulty_store(FolderStore(tried.catalog), Faults(number, kind)))
        refresh(tried, None)
        assert files(tried) == expected
        shutil.rmtree(tried.data)


def _copy(workspace: Workspace, data: Path) -> Workspace:
    # Indexes of what was made belong to a store by its address, so in a copy everything is made anew.
    shutil.copytree(workspace.data, data)
    return Workspace.at(data, workspace.schema)
