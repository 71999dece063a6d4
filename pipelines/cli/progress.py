"""Progress: bars in a terminal, structured log lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.cli.output import Output

_logger = logging.getLogger(__name__)
_SECONDS_BETWEEN_LINES = 10.0


@contextlib.contextmanager
def delivery_progress(out: Output, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many deliveries are done."""
    with _bar(out, BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextlib.contextmanager
def row_progress(out: Output, what: str) -> Iterator[Callable[[int], None]]:
    """A counter of rows without a known end."""
    with _bar(out, TextColumn("{task.completed:,}")) as bar:
        task = bar.add_task(what, total=None)
        yield _logged(what, lambda rows: bar.advance(task, rows))


class WorkProgress:
    """Progress over datasets and periods, with the rows gone through in the current one."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._all = bar.add_task("", total=total)
        self._rows = 0
        self._name = ""

    def begin(self, name: str) -> Callable[[int], None]:
        """Show what is being processed; returns the callback for its rows."""
        self._name, self._rows = name, 0
        self._bar.update(self._all, description=name)
        return _logged(name, self._advance)

    def _advance(self, rows: int) -> None:
        self._rows += rows
        self._bar.update(self._all, description=f"{self._name} {self._rows:,}")

    def end(self) -> None:
        """The current one is done."""
        self._bar.advance(self._all)


@contextlib.contextmanager
def work_progress(out: Output, total: int) -> Iterator[WorkProgress]:
    """A bar over ``total`` datasets and periods."""
    with _bar(out, BarColumn(), MofNCompleteColumn()) as bar:
        yield WorkProgress(bar, total)


def _bar(out: Output, *columns: TextColumn | BarColumn | MofNCompleteColumn) -> Progress:
    # On standard error, so that standard output stays the command's result; not drawn where nobody watches.
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), *columns, TimeElapsedColumn(),
        console=out.errors, transient=True, disable=not out.errors.is_terminal,
    )  # fmt: skip


def _logged(what: str, advance: Callable[[int], None]) -> Callable[[int], None]:
    done, last = 0, time.monotonic()

    def wrapped(rows: int) -> None:
        nonlocal done, last
        done += rows
        advance(rows)
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            _logger.info("%s: %d rows", what, done)

    return wrapped
