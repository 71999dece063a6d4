"""A released catalog of two datasets for tests of the portal's pages; whoever has one of another kind says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from publicising import refresh, two_datasets
from publishing import copied, index_now

from pipelines.core.paths import Workspace


@pytest.fixture(scope="session")
def two_released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """With metadata and index, without pages; nobody changes it."""
    workspace = two_datasets(tmp_path_factory.mktemp("released"))
    refresh(workspace)
    index_now(workspace)
    return workspace


@pytest.fixture
def workspace(two_released: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it, to be changed."""
    return copied(two_released, tmp_path)
