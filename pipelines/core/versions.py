"""Dataset version numbers, after the Data Package recipe for versions (semantic versioning of data)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.errors import InvalidVersion

_PATTERN = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


class Change(StrEnum):
    """What separates two versions, by the Data Package version recipe."""

    MAJOR = "major"
    """Incompatible schema: a field removed, renamed or retyped, or the key changed."""
    MINOR = "minor"
    """Data or fields added."""
    PATCH = "patch"
    """Corrections within what had been published."""


def larger(one: Change, other: Change) -> Change:
    """The change that moves a version number further."""
    order = list(Change)
    return min(one, other, key=order.index)


@dataclass(frozen=True, order=True)
class VersionNumber:
    """``MAJOR.MINOR.PATCH``."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> VersionNumber:
        """Read a version number.

        Raises:
            InvalidVersion: when ``text`` is not three dot-separated integers without leading zeros.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise InvalidVersion(text)
        return cls(*(int(part) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def bumped(self, change: Change) -> VersionNumber:
        """The next number after a change of that size."""
        if change is Change.MAJOR:
            return VersionNumber(self.major + 1, 0, 0)
        if change is Change.MINOR:
            return VersionNumber(self.major, self.minor + 1, 0)
        return VersionNumber(self.major, self.minor, self.patch + 1)


FIRST_VERSION = VersionNumber(1, 0, 0)
