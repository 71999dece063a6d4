"""Which encoding a file's words make sense in: the readings of all encodings, compared in bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

from pipelines.ingest.proof import ideographs
from pipelines.ingest.proof.excerpts import Excerpts, excerpts_of
from pipelines.ingest.proof.letters import language
from pipelines.ingest.proof.placed import placed
from pipelines.ingest.proof.plausibility import NOT_WRITTEN, Plausibility

#: A text has to be likelier than any other by so many bits: one in sixteen million.
MARGIN = 24.0
_WESTERN = ("fr", "de", "es", "pt", "it", "en", "nl", "sv", "da", "nb", "fi", "is", "ca")
_CENTRAL = ("pl", "cs", "sk", "hu", "hr", "sl", "ro", "de")
_CYRILLIC = ("ru", "uk", "bg", "sr")
_BALTIC = ("et", "lt", "lv")
#: Commonest first: of encodings in which a text is the same, the first is stated.
SINGLE_BYTE = {
    "cp1252": _WESTERN, "iso8859-15": _WESTERN, "cp1250": _CENTRAL, "iso8859-2": _CENTRAL, "cp1251": _CYRILLIC,
    "koi8-r": _CYRILLIC, "mac_roman": _WESTERN, "cp850": _WESTERN, "cp437": _WESTERN, "cp852": _CENTRAL,
    "iso8859-5": _CYRILLIC, "cp866": _CYRILLIC, "mac_cyrillic": _CYRILLIC, "cp1253": ("el",), "iso8859-7": ("el",),
    "cp1254": ("tr",), "cp1257": _BALTIC,
}  # fmt: skip
EAST_ASIAN = ("gb18030", "big5", "shift_jis", "euc_kr", "euc_jp")
_ENOUGH = 4 << 20
#: ASCII letters between others, of which the encodings of two bytes per character may make something else.
_ASCII_BITS = 5.0
#: Share of characters that may be out of place: names from elsewhere, rare ideographs.
_MOST_ODD, _MOST_RARE = 0.12, 0.3
#: After so many bytes of words, what is so many bits behind is out of the question.
_SAMPLE_BYTES, _FAR_BEHIND = 3_000, 20 * MARGIN

#: The parts of a file's words, as an encoding reads them.
_Texts = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What the file's words are in ``encodings``, which all read the same: how unlikely (in bits).

    ``plausible``: hardly any character is out of place.
    """

    encodings: tuple[str, ...]
    bits: float
    plausible: bool


@dataclass(frozen=True)
class Judgement:
    """Readings that differ, likeliest first."""

    readings: tuple[Reading, ...]

    @property
    def proved(self) -> str | None:
        """The encoding whose reading makes sense and is likelier than any other by the margin; the commonest of it."""
        first = self.readings[0] if self.readings else None
        return first.encodings[0] if first is not None and first.plausible and self.lead >= MARGIN else None

    @property
    def lead(self) -> float:
        """Bits between the likeliest reading and the next; without end where there is no other."""
        return self.readings[1].bits - self.readings[0].bits if len(self.readings) > 1 else math.inf

    @property
    def candidates(self) -> tuple[str, ...]:
        """An encoding of every reading that is not out of the question; of those that make sense, if any do."""
        near = [reading for reading in self.readings if reading.bits - self.readings[0].bits < 2 * MARGIN]
        sensible = [reading for reading in near if reading.plausible]
        return tuple(reading.encodings[0] for reading in (sensible if len(sensible) > 1 else near))


def judge(path: Path, among: Sequence[str], most: int | None = None) -> Judgement:
    """Compare what a file says in encodings. Those of several bytes per character must decode all of it.

    ``most``: only so many of its first bytes are looked at.
    """
    excerpts = excerpts_of(path, most)
    groups: dict[_Texts, list[str]] = {}
    for encoding in among:
        texts = _texts(excerpts, encoding)
        if texts is not None:
            groups.setdefault(texts, []).append(encoding)
    in_question = _in_question(groups, _sampled(excerpts))
    readings = [_reading(texts, encodings) for texts, encodings in in_question.items()]
    return Judgement(tuple(sorted(filter(_is_rival, readings), key=lambda reading: reading.bits)))


def _sampled(excerpts: Excerpts) -> int:
    """How many of the parts suffice for telling what is out of the question."""
    ends = accumulate(map(len, excerpts.parts))
    return sum(end <= _SAMPLE_BYTES for end in ends)


def _in_question(groups: Mapping[_Texts, list[str]], sampled: int) -> Mapping[_Texts, list[str]]:
    """What a sample of the words leaves in question. They are drawn at random: what is far behind stays behind."""
    some = {texts: _reading(texts[:sampled], encodings) for texts, encodings in groups.items() if len(texts) > sampled}
    least = min((reading.bits for reading in some.values() if _is_rival(reading)), default=math.inf)
    behind = {texts for texts, reading in some.items() if reading.bits > least + _FAR_BEHIND}
    return {texts: encodings for texts, encodings in groups.items() if texts not in behind}


def _is_rival(reading: Reading) -> bool:
    """Two bytes are some ideograph in any encoding of such: one whose ideographs nobody writes is no rival."""
    return reading.plausible or reading.encodings[-1] not in EAST_ASIAN


def contradiction(path: Path, encoding: str) -> str | None:
    """The encoding that a file proves to be in although ``encoding`` decodes it, to another text; ``None``: none."""
    # Nearly every cell of East Asian text differs from the others: the first of them are many enough.
    judgement = judge(path, (*SINGLE_BYTE, *EAST_ASIAN), _ENOUGH if encoding in EAST_ASIAN else None)
    if judgement.proved is None or encoding in judgement.readings[0].encodings:
        return None
    return judgement.proved


def _texts(excerpts: Excerpts, encoding: str) -> _Texts | None:
    """What a file says in an encoding; ``None`` where some of its bytes are nothing that is written."""
    try:
        if encoding in SINGLE_BYTE and NOT_WRITTEN.search(excerpts.high.decode(encoding)):
            return None
        return tuple(part.decode(encoding) for part in excerpts.parts)
    except UnicodeDecodeError:
        return None


def _reading(texts: _Texts, encodings: list[str]) -> Reading:
    languages = dict.fromkeys(name for encoding in encodings for name in SINGLE_BYTE.get(encoding, ()))
    asian = [name for name in encodings if name in EAST_ASIAN]
    weighers = [language(name).weigh for name in languages] + [partial(ideographs.weigh, name) for name in asian]
    counted = placed(texts)
    bits, odd = min(weigh(counted) for weigh in weighers)
    beyond = sum(counted.values())
    within = sum(map(len, texts)) - beyond
    plausible = odd <= beyond * (_MOST_RARE if asian else _MOST_ODD) and (not asian or _has_its_script(texts, asian))
    return Reading(tuple(encodings), bits + _ASCII_BITS * within, plausible)


def _has_its_script(texts: _Texts, encodings: list[str]) -> bool:
    """Whether ideographs are as common, and as many among other characters, as in texts of one of the encodings."""
    for encoding in encodings:
        plausibility = Plausibility(encoding)
        for text in texts:
            plausibility.add(text)
        if plausibility.holds:
            return True
    return not any("\u3400" <= character <= "\ud7a3" for text in texts for character in text)
