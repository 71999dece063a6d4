"""Which encoding a text file has: the first of the layout's that decodes all of it, strictly, to plausible text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.plausibility import Plausibility

_BLOCK = 1 << 20
#: UTF-16 first: its little-endian mark is not the beginning of any other mark looked for here.
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


def encoding_of(path: Path, name: str, candidates: Sequence[str]) -> tuple[str, str]:
    """Find the encoding of a text file.

    Returns:
        Its name as the layout writes it, and the Python codec that reads it without its byte order mark.

    Raises:
        Unreadable: when none of ``candidates`` decodes the whole file, or only to characters that nobody wrote, or
            the text holds NUL characters.
    """
    implausible: list[str] = []
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    for candidate in candidates:
        # A byte order mark says what the text is; other codecs would read the mark as characters.
        if marked not in (None, candidate) or (candidate == "utf-16" and marked is None):
            continue
        codec = "utf-8-sig" if candidate == "utf-8" else candidate
        plausibility = Plausibility(candidate)
        try:
            for block in _decoded(path, codec):
                if "\0" in block:
                    raise unreadable("nul-characters", name, encoding=candidate)
                plausibility.add(block)
        except UnicodeDecodeError:
            continue
        if plausibility.holds:
            return candidate, codec
        implausible.append(candidate)
    if implausible:
        raise unreadable("implausible-text", name, decoded=", ".join(implausible), encodings=", ".join(candidates))
    raise unreadable("undecodable", name, encodings=", ".join(candidates))


def _decoded(path: Path, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield decoder.decode(block)
    yield decoder.decode(b"", final=True)
