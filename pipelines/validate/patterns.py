"""``pattern`` constraints in bounded time: a few characters can keep Python's ``re`` busy for years.

Frictionless asks ``re`` about every text. Here it is given two seconds; then the pattern's RE2 expression decides,
which takes linear time and accepts exactly the same texts where those are ASCII and of one line. Where there is no
such expression (assertions, back references), the pattern is refused by name.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.patterns import narrower_pattern

#: Seconds for one text, and for all texts that one pattern is asked about, before RE2 takes over if it can.
SECONDS = 2.0
_SECONDS_IN_ALL = 10.0
#: Without RE2: seconds in all, once texts take so long on average that the file would not end.
_SECONDS_WITHOUT = 60.0
_SLOW = 0.001


class PatternTooSlow(BaseException):
    """A pattern cannot be checked in reasonable time.

    No ``Exception``: frictionless and the engine take those for properties of a cell.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(pattern)


class _TimeIsUp(BaseException):
    """Raised by the timer, wherever the interpreter is."""


@contextlib.contextmanager
def bounded_patterns() -> Iterator[None]:
    """Let the fields that frictionless makes here check their patterns in bounded time."""
    from frictionless.schema import field

    original = field.check_pattern
    patterns = _Patterns()
    # Frictionless looks its checks up by name whenever it makes a cell reader.
    field.check_pattern = patterns.check
    try:
        yield
    finally:
        field.check_pattern = original


class _Patterns:
    def __init__(self) -> None:
        self._known: dict[str, _Pattern] = {}

    def check(self, constraint: Any, cell: str | None) -> bool:
        """What frictionless's ``check_pattern`` tells."""
        if cell is None:
            return True
        pattern = self._known.get(constraint.pattern)
        if pattern is None:
            pattern = self._known[constraint.pattern] = _Pattern(constraint)
        return pattern.matches(cell)


class _Pattern:
    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._spent, self._asked = 0.0, 0
        self._linear: str | None = None

    def matches(self, text: str) -> bool:
        if self._linear is not None and _certain(text):
            return _matches_re2(text, self._linear)
        began = time.perf_counter()
        try:
            with _time_limit(SECONDS):
                return self._compiled.match(text) is not None
        except _TimeIsUp:
            return self._decided_by_re2(text)
        finally:
            self._account(time.perf_counter() - began)

    def _use_re2(self) -> None:
        self._linear = narrower_pattern(self._compiled.pattern[1:-1])

    def _decided_by_re2(self, text: str) -> bool:
        self._use_re2()
        if self._linear is None or not _certain(text):
            raise PatternTooSlow(self._compiled.pattern[1:-1])
        return _matches_re2(text, self._linear)

    def _account(self, seconds: float) -> None:
        self._spent += seconds
        self._asked += 1
        if self._spent > _SECONDS_IN_ALL and self._linear is None:
            self._use_re2()
        if self._spent > _SECONDS_WITHOUT and self._spent > self._asked * _SLOW:
            raise PatternTooSlow(self._compiled.pattern[1:-1])


def _certain(text: str) -> bool:
    """Whether RE2's expression and Python's accept this text alike; categories and line ends differ beyond."""
    return text.isascii() and "\n" not in text


def _matches_re2(text: str, expression: str) -> bool:
    return bool(pc.match_substring_regex(pa.array([text]), expression)[0].as_py())


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise ``_TimeIsUp`` after so many seconds; ``re`` looks for signals while it searches.

    Signals reach only the main thread: elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise _TimeIsUp
