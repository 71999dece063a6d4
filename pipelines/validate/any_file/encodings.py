"""Which encoding a text file has when nobody said it: certain, or not chosen at all.

Frictionless asks chardet about the first 100 kB. Here the whole file has its say: UTF-8 is what is strictly UTF-8,
a byte order mark is believed, and any other encoding is taken when the words of the whole file make sense in it and
in no other (``ingest.proof``). Where they may in several, these are named and nothing is guessed.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.ingest.proof import EAST_ASIAN, SINGLE_BYTE, judge
from pipelines.validate.any_file.decoding import first_failure, fits, has_lines, share_alone
from pipelines.validate.any_file.refusals import refused, unusable
from pipelines.validate.any_file.text_scan import TextFacts, blocks_of, line_at

How = Literal["declared", "utf-8", "mark", "detected"]
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Codecs that are no encodings of files, or that let half a surrogate pair through.
_NOT_FOR_FILES = {"utf-7", "unicode_escape", "raw-unicode-escape", "unicode-escape", "raw_unicode_escape", "idna",
                  "punycode", "undefined", "mbcs", "oem"}  # fmt: skip
#: Texts of two bytes per character have few high bytes between ASCII neighbours; Big5's second byte may be ASCII.
_MOST_ALONE = 0.5
#: UTF-16 text has a NUL beside every ASCII character, always on the same side.
_MANY_NULS, _FEW_NULS = 0.05, 0.01
#: Damaged UTF-8: so few characters beyond ASCII are broken.
_FEW_BROKEN = 0.05


@dataclass(frozen=True)
class Encoding:
    """An encoding and how it became known. ``name`` is a Python codec's."""

    name: str
    how: How


def declared(name: str) -> Encoding:
    """An encoding that the user named.

    Raises:
        Unusable: there is no such encoding of text.
    """
    try:
        codec = codecs.lookup(name)
        usable = codec._is_text_encoding and codec.name not in _NOT_FOR_FILES
    except (LookupError, ValueError, UnicodeError):
        usable = False
    if not usable:
        raise unusable("no-encoding", encoding=ascii(name)[1:-1])
    return Encoding(name, "declared")


def found(path: Path, facts: TextFacts) -> Encoding:
    """The encoding of a file of which nobody said it.

    Raises:
        Refusal: it cannot be told for certain; the candidates are named.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    mark = next((encoding for bom, encoding in _MARKS if head.startswith(bom)), None)
    if mark is not None:
        _require(path, mark)
        return Encoding(mark, "mark")
    wide = _utf16(facts)
    if wide is not None and has_lines(path, wide):
        return Encoding(wide, "detected")
    if facts.utf8:
        return Encoding("utf-8", "utf-8")
    line = line_at(path, facts.broken_at or 0)
    _refuse_damaged(path, line)
    judgement = judge(path, (*SINGLE_BYTE, *EAST_ASIAN))
    if judgement.proved is not None and _may_be(path, judgement.proved):
        return Encoding(judgement.proved, "detected")
    candidates = judgement.candidates
    if not candidates:
        raise refused("encoding-error", "undecodable", row=line, line=line)
    raise refused("encoding-error", "ambiguous-encoding", row=line, line=line, candidates=", ".join(candidates),
                  first=candidates[0])  # fmt: skip


def _may_be(path: Path, encoding: str) -> bool:
    """Whether all of the file, and not only what its words were judged by, is text in an encoding."""
    return encoding in SINGLE_BYTE or (share_alone(path) < _MOST_ALONE and fits(path, encoding))


def _require(path: Path, encoding: str) -> None:
    """Believe a byte order mark only when the rest of the file agrees."""
    offset = first_failure(path, encoding)
    if offset is not None:
        line = line_at(path, offset)
        raise refused("encoding-error", "mark-belied", row=line, encoding=encoding, line=line)


def _utf16(facts: TextFacts) -> str | None:
    half = facts.size // 2
    even, odd = facts.nuls
    if half == 0 or facts.size % 2:
        return None
    if odd > half * _MANY_NULS and even <= half * _FEW_NULS:
        return "utf-16-le"
    return "utf-16-be" if even > half * _MANY_NULS and odd <= half * _FEW_NULS else None


def _refuse_damaged(path: Path, line: int) -> None:
    """Tell a UTF-8 file with a few broken bytes from one in another encoding.

    Raises:
        Refusal: it is damaged UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = beyond = 0
    for block in blocks_of(path):
        text = decoder.decode(block)
        broken += text.count("\ufffd")
        beyond += len(text) - len(text.encode("ascii", "ignore"))
    broken += decoder.decode(b"", final=True).count("\ufffd")
    if broken < max(beyond, 20) * _FEW_BROKEN and beyond > broken:
        raise refused("encoding-error", "damaged-utf8", row=line, line=line, broken=broken)
