"""SVG elements as texts, every value escaped, and how much of a text fits.

Lengths across are percentages of the figure's width, lengths down are in ``em``: so a figure is as wide as its place
and its texts keep their size, on a phone as on a large screen. Colours are classes; no element has a style of its own.
"""

from __future__ import annotations

import unicodedata

from markupsafe import Markup

#: Characters' widths in em, from above: ideographs fill a square; capitals and digits are wider than other letters.
_WIDE, _BROAD, _NARROW = 1.0, 0.66, 0.54
#: A phone of 360 px leaves so many em of 13 px between the edges of a page.
WIDTH = 24.5
#: From a line's top to its baseline, from one line to the next, and between a label and an amount.
_BASELINE, _LEADING, _GAP = 1.0, 1.2, 0.8


def element(name: str, content: Markup | str = "", /, **attributes: str | float) -> Markup:
    """An element; ``_`` in an attribute's name stands for ``-``, and a trailing one is dropped (``class_``)."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _text(value)) for key, value in attributes.items()
    )
    if not content:
        return Markup("<{}{}/>").format(name, written)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, content)


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float) -> str:
    """A length across."""
    return f"{_text(value)}%"


def em(value: float) -> str:
    """A length down."""
    return f"{_text(value)}em"


def text(content: str, x: float, y: float, class_: str = "", **more: str | float) -> Markup:
    """A text whose baseline begins at ``x`` per cent and ``y`` em."""
    return element("text", content, x=percent(x), y=em(y), **_classed(class_), **more)


def bar(x: float, y: float, width: float, height: float, class_: str = "", label: str = "") -> Markup:
    """A rectangle, which says what it is where a pointer rests on it."""
    title = element("title", label) if label else ""
    size = {"width": percent(width), "height": em(height)}
    return element("rect", title, x=percent(x), y=em(y), **size, **_classed(class_))


def _classed(class_: str) -> dict[str, str | float]:
    return {"class_": class_} if class_ else {}


def width_of(content: str) -> float:
    """How wide a text is at most, in em."""
    return sum(map(_width, content))


def _width(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return _WIDE
    return _BROAD if sign.isupper() or sign in "mwMW@%—…" else _NARROW


def fitted(content: str, room: float) -> str:
    """As much of a text as fits into so many em; an ellipsis says that it went on."""
    count = _count(content, room)
    if count == len(content):
        return content
    return content[: _count(content, room - _width("…"))].rstrip() + "…"


def lines_of(content: str, first: float, second: float) -> list[str]:
    """A text in one line, or two, of so many em each; what does not fit into two is cut."""
    count = _count(content, first)
    if count == len(content):
        return [content]
    broken = content.rfind(" ", 0, count + 1)
    # Ideographs may be parted anywhere; a word that fills the line has to be.
    at = broken if broken > 0 and all(_width(sign) < _WIDE for sign in content[broken:count]) else count
    return [content[:at].rstrip(), fitted(content[at:].lstrip(), second)]


def labelled(label: str, amount: str, top: float, indent: float = 0.0) -> tuple[list[Markup], float]:
    """A label, and an amount at the right edge; and how high both are, in em."""
    room = WIDTH - indent
    shift = {"dx": em(indent)} if indent else {}
    lines = lines_of(label, room - width_of(amount) - _GAP, room)
    parts = [text(line, 0, top + _BASELINE + place * _LEADING, **shift) for place, line in enumerate(lines)]
    return [*parts, text(amount, 100, top + _BASELINE, "c-amount")], 1.3 + (len(lines) - 1) * _LEADING


def _count(content: str, room: float) -> int:
    """How many characters fit into so many em."""
    for count, sign in enumerate(content):
        room -= _width(sign)
        if room < 0:
            return count
    return len(content)
