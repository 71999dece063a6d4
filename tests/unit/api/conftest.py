from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiserving import SMALL, Site, released_catalog, site_of

from pipelines.catalog import Limits
from pipelines.core.paths import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A catalog that no test changes; in its path is what SQL and URLs have to quote."""
    return released_catalog(tmp_path_factory.mktemp("api") / "o'hara 公开")


@pytest.fixture(scope="session")
def site(workspace: Workspace) -> Iterator[Site]:
    """A server over it."""
    with site_of(workspace.catalog) as running:
        yield running


@pytest.fixture(scope="session")
def quick(workspace: Workspace) -> Iterator[Site]:
    """A server that gives queries a second and a megabyte."""
    limits = replace(SMALL, query=Limits(seconds=1, memory=256, threads=1), result_bytes=1 << 20)
    with site_of(workspace.catalog, limits) as running:
        yield running
