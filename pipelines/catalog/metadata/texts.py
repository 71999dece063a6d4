"""Texts of descriptors as they go into documents: nothing in them that cannot be seen or written, and bounded.

Bidirectional controls, control characters and what XML 1.0 does not allow become spaces, so that no profile has to
think of them; what is markup somewhere is escaped where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.core.messages import translate
from pipelines.publish.release_notes import on_one_line

#: Characters at most: of titles, keywords and names, and of descriptions and other texts.
SHORT, LONG = 300, 4000
#: Read of a text, however long it is.
_READ = 4 * LONG
#: Two letters or digits of one word, where words have blanks between them; and how much is left out for a whole word.
_WORD, _LONGEST_WORD = re.compile(r"[0-9A-Za-zÀ-ɏ]{2}"), 30
LANGUAGES = ("zh", "en")
#: What stands between Chinese and English in a text that has both.
_BETWEEN = " / "
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

Texts = Mapping[str, str]
"""A text by language: ``zh`` and ``en``."""


def short(text: str) -> str:
    """A title or name on one line."""
    return cut(on_one_line(text[:_READ]), SHORT)


def long(text: str) -> str:
    """A text of paragraphs."""
    lines = (on_one_line(line) for line in text[:_READ].splitlines())
    return cut("\n".join(line for line in lines if line), LONG)


def cut(text: str, limit: int) -> str:
    """A text of ``limit`` characters at most; an ellipsis says that it went on.

    A Latin word is left out rather than broken; Chinese, and words without end, are cut where the room ends.
    """
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    if _WORD.match(text, limit - 2):
        whole = kept.rpartition(" ")[0]
        kept = whole if len(whole) >= len(kept) - _LONGEST_WORD else kept
    return f"{kept.rstrip()}…"


def shorts(texts: Mapping[str, str]) -> Texts:
    """Titles in both languages."""
    return {language: short(texts[language]) for language in LANGUAGES}


def longs(texts: Mapping[str, str]) -> Texts:
    """Texts in both languages."""
    return {language: long(texts[language]) for language in LANGUAGES}


def apart(text: str) -> Texts:
    """By language a text that has Chinese, `` / `` and English; where that is not certain, all of it in both."""
    chinese, between, english = text.partition(_BETWEEN)
    is_certain = between and _BETWEEN not in english and _HAN.search(chinese) and not _HAN.search(english)
    return {"zh": chinese, "en": english} if is_certain and english.strip() else same(text)


def both(texts: Texts, separator: str = " | ") -> str:
    """Chinese and then English, where a document has room for one text."""
    return texts["zh"] if texts["zh"] == texts["en"] else f"{texts['zh']}{separator}{texts['en']}"


def said(message: str, /, **params: Texts) -> Texts:
    """A sentence of the message catalogue in both languages; ``params`` are texts in both, too."""
    return {
        language: translate(message, language, **{name: text[language] for name, text in params.items()})
        for language in LANGUAGES
    }


def same(text: str | int) -> Texts:
    """What is the same in both languages."""
    return dict.fromkeys(LANGUAGES, str(text))
