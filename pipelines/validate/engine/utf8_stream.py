"""A file's bytes for Arrow's CSV parser: in UTF-8, and in blocks that do not end between CR and LF."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from pathlib import Path

_UTF8 = {"utf-8", "utf-8-sig"}
#: So many bytes of UTF-8 may come of one byte in another encoding.
_LONGEST = 4


class Utf8Stream(io.RawIOBase):
    """Reads a file of any encoding as UTF-8.

    Arrow drops a line feed that begins a block when the block before ended with a carriage return, even inside
    quotes (pyarrow 26). So a carriage return at the end of a block waits for the next one.

    Raises:
        UnicodeError: on reading what the encoding does not allow. UTF-8 itself is checked by Arrow.
    """

    def __init__(self, path: Path, encoding: str, tell: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._tell = tell
        self._file = path.open("rb", buffering=0)
        self._decoder = None if encoding in _UTF8 else codecs.getincrementaldecoder(encoding)()
        self._waiting = b""

    def readable(self) -> bool:
        """Whether the stream can be read: yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; none at the end."""
        while True:
            content = self._file.read(self._wanted(size))
            if self._tell is not None:
                self._tell(len(content))
            text = content if self._decoder is None else self._decoder.decode(content, final=not content).encode()
            block = self._waiting + text if self._waiting else text
            self._waiting = b""
            if content and block.endswith(b"\r"):
                self._waiting, block = b"\r", block[:-1]
            if block or not content:
                return block

    def _wanted(self, size: int) -> int:
        """How much to read so that it fits into ``size`` bytes, whatever the encoding."""
        if size < 0:
            return size
        return max(1, (size - len(self._waiting)) // (1 if self._decoder is None else _LONGEST))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
