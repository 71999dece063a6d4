"""``pattern`` constraints as RE2 expressions that match no text which Python's ``re`` would refuse.

Frictionless compiles ``"^%s$"`` and calls ``match``. The expression for RE2 is written from Python's own parse
tree, and only constructs whose RE2 counterpart accepts the same texts or fewer are let through: no negation, no
assertions but the ends, no flags. Character categories become their ASCII part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined, unused-ignore]  # the parser's tree has no public names
from re import _parser  # type: ignore[attr-defined, unused-ignore]
from typing import Any

#: RE2 refuses larger repetitions.
_MAX_REPEAT = 1_000
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "0-9",
    sre.CATEGORY_WORD: "0-9A-Za-z_",
    sre.CATEGORY_SPACE: " \\t\\n\\r\\f\\v",
}
_BEGINNINGS, _ENDINGS = {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}, {sre.AT_END, sre.AT_END_STRING}
_ENDS = {sre.AT_BEGINNING: "^", sre.AT_BEGINNING_STRING: "^", sre.AT_END: "$", sre.AT_END_STRING: "$"}


class _Unsafe(Exception):
    pass


#: Longer texts are left to regular expressions.
_LONGEST_FIXED = 64


def narrower_pattern(pattern: str) -> str | None:
    """An RE2 expression inside the constraint ``pattern``, or ``None`` when there is none that is certain."""
    tree = _parsed(pattern)
    try:
        return None if tree is None else _sequence(tree)
    except _Unsafe:
        return None


def byte_ranges(pattern: str) -> tuple[tuple[int, int], ...] | None:
    """The bytes that each place of a matching text may have, if all texts have one length and ASCII characters."""
    nodes = list(_parsed(pattern) or ())
    while nodes and nodes[0][0] is sre.AT and nodes[0][1] in _BEGINNINGS:
        nodes.pop(0)
    while nodes and nodes[-1][0] is sre.AT and nodes[-1][1] in _ENDINGS:
        nodes.pop()
    try:
        ranges = tuple(_places(nodes))
    except _Unsafe:
        return None
    return ranges if 0 < len(ranges) <= _LONGEST_FIXED else None


def _places(tree: Any) -> Iterator[tuple[int, int]]:
    for op, value in tree:
        if op is sre.LITERAL:
            place = (value, value)
        elif op is sre.IN and len(value) == 1 and value[0][0] in {sre.LITERAL, sre.RANGE}:
            kind, item = value[0]
            place = (item, item) if kind is sre.LITERAL else item
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT} and value[0] == value[1] and value[0] <= _LONGEST_FIXED:
            repeated = list(_places(value[2]))
            if len(repeated) * value[0] > _LONGEST_FIXED:
                raise _Unsafe
            yield from repeated * value[0]
            continue
        else:
            raise _Unsafe
        if place[1] > 127:
            raise _Unsafe
        yield place


def _parsed(pattern: str) -> Any:
    """Python's parse tree of the whole constraint; ``None`` when it is not one, or has flags."""
    try:
        tree = _parser.parse(f"^{pattern}$")
        grouped = _parser.parse(f"^(?:{pattern})$")
    except (re.error, RecursionError, OverflowError):
        return None
    # An alternative at the top level binds weaker than the anchors: "^a|b$".
    if repr(tree) != repr(grouped) or tree.state.flags != re.UNICODE.value:
        return None
    return tree


def _sequence(tree: Any) -> str:
    return "".join(_node(op, value) for op, value in tree)


def _node(op: Any, value: Any) -> str:
    if op is sre.LITERAL:
        return _character(value)
    if op is sre.ANY:
        return "[^\\n]"
    if op is sre.IN:
        return "[" + "".join(_member(kind, item) for kind, item in value) + "]"
    if op is sre.AT and value in _ENDS:
        return _ENDS[value]
    if op is sre.BRANCH:
        return "(?:" + "|".join(_sequence(branch) for branch in value[1]) + ")"
    if op is sre.SUBPATTERN:
        _, added, removed, tree = value
        if added or removed:
            raise _Unsafe
        return f"(?:{_sequence(tree)})"
    if op in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        return _repeat(*value)
    raise _Unsafe


def _repeat(low: int, high: Any, tree: Any) -> str:
    unbounded = high is sre.MAXREPEAT
    if low > _MAX_REPEAT or (not unbounded and high > _MAX_REPEAT):
        raise _Unsafe
    return f"(?:{_sequence(tree)}){{{low},{'' if unbounded else high}}}"


def _member(kind: Any, item: Any) -> str:
    if kind is sre.LITERAL:
        return _character(item)
    if kind is sre.RANGE:
        return f"{_character(item[0])}-{_character(item[1])}"
    if kind is sre.CATEGORY and item in _CATEGORIES:
        return _CATEGORIES[item]
    raise _Unsafe


def _character(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        raise _Unsafe
    return f"\\x{{{code:x}}}"
