"""Columns that only count the rows."""

from __future__ import annotations

_MOST_DIGITS = 10


class RunningNumbers:
    """Numbers that go on by one from 0 or 1, or begin anew after two of them."""

    def __init__(self) -> None:
        self.rows = 0
        self._first = self._last = 0

    def goes_on(self, cell: str) -> bool:
        """Take the next cell; ``False`` when it is no next number."""
        if not (cell.isascii() and cell.isdigit() and len(cell) < _MOST_DIGITS and cell == str(int(cell))):
            return False
        number = int(cell)
        if not self.rows:
            self._first = number
            follows = number in (0, 1)
        else:
            follows = number == self._last + 1 or (number == self._first < self._last)
        self._last, self.rows = number, self.rows + 1
        return follows
