"""Regular expressions that may take time exponential in the length of a text: a repetition within a repetition."""

from __future__ import annotations

from re import _constants as sre  # type: ignore[attr-defined, unused-ignore]  # the parser's tree has no public names
from re import _parser  # type: ignore[attr-defined, unused-ignore]
from typing import Any

_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT}


def may_explode(pattern: str) -> bool:
    """Whether an unbounded repetition holds another one, or alternatives. Patterns that are none do not explode."""
    try:
        return _explodes(_parser.parse(pattern), within=False)
    except Exception:  # no pattern: told elsewhere
        return False


def _explodes(tree: Any, within: bool) -> bool:
    return any(_node(op, value, within) for op, value in tree)


def _node(op: Any, value: Any, within: bool) -> bool:
    if op in _REPEATS:
        _, high, body = value
        endless = high is sre.MAXREPEAT
        return (endless and within) or _explodes(body, within or endless)
    if op is sre.BRANCH:
        return within or any(_explodes(branch, within) for branch in value[1])
    if op is sre.SUBPATTERN:
        return _explodes(value[3], within)
    if op in {sre.ASSERT, sre.ASSERT_NOT}:
        return _explodes(value[1], within)
    return op is sre.GROUPREF and within
