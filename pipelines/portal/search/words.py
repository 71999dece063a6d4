"""Chinese into words and their pinyin, by dictionaries that are loaded when the first text needs them.

Of jieba's dictionary only the words are loaded that the texts' characters can make: nothing else is ever looked up. A
few texts need some thousand words, 10 ms; the whole dictionary takes 0.4 CPU seconds and 90 MB. Pinyin takes 0.1
seconds. A release that changes no text loads neither.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from typing import Any

#: Letters of initials at most, characters of words, and characters of a run whose initials are kept. What the
#: dictionary has is shorter, but a guess at unknown words may be a whole run.
_LONGEST = 16

#: Runs that are remembered.
_REMEMBERED = 4096

#: The sum of all frequencies in jieba's dictionary, by which it weighs words that it has against those it has not.
TOTAL = 60_101_967
#: Texts of more different characters get the whole dictionary at once: to load more and more of it takes longer.
_MOST_CHARACTERS = 1_500


class Words:
    """Cuts runs of Chinese characters into words. Names of departments and fields come again and again, so the newest
    runs are remembered."""

    def __init__(self) -> None:
        self.words = lru_cache(_REMEMBERED)(self._words)
        self.pinyin = lru_cache(_REMEMBERED)(self._pinyin)
        self._expected: set[str] = set()
        self._loaded: frozenset[str] | None = frozenset()

    def expect(self, texts: Iterable[str]) -> None:
        """Have what these texts need loaded together, once one of them is cut; what else turns up is loaded then."""
        self._expected.update(*texts)

    def _cut(self, run: str) -> Iterable[str]:
        """The words of a run, and before each of them the shorter words in it."""
        if self._loaded is not None and not self._loaded.issuperset(run):
            self._expected.update(run)
            self._loaded = frozenset(self._expected) if len(self._expected) <= _MOST_CHARACTERS else None
            self._tokenizer = tokenizer_of(self._loaded)
        cut: Iterable[str] = self._tokenizer.cut_for_search(run)
        return cut

    def _words(self, run: str) -> list[str]:
        """The words of a run, and the shorter words in them; those of one character tell too little."""
        if len(run) == 1:
            return []
        return [word for word in self._cut(run) if 1 < len(word) <= _LONGEST]

    def _pinyin(self, run: str) -> set[str]:
        """How people type a run without an input method: syllables of each of its words, initials, initials of all."""
        found = set()
        for word in self._cut(run):
            syllables = _syllables(word[:_LONGEST])
            found |= {"".join(syllables), _initials(syllables)}
        found.add(_initials(_syllables(run[:_LONGEST])))
        return {each for each in found if len(each) > 1}


def tokenizer_of(characters: Collection[str] | None) -> Any:
    """A tokenizer of jieba that cuts texts of these characters as it does with its whole dictionary; ``None``: any."""
    import jieba

    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as file:
        lines = file.read()
    if characters is not None:
        made_of = f"^[{re.escape(''.join(sorted(characters)))}]+ .*\n"
        lines = "".join(re.findall(made_of, lines.decode(), re.MULTILINE)).encode()
    # What `initialize` does, without its log and without the cache that it would keep in the shared temporary
    # folder, and read from there with `marshal`, whoever wrote it.
    tokenizer.FREQ, _ = tokenizer.gen_pfdict(BytesIO(lines))
    tokenizer.total = TOTAL
    tokenizer.initialized = True
    return tokenizer


def _syllables(run: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return [syllable for syllable in lazy_pinyin(run) if syllable.isascii() and syllable.isalpha()]


def _initials(syllables: Iterable[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def pieces(run: str) -> set[str]:
    """Each two neighbouring characters of a run, and its last: whatever part of the run somebody types, such pieces
    cover it."""
    return {run[-1]} | {f"{first}{second}" for first, second in pairwise(run)}
