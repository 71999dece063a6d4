"""What a request for a file gets: in which coding, under which validator, which ranges, and for how long it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property
from pathlib import Path

from starlette.datastructures import Headers

from pipelines.api.files.compressing import fits
from pipelines.api.files.kinds import is_text, type_of
from pipelines.api.files.ranges import NotSatisfiable, range_counts, wanted_ranges
from pipelines.api.places.base import Opened
from pipelines.api.problems import Problem, wanted_codings
from pipelines.core.identifiers import is_sha256

_FOREVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=60, must-revalidate"
#: Kept, but asked about before each use (RFC 9111, section 5.2.2.4).
_ASKED_ABOUT = "public, no-cache"
#: Besides what is named by its hash: what is created once and never replaced; and the parts of pages, which have (some
#: of) their hash in their names or their folder's. Indexes are none of it: a damaged one, or one of an older form, is
#: made anew.
_IMMUTABLE = re.compile(
    r"snapshots/[0-9]+\.json|sums/[^/]+/[0-9]+(\.[0-9]+){2}\.SHA256SUMS"
    r"|assets/(.+/)?[^/]+\.[0-9a-f]{16,}((\.[a-z0-9]+)+|/.+)"
)
#: Files of one version of a dataset, which may be made anew, and go when it is withdrawn.
_OF_VERSION = re.compile(r"(?:downloads|metadata/datasets)/([^/]+)/([0-9]+(?:\.[0-9]+){2})/.+")


def version_of(path: str) -> re.Match[str] | None:
    """The dataset and the version that a file belongs to, if it belongs to one."""
    return _OF_VERSION.fullmatch(path)


@dataclass(frozen=True)
class Asked:
    """A request for an open file, and in which coding it is answered."""

    method: str
    conditions: Headers
    path: str
    opened: Opened

    @property
    def by_hash(self) -> bool:
        """Whether its name is its hash, so that it never changes."""
        return is_sha256(self._named)

    @property
    def _named(self) -> str:
        return Path(self.path).name.partition(".")[0]

    @property
    def validator(self) -> str:
        """Of the file as it is; another one whenever its bytes are others."""
        return self._named if self.by_hash else self.opened.validator

    @property
    def can_be_compressed(self) -> bool:
        """Whether answers depend on what codings clients take."""
        return is_text(type_of(self.path)) and fits(self.opened.size)

    @cached_property
    def is_compressed(self) -> bool:
        """Whether the answer is compressed. Ranges are ranges of the file as it is.

        Raises:
            Problem: when the client takes the file in no form that there is.
        """
        gzip, as_it_is = wanted_codings(self.conditions.get("accept-encoding"), has_gzip=self.can_be_compressed)
        return gzip > 0 and (not as_it_is or (gzip >= as_it_is and not self._is_for_ranges))

    @property
    def etag(self) -> str:
        """Another one for each coding (RFC 9110, section 8.8.3.3)."""
        return f'"{self.validator}-gzip"' if self.is_compressed else f'"{self.validator}"'

    @property
    def _is_for_ranges(self) -> bool:
        # Ranges are defined for GET alone (RFC 9110, section 14.2).
        condition = self.conditions
        return self.method == "GET" and "range" in condition and range_counts(condition, f'"{self.validator}"')

    def headers(self, as_it_is: bool = False) -> dict[str, str]:
        """Of the answer; ``as_it_is``: of the file as it is, whatever the client wants."""
        compressed = self.is_compressed and not as_it_is
        headers = {
            "ETag": self.etag if compressed else f'"{self.validator}"',
            "Last-Modified": formatdate(self.opened.modified, usegmt=True),
            "Accept-Ranges": "bytes",
            "Cache-Control": _kept(self.path, self.by_hash),
            "Content-Type": type_of(self.path),
        }
        if self.can_be_compressed:
            headers["Vary"] = "Accept-Encoding"
        if compressed:
            headers["Content-Encoding"] = "gzip"
        return headers

    def ranges(self) -> Sequence[tuple[int, int]]:
        """Those that are wanted; none: the whole file.

        Raises:
            Problem: when none of them begins within the file.
        """
        if not self._is_for_ranges:
            return ()
        try:
            return wanted_ranges(self.conditions["range"], self.opened.size)
        except NotSatisfiable as problem:
            size = self.opened.size
            raise Problem(416, "range", {"Content-Range": f"bytes */{size}"}, size=size) from problem


def _kept(path: str, by_hash: bool) -> str:
    if by_hash or _IMMUTABLE.fullmatch(path):
        return _FOREVER
    return _ASKED_ABOUT if _OF_VERSION.fullmatch(path) else _SHORTLY
