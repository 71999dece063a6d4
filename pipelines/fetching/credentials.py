"""What opens a source: read from the environment when it is needed, and kept nowhere."""

from __future__ import annotations

import os

from pipelines.fetching.errors import FetchFailed


def from_environment(variable: str, key: str) -> str:
    """What an environment variable holds.

    Args:
        variable: Its name.
        key: The key of the source that names it.

    Raises:
        FetchFailed: when it is not set, or empty.
    """
    value = os.environ.get(variable, "")
    if not value:
        raise FetchFailed("fetch-no-credential", variable=variable, key=key)
    return value
