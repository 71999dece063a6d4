"""S3-compatible servers that run as long as the tests of this folder do, and a file to be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from s3_serving import S3Server, s3_server
from storing import CONTENT

#: A new bucket's URL on a server ("moto", "swift"), to which this process's stores are led.
Bucket = Callable[..., str]


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Server]:
    with s3_server("moto") as server:
        yield server


@pytest.fixture(scope="session")
def swift() -> Iterator[S3Server]:
    with s3_server("swift") as server:
        yield server


@pytest.fixture
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    def make(kind: str = "moto", beginning: str = "catalog") -> str:
        server: S3Server = request.getfixturevalue(kind)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        return server.fresh_bucket(beginning)

    return make


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A local file to be stored."""
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path
