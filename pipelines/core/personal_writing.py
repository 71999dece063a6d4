"""How numbers are written: texts made plain, and what else a text may be meant to read.

Whoever wants a number to be read, or a scan not to find it, spells it in Chinese numerals, puts the same mark between
its digits, takes O for 0 or l for 1, breaks it over lines, or has it escaped in a URL. :func:`readings` undoes each
by itself.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

_NUMERALS = str.maketrans("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸", "0001234567891123456789236")
_HOMOGLYPHS = str.maketrans("OoQDОоΟοlI|ІіӏZzSsBbХхΧχ×", "00000000111111225588XXXXX")
_DOTS = "•‧∙⋅・"

#: RE2 pattern of what :func:`plain` changes in a text that is in NFKC already: what is invisible, blanks of other kinds
#: than the space, digits of other scripts, dashes, dots.
CHANGED_BY_PLAIN = (
    rf"[\p{{Cc}}\p{{Cf}}\p{{Mn}}\p{{Me}}−{_DOTS}]"
    r"|[^\x20\P{Z}]|[^\x00-\x7f\P{Nd}]|[^\x00-\x7f\P{No}]|[^\x00-\x7f\P{Pd}]"
)

#: Words beside which digits are somebody's number.
NUMBER_LABELS = (
    "电话|手机|座机|传真|联系方式|号码|身份证|证件|卡号|账号|帐号|银行卡|存折|(?i:tel|phone|mobile|mob|cell|fax|id)"
)

_BROKEN = re.compile(r"(?<=[0-9０-９])[ \t]*-?[ \t]*(?:\r\n|[\r\n\v\f\x85\u2028\u2029])+[ \t]*(?=[0-9０-９xXｘＸ])")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|&#x?[0-9A-Fa-f]{2,6};|\\[uU]00[0-9A-Fa-f]{2}")
_CODE_POINT = re.compile(r"\\[uU]00([0-9A-Fa-f]{2})")
_DIGIT = "[0-9〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸]"
_SPELLED = re.compile(rf"{_DIGIT}(?:[ \-.,/·、]{{0,3}}{_DIGIT}){{10,}}")
_GLYPH = "[0-9OoQDОоΟοlI|ІіӏZzSsBb]"
_DISGUISED = re.compile(
    rf"(?<![0-9A-Za-z])(?P<label>(?:{NUMBER_LABELS})[^0-9A-Za-zОоΟο]{{0,6}})?"
    rf"(?P<run>{_GLYPH}(?:[ \-]{{0,2}}{_GLYPH}){{10,}}[XxХхΧχ×]?)(?![0-9A-Za-z])"
)
_LEAST_DIGITS, _LEAST_DIGITS_LABELLED = 6, 4
#: A mark between digits that is none of those which any number may have.
_MARK = r"(?:[A-Za-z]{1,3}|[^0-9A-Za-z \-.,/·]{1,3})"
_CODE_EDGE = re.compile("[0-9A-Za-z]")
_MARKED = re.compile(
    rf"(?<![0-9])(?:1[3-9][0-9](?P<a>{_MARK})[0-9]{{4}}(?P=a)[0-9]{{4}}"
    rf"|[1-9][0-9]{{5}}(?P<b>{_MARK})[0-9]{{8}}(?P=b)[0-9]{{3}}[0-9Xx]"
    rf"|[1-9][0-9]{{5}}(?P<c>{_MARK})[0-9]{{4}}(?P=c)[0-9]{{4}}(?P=c)[0-9]{{3}}[0-9Xx]"
    rf"|[3-69][0-9]{{3}}(?P<d>{_MARK})[0-9]{{4}}(?P=d)[0-9]{{4}}(?P=d)[0-9]{{4,7}}(?:(?P=d)[0-9]{{1,3}})?"
    rf"|[1-9](?P<e>{_MARK})(?:[0-9](?P=e)){{9,17}}[0-9Xx])(?![0-9])"
)

#: RE2 patterns, one of which every plain text has that reads differently, but for what is broken over lines. They are
#: apart, and begin with classes that are also inside, because the automata of all together would grow beyond bounds.
_SIGN, _EDGES = r"[^0-9A-Za-z \-.,/·]{1,3}", (r"(?:^|[^0-9A-Za-z])(?:", r")(?:[^0-9A-Za-z]|$)")


def _marked(mark: str) -> str:
    groups = (rf"[0-9]{{3}}{mark}[0-9]{{4}}{mark}[0-9]{{4}}", rf"[0-9]{{6}}{mark}[0-9]{{8}}{mark}[0-9]{{3}}[0-9Xx]")
    return "|".join((*groups, rf"[0-9]{mark}(?:[0-9]{mark}){{9}}[0-9]"))


MARKED_SCREEN = _marked(_SIGN) + "|" + _marked("[A-Za-z]{1,3}").join(_EDGES)
DISGUISED_SCREEN = "|".join(
    (
        _ESCAPED.pattern,
        rf"(?:{NUMBER_LABELS})[^0-9A-Za-z]{{0,6}}{_GLYPH}(?:[ \-]{{0,2}}{_GLYPH}){{10}}",
        r"(?:[1-9lI|][0-9OoQDlI|ZzSsBb]{5}(?:[1lI|]9|[2Zz][0OoQD])[0-9OoQDlI|ZzSsBb]{9}[0-9OoQDlI|ZzSsBbXx×])".join(
            _EDGES
        ),
    )
)
SPELLED_SCREEN = rf"{_DIGIT}(?:[ \-.,/·、]{{0,3}}{_DIGIT}){{10}}"


def plain(text: str) -> str:
    """Compatibility forms, digits of other scripts, dashes, white space and invisible characters made plain."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))


