"""Which encoding a text file has: the one of the layout's that decodes all of it, strictly, to plausible text.

UTF-8 proves itself: bytes of other encodings are no UTF-8 but by chance. Other encodings decode nearly anything, so
there the text has to be plausible, give the same bytes again, and make more sense than any other such text.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.ingest.problems import unreadable
from pipelines.ingest.proof import EAST_ASIAN, SINGLE_BYTE, contradiction, judge
from pipelines.ingest.proof.plausibility import Plausibility

_BLOCK = 1 << 20
#: Bytes that are UTF-8, or begin with UTF-16's mark, are that.
_PROVEN = frozenset({"utf-8", "utf-16"})
#: Encodings that decode text of others, too.
_JUDGED = frozenset({*SINGLE_BYTE, *EAST_ASIAN})
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
            several do to texts of which none makes more sense, or the text holds NUL characters, or plainly is in
            another encoding.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    implausible: list[str] = []
    held: dict[str, bytes] = {}
    for candidate in sorted(candidates, key=lambda encoding: encoding not in _PROVEN):
        # A byte order mark says what the text is; other codecs would read the mark as characters.
        if marked not in (None, candidate) or (candidate == "utf-16" and marked is None):
            continue
        text = _held(path, name, candidate)
        if text is None:
            continue
        if not text:
            implausible.append(candidate)
            continue
        held[candidate] = text
        if candidate in _PROVEN:
            break
    if held:
        found = next(iter(held)) if len(set(held.values())) == 1 else judge(path, tuple(held)).proved
        if found is None:
            raise unreadable("ambiguous-encoding", name, encodings=", ".join(held))
        if found in _JUDGED and (other := contradiction(path, found)) is not None:
            raise unreadable("other-encoding", name, encodings=", ".join(candidates), found=other)
        return found, codec_of(found)
    if implausible:
        raise unreadable("implausible-text", name, decoded=", ".join(implausible), encodings=", ".join(candidates))
    raise unreadable("undecodable", name, encodings=", ".join(candidates))


def codec_of(encoding: str) -> str:
    """The Python codec that reads an encoding of a layout without its byte order mark."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _held(path: Path, name: str, encoding: str) -> bytes | None:
    """A digest of the text that the file is in an encoding; empty: nobody wrote that; ``None``: it is not in it.

    Raises:
        Unreadable: the text has NUL characters.
    """
    plausibility = Plausibility(encoding)
    text, delivered, encoded = (hashlib.blake2b() for _ in range(3))
    try:
        for content, block in _decoded(path, codec_of(encoding)):
            if "\0" in block:
                raise unreadable("nul-characters", name, encoding=encoding)
            plausibility.add(block)
            if encoding not in _PROVEN:
                text.update(block.encode())
                delivered.update(content)
                encoded.update(block.encode(encoding))
    except UnicodeError:
        return None
    same = delivered.digest() == encoded.digest()
    return text.digest() if plausibility.holds and same else b""


def _decoded(path: Path, codec: str) -> Iterator[tuple[bytes, str]]:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block, decoder.decode(block)
    yield b"", decoder.decode(b"", final=True)
