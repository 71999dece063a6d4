"""Archives from a registry of npm: no more bytes than are expected, and only if they are what was pinned."""

from __future__ import annotations

import base64
import hashlib
import os
import time
import urllib.error
import urllib.request
from http.client import HTTPException

from pipelines.portal.browser_assets.errors import ArchiveAltered, RegistryUnreachable
from pipelines.portal.browser_assets.pins import PinnedPackage

#: Names the registry, as for npm itself.
REGISTRY_VARIABLE = "npm_config_registry"
_REGISTRY = "http://localhost:4873/"
#: Seconds that the registry may be silent, and that an archive may take: the largest has 31 MB.
_SILENCE, _LONGEST = 20, 900
_BLOCK = 1 << 18


def registry() -> str:
    """The address of the registry, which ends in a slash."""
    return (os.environ.get(REGISTRY_VARIABLE) or _REGISTRY).rstrip("/") + "/"


def download(package: PinnedPackage) -> bytes:
    """The archive of a package.

    Raises:
        RegistryUnreachable: when it cannot be had.
        ArchiveAltered: when it is not the one that is pinned.
    """
    address = registry() + package.archive
    if not address.startswith(("https://", "http://")):
        raise RegistryUnreachable(address, "not http")
    try:
        content = _read(address, package.bytes + 1)
    except (OSError, HTTPException, ValueError) as problem:
        raise RegistryUnreachable(address, _told(problem)) from problem
    check_integrity(package, content)
    return content


def _read(address: str, most: int) -> bytes:
    """The first bytes of what lies at an address, at most so many."""
    until = time.monotonic() + _LONGEST
    blocks, size = [], 0
    with urllib.request.urlopen(address, timeout=_SILENCE) as response:  # noqa: S310 - http or https, see above
        while size < most and (block := response.read1(min(_BLOCK, most - size))):
            blocks.append(block)
            size += len(block)
            if time.monotonic() > until:
                raise TimeoutError
    return b"".join(blocks)


def check_integrity(package: PinnedPackage, content: bytes) -> None:
    """Compare an archive with its pin.

    Raises:
        ArchiveAltered: when its SHA-512 is another.
    """
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode("ascii")
    if package.integrity != f"sha512-{digest}":
        raise ArchiveAltered(package.name, package.version)


def _told(problem: Exception) -> str:
    reason = problem.reason if isinstance(problem, urllib.error.URLError) else problem
    return str(reason) or type(problem).__name__
