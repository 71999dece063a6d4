"""Which files of which archives make which bundles: ``pins.toml`` as records."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Hexadecimal digits of a bundle's SHA-256 in the name of its folder.
_DIGITS = 16


@dataclass(frozen=True)
class PinnedFile:
    """A file of an archive, and what becomes of it: see ``pins.toml``."""

    member: str
    name: str
    replace: tuple[tuple[str, str], ...] = ()
    before: str = ""
    after: str = ""
    compress: bool = False

    @property
    def stored_name(self) -> str:
        """Its name in the bundle's folder.

        What is compressed has a suffix that no web server takes for an encoding: then some would send it as such and
        others not.
        """
        return f"{self.name}.packed" if self.compress else self.name

    def made_of(self, content: bytes) -> bytes:
        """The file, not compressed, of a member's bytes.

        Raises:
            ValueError: when a text that is to be replaced does not occur.
        """
        for old, new in self.replace:
            if old.encode() not in content:
                raise ValueError(old)
            content = content.replace(old.encode(), new.encode())
        return self.before.encode() + content + self.after.encode()


@dataclass(frozen=True)
class PinnedPackage:
    """An archive of npm. ``bytes`` is its size, ``integrity`` its hash (Subresource Integrity, section 3.1)."""

    name: str
    version: str
    licence: str
    bytes: int
    integrity: str
    bundle: str
    files: tuple[PinnedFile, ...]

    @property
    def archive(self) -> str:
        """Its path in a registry of npm."""
        return f"{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


@dataclass(frozen=True)
class Bundle:
    """A folder of files. ``sha256``: of all of them; ``in_portal``: whether pages use it, or tests alone."""

    name: str
    sha256: str
    in_portal: bool
    packages: tuple[PinnedPackage, ...]

    @property
    def folder(self) -> str:
        """The name of its folder, another one whenever a file is another."""
        return f"{self.name}.{self.sha256[:_DIGITS]}"

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files in its folder."""
        return tuple(file.stored_name for package in self.packages for file in package.files)


@cache
def pinned_bundles() -> Mapping[str, Bundle]:
    """The bundles that this version of the program uses, by name."""
    text = resources.files("pipelines.portal.browser_assets").joinpath("pins.toml").read_text(encoding="utf-8")
    return read_pins(text)


def read_pins(text: str) -> Mapping[str, Bundle]:
    """Read the bundles of a file like ``pins.toml``."""
    document = tomllib.loads(text)
    packages = [_package(entry) for entry in document["packages"]]
    return {
        name: Bundle(name, packages=tuple(each for each in packages if each.bundle == name), **entry)
        for name, entry in document["bundles"].items()
    }


def _package(entry: Mapping[str, Any]) -> PinnedPackage:
    return PinnedPackage(**{**entry, "files": tuple(_file(each) for each in entry["files"])})


def _file(entry: Mapping[str, Any]) -> PinnedFile:
    return PinnedFile(**{**entry, "replace": tuple((old, new) for old, new in entry.get("replace", ()))})
