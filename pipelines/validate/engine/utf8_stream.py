"""A file's bytes for Arrow's CSV parser: in UTF-8, in blocks that do not end between CR and LF, not too far ahead."""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Callable
from pathlib import Path

_UTF8 = {"utf-8", "utf-8-sig"}
#: So many bytes of UTF-8 may come of one byte in another encoding.
_LONGEST = 4
#: Arrow would read 32 blocks ahead; fresh memory for them costs more than reading. A record longer than so many
#: blocks needs them all at once: then one more is read each time that nothing has been parsed for so many seconds.
_AHEAD, _PATIENCE = 2, 0.1


class Utf8Stream(io.RawIOBase):
    """Reads a file of any encoding as UTF-8.

    Arrow drops a line feed that begins a block when the block before ended with a carriage return, even inside
    quotes (pyarrow 26). So a carriage return at the end of a block waits for the next one. Where a text has NUL, it
    may cut a quoted cell in two at the end of a block: such a text is not given to it.

    Args:
        tell: called with the number of bytes read since the last call.
        patience: seconds without a parsed block after which one more is read.

    Raises:
        UnicodeError: on reading what the encoding does not allow (UTF-8 itself is not checked), or NUL.
    """

    def __init__(self, path: Path, encoding: str, tell: Callable[[int], None] | None = None,
                 patience: float = _PATIENCE) -> None:  # fmt: skip
        super().__init__()
        self._patience = patience
        self._tell = tell
        self._file = io.FileIO(path)
        self._decoder = None if encoding in _UTF8 else codecs.getincrementaldecoder(encoding)()
        self._waiting = b""
        self._buffers: list[bytearray] = []
        self._read: list[memoryview] = []
        self._room = threading.Semaphore(_AHEAD)

    def readable(self) -> bool:
        """Whether the stream can be read: yes."""
        return True

    def read(self, size: int = -1) -> bytes | memoryview:
        """At most ``size`` bytes; none at the end. Waits while two blocks have been read and not parsed.

        Who keeps what was read keeps a buffer of it (as Arrow does): the memory is used again without one.
        """
        self._room.acquire(timeout=self._patience)
        while True:
            content = self._content(self._wanted(size))
            if self._tell is not None:
                self._tell(len(content))
            if self._decoder is None and not self._waiting and not _ends_with_return(content):
                return content
            text = bytes(content)
            if self._decoder is not None:
                text = self._decoder.decode(text, final=not text).encode()
                _refuse_nul(text.find(b"\0"))
            block = self._waiting + text
            self._waiting = b""
            if len(content) and block.endswith(b"\r"):
                self._waiting, block = b"\r", block[:-1]
            if block or not len(content):
                return block

    def parsed(self) -> None:
        """Tell that a block has been parsed."""
        self._room.release()

    def _content(self, size: int) -> memoryview:
        """The next bytes of the file, in memory that is used again once nobody holds what was read into it."""
        place = next((place for place, view in enumerate(self._read) if _released(view)), len(self._buffers))
        if place == len(self._buffers):
            self._buffers.append(bytearray(size))
            self._read.append(memoryview(b""))
        if len(self._buffers[place]) < size:
            self._buffers[place] = bytearray(size)
        whole = memoryview(self._buffers[place])[:size]
        length = self._file.readinto(whole)
        if self._decoder is None:
            _refuse_nul(self._buffers[place].find(b"\0", 0, length))
        self._read[place] = content = whole[:length]
        return content

    def _wanted(self, size: int) -> int:
        """How much to read so that it fits into ``size`` bytes, whatever the encoding."""
        return max(1, (size - len(self._waiting)) // (1 if self._decoder is None else _LONGEST))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class HoldsNul(UnicodeError):
    """A text has the character NUL."""


def _refuse_nul(place: int) -> None:
    if place >= 0:
        raise HoldsNul


def _ends_with_return(content: memoryview) -> bool:
    return len(content) > 0 and content[-1] == ord("\r")


def _released(view: memoryview) -> bool:
    """Release a view, unless something still holds what it shows."""
    try:
        view.release()
    except BufferError:
        return False
    return True
