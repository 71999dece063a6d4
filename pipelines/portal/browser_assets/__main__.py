"""``python -m pipelines.portal.browser_assets [--required]``: make what is missing of them.

Without ``--required`` it ends well even where they cannot be had: then it says what the portal will lack.
"""

from __future__ import annotations

import sys

from pipelines.core.messages import in_both
from pipelines.core.paths import Workspace
from pipelines.portal.browser_assets import BrowserAssetsError, install, missing_bundles, pinned_bundles
from pipelines.portal.browser_assets.downloading import REGISTRY_VARIABLE


def main(arguments: list[str]) -> int:
    """Make the bundles; the exit code."""
    folder, bundles = Workspace.default().browser_assets, pinned_bundles()
    assert folder is not None  # noqa: S101 - the default workspace has one
    missing = missing_bundles(folder, bundles)
    if not missing:
        return 0
    size = sum(package.bytes for bundle in missing for package in bundle.packages)
    _say(in_both("assets-getting", "\n", megabytes=round(size / 1e6)))
    try:
        install(folder, bundles)
    except (BrowserAssetsError, OSError) as problem:
        _say(_told(problem))
        _say(in_both("assets-missing", "\n", variable=REGISTRY_VARIABLE))
        return 1 if "--required" in arguments else 0
    return 0


def _told(problem: Exception) -> str:
    if isinstance(problem, BrowserAssetsError):
        return in_both(problem.message.id, "\n", **problem.message.params)
    return str(problem)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