def readings(text: str) -> Iterator[tuple[str, bool]]:
    """Every way to read a text, plain, and whether it is only good for numbers that prove themselves.

    The first is the text itself. Readings that undo a disguise where no label says that a number is meant are good for
    check digits alone.
    """
    as_written = plain(text)
    yield as_written, False
    if _ESCAPED.search(as_written) is not None:
        unescaped = _CODE_POINT.sub(lambda found: chr(int(found[1], 16)), html.unescape(unquote(as_written)))
        yield plain(unescaped), False
    joined = _BROKEN.sub("", text)
    if joined != text:
        yield plain(joined), False
    spelled = _SPELLED.sub(_in_digits, as_written)
    if spelled != as_written:
        yield spelled, False
    marked = _MARKED.sub(lambda found: _without_marks(as_written, found), as_written)
    if marked != as_written:
        yield marked, False
    if _DISGUISED.search(as_written) is not None:
        for labelled in (True, False):
            undone = _DISGUISED.sub(partial(_undisguised, labelled=labelled), as_written)
            if undone != as_written:
                yield undone, not labelled


def _plain_character(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return ""
    if character.isascii():
        return character
    if category in {"Nd", "No"}:
        digit = unicodedata.digit(character, None)
        return character if digit is None else str(digit)
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return "·" if character in _DOTS else character


def _in_digits(found: re.Match[str]) -> str:
    """A run of numerals and digits in digits; digits alone are as they are."""
    digits = found[0].translate(_NUMERALS)
    return found[0] if digits == found[0] else digits.replace("、", "")


def _without_marks(text: str, found: re.Match[str]) -> str:
    """The digits alone, set apart, unless the same mark goes on to further digits: a list, or a code."""
    mark = next(filter(None, found.group("a", "b", "c", "d", "e")))
    before, behind = text[max(0, found.start() - len(mark) - 1) : found.start()], text[found.end() :][: len(mark) + 1]
    if (behind[:-1] == mark and behind[-1:].isdigit()) or (before[1:] == mark and before[:1].isdigit()):
        return found[0]
    if mark.isascii() and mark.isalnum() and _CODE_EDGE.search(f"{before[-1:]}\n{behind[:1]}"):
        return found[0]  # letters between digits are those of a longer code
    return f" {found[0].replace(mark, '')} "


def _undisguised(found: re.Match[str], labelled: bool) -> str:
    """The run with its look-alikes as digits; as it is if it has none, or hardly anything else."""
    run = found["run"]
    digits = sum(character.isdigit() for character in run)
    disguised = any(not character.isdigit() and character not in " -Xx" for character in run)
    least = _LEAST_DIGITS_LABELLED if labelled else _LEAST_DIGITS
    if not disguised or digits < least or (labelled and found["label"] is None):
        return found[0]
    return (found["label"] or "") + run.translate(_HOMOGLYPHS)
