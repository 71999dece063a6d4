"""Styles and scripts of pages, by names that have the hash of their bytes: a changed one is another file.

A module names others as they lie beside it (``from "./csv.js"``); as an asset it names them by their assets' names. So
a module's hash changes with those it uses, and browsers may keep all of them for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

FOLDER = "assets"
#: Hexadecimal digits of SHA-256 in a name.
_DIGITS = 16
#: What a module imports from beside it, also where a comment names its types.
_IMPORT = re.compile(rb'(?<=")\./([a-z_]+\.js)(?=")')


@dataclass(frozen=True)
class Asset:
    """A file of the portal. ``name`` is what templates call it, ``path`` is relative to the store's root."""

    name: str
    path: str
    content: bytes


def asset_path(name: str, content: bytes) -> str:
    """Where a file lies: its name with the first digits of its SHA-256 before the suffix."""
    stem, dot, suffix = name.partition(".")
    return f"{FOLDER}/{stem}.{hashlib.sha256(content).hexdigest()[:_DIGITS]}{dot}{suffix}"


@cache
def own_assets() -> Mapping[str, Asset]:
    """The portal's own styles and scripts, by name."""
    folder = resources.files("pipelines.portal").joinpath("static")
    return MappingProxyType(assets_of({entry.name: entry.read_bytes() for entry in folder.iterdir()}))


def assets_of(files: Mapping[str, bytes]) -> Mapping[str, Asset]:
    """Files as assets, by name.

    Args:
        files: their bytes by name.

    Raises:
        ValueError: when modules import each other in a circle, or one that is not among the files.
    """
    made: dict[str, Asset] = {}

    def make(name: str, users: tuple[str, ...]) -> Asset:
        if name in users or name not in files:
            raise ValueError(f"{' > '.join((*users, name))}")

        def renamed(found: re.Match[bytes]) -> bytes:
            path = make(found[1].decode(), (*users, name)).path
            return f"./{path.removeprefix(f'{FOLDER}/')}".encode()

        if name not in made:
            content = files[name]
            if name.endswith(".js"):
                content = _IMPORT.sub(renamed, content)
            made[name] = Asset(name, asset_path(name, content), content)
        return made[name]

    return {name: make(name, ()) for name in sorted(files)}
