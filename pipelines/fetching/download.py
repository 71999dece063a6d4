"""One file from the web into its private part: resumed, bounded in bytes, and complete or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from pipelines.fetching.connections import Answer, answer
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.s3 import Signing
from pipelines.fetching.store import Validators
from pipelines.fetching.transfer import Transfer

_OK, _PARTIAL, _NOT_MODIFIED, _CHANGED, _RANGE_REFUSED = 200, 206, 304, 412, 416
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Download(Transfer):
    """One file to bring. ``signing``: makes the headers that open it; ``is_object``: it lies in an S3 store."""

    url: str
    signing: Signing | None = None
    is_object: bool = False

    def run(self, last: Validators | None) -> bool:
        """Bring the file into the store's part.

        Args:
            last: What the server said of the state that is in the inbox; ``None``: bring it in any case.

        Returns:
            Whether anything came; false when the server says that nothing has changed.

        Raises:
            FetchFailed: what to do about it is its remedy.
        """
        unfinished = self.store.unfinished(self.origin)
        if unfinished is not None:
            if self._continued(*unfinished):
                return True
            self.store.discard()
        with self._answer(_unless(last)) as given:
            if given.response.status == _NOT_MODIFIED and last is not None:
                return False
            self._take_whole(given)
        return True

    def _continued(self, size: int, validator: str) -> bool:
        """Continue the part; false when the server does not take it up where it ended."""
        # S3 promises If-Match, which answers 412 where If-Range gives the file anew.
        condition = "If-Match" if self.is_object and validator.startswith('"') else "If-Range"
        with self._answer({"Range": f"bytes={size}-", condition: validator}) as given:
            if given.response.status in (_RANGE_REFUSED, _CHANGED):
                return False
            if given.response.status != _PARTIAL:
                self._take_whole(given)
                return True
            found = _CONTENT_RANGE.fullmatch(given.response.headers.get("Content-Range", ""))
            if found is None or int(found[1]) != size or found[3] == "*":
                return False
            if validator.startswith('"') and given.response.headers.get("ETag", validator) != validator:
                return False  # a server that does not know If-Range
            self._write(given, size, int(found[3]))
        return True

    def _answer(self, conditions: Mapping[str, str]) -> contextlib.AbstractContextManager[Answer]:
        signed = self.signing(self.url) if self.signing is not None else {}
        return answer(self.url, {**_PLAIN, **conditions, **signed}, self.policy, self.deadline,
                      follows=self.signing is None)  # fmt: skip

    def _take_whole(self, given: Answer) -> None:
        if given.response.status != _OK:
            raise FetchFailed("fetch-status", host=given.host, status=given.response.status)
        length = _length(given)
        self.require_size(length or 0)
        self.store.begin(self.origin, _validators(given.response.headers))
        self._write(given, 0, length)

    def _write(self, given: Answer, size: int, total: int | None) -> None:
        """Append the body; ``total``: how many bytes the part must have in the end, where that is known."""
        encoding = given.response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding != "identity":
            raise FetchFailed("fetch-content-encoding", host=given.host, encoding=ascii(encoding[:40]))
        self.require_size(total or 0)
        with self.store.part.open("ab") as stream:
            for block in given.blocks():
                size += len(block)
                self.require_size(size)
                stream.write(block)
                self.advance(size, total)
        if total is not None and size != total:
            raise FetchFailed("fetch-incomplete", host=given.host, size=size, total=total)


#: The bytes as they are: a compressed answer would have to be unpacked, and could unpack to anything.
_PLAIN = {"Accept-Encoding": "identity", "User-Agent": "gongkai"}


def _unless(last: Validators | None) -> dict[str, str]:
    if last is None:
        return {}
    conditions = {"If-None-Match": last.etag, "If-Modified-Since": last.modified}
    return {name: value for name, value in conditions.items() if value}


def _length(given: Answer) -> int | None:
    """The length that the server states; ``None`` for a body in chunks, which marks its own end."""
    text = given.response.headers.get("Content-Length", "").strip()
    if "chunked" in given.response.headers.get("Transfer-Encoding", "").lower():
        return None
    if _LENGTH.fullmatch(text) is None:
        # Without either, a connection that broke looks like the end of the file.
        raise FetchFailed("fetch-no-length", host=given.host)
    return int(text)


def _validators(headers: Mapping[str, str]) -> Validators:
    etag, modified = _plain_header(headers, "ETag"), _plain_header(headers, "Last-Modified")
    if etag.startswith('"'):
        return Validators(etag, modified, etag)
    return Validators(etag, modified, modified if not etag and _is_settled(modified, headers.get("Date", "")) else "")


def _plain_header(headers: Mapping[str, str], name: str) -> str:
    """A header that can be sent back as it is; empty where it holds what headers must not."""
    value = headers.get(name, "").strip()
    return value if value.isascii() and value.isprintable() else ""


def _is_settled(modified: str, date: str) -> bool:
    """Tell whether a time of change vouches for every byte: it is a second or more past (RFC 9110, 8.8.2.2)."""
    try:
        return parsedate_to_datetime(date) - parsedate_to_datetime(modified) >= dt.timedelta(seconds=1)
    except (TypeError, ValueError):
        return False
