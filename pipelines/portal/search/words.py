"""Chinese into words and their pinyin, by dictionaries that are loaded when the first text needs them.

Loading takes 0.8 CPU seconds and 120 MB, so a release that changes no text does not load them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

#: Letters of initials at most, characters of words, and characters of a run whose initials are kept. What the
#: dictionary has is shorter, but a guess at unknown words may be a whole run.
_LONGEST = 16

#: Runs that are remembered.
_REMEMBERED = 4096


class Words:
    """Cuts runs of Chinese characters into words. Names of departments and fields come again and again, so the newest
    runs are remembered."""

    def __init__(self) -> None:
        self.words = lru_cache(_REMEMBERED)(self._words)
        self.pinyin = lru_cache(_REMEMBERED)(self._pinyin)

    @cached_property
    def _tokenizer(self) -> Any:
        import jieba

        tokenizer = jieba.Tokenizer()
        # What `initialize` does, without its log and without the cache that it would keep in the shared temporary
        # folder, and read from there with `marshal`, whoever wrote it.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        return tokenizer

    def _words(self, run: str) -> list[str]:
        """The words of a run, and the shorter words in them; those of one character tell too little."""
        if len(run) == 1:
            return []
        return [word for word in self._tokenizer.cut_for_search(run) if 1 < len(word) <= _LONGEST]

    def _pinyin(self, run: str) -> set[str]:
        """How people type a run without an input method: syllables of each of its words, initials, initials of all."""
        found = set()
        for word in self._tokenizer.cut_for_search(run):
            syllables = _syllables(word[:_LONGEST])
            found |= {"".join(syllables), _initials(syllables)}
        found.add(_initials(_syllables(run[:_LONGEST])))
        return {each for each in found if len(each) > 1}


def _syllables(run: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return [syllable for syllable in lazy_pinyin(run) if syllable.isascii() and syllable.isalpha()]


def _initials(syllables: Iterable[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def pieces(run: str) -> set[str]:
    """Each two neighbouring characters of a run, and its last: whatever part of the run somebody types, such pieces
    cover it."""
    return {run[-1]} | {f"{first}{second}" for first, second in pairwise(run)}
