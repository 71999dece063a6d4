"""Archives from a registry of npm: no more bytes than are expected, and only if they are what was pinned."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from http.client import HTTPException

from pipelines.portal.browser_assets.errors import ArchiveAltered, RegistryUnknown, RegistryUnreachable
from pipelines.portal.browser_assets.pins import PinnedPackage

#: Names the registry, as for npm itself.
REGISTRY_VARIABLE = "npm_config_registry"
#: Seconds that the registry may be silent, and that an archive may take: the largest has 31 MB.
_SILENCE, _LONGEST = 20, 900
_BLOCK = 1 << 18


def registry() -> str:
    """The address of the registry, which ends in a slash: the one that npm is set up with, unless a variable names one.

    Raises:
        RegistryUnknown: when there is no such variable, and no npm.
    """
    address = os.environ.get(REGISTRY_VARIABLE) or _of_npm()
    if not address:
        raise RegistryUnknown(REGISTRY_VARIABLE)
    return address.rstrip("/") + "/"


def _of_npm() -> str:
    npm = shutil.which("npm")
    if npm is None:
        return ""
    asked = [npm, "config", "get", "registry"]
    try:
        done = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=_SILENCE)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def download(package: PinnedPackage) -> bytes:
    """The archive of a package.

    Raises:
        RegistryUnknown: when no registry is known.
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
