"""Styles and scripts of pages, by names that have the hash of their bytes: a changed one is another file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

FOLDER = "assets"
#: Hexadecimal digits of SHA-256 in a name.
_DIGITS = 16


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
    found = {}
    for entry in sorted(resources.files("pipelines.portal").joinpath("static").iterdir(), key=lambda each: each.name):
        content = entry.read_bytes()
        found[entry.name] = Asset(entry.name, asset_path(entry.name, content), content)
    return MappingProxyType(found)
