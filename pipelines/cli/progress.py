"""Progress: bars in a terminal, structured log lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

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
def dataset_progress(out: Output, what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar that is told how many of how many datasets are done, and which is next."""
    with dataset_steps_progress(out) as step:
        yield step(what)


@contextlib.contextmanager
def dataset_steps_progress(out: Output) -> Iterator[Callable[[str], Callable[[int, int, str], None]]]:
    """A bar for each of several steps, which is told how many of how many datasets are done, and which is next."""
    with _bar(out, BarColumn(), MofNCompleteColumn()) as bar:

        def step(what: str) -> Callable[[int, int, str], None]:
            task = bar.add_task(what, total=None, visible=False)
            return lambda done, total, name: bar.update(
                task, completed=done, total=total, description=f"{what}: {name}", visible=True
            )

        yield step


class FileProgress:
    """Progress through one file: bytes of its size, rows per second, and the time left."""

    def __init__(self, bar: Progress, name: str, size: int) -> None:
        self._bar, self._name, self._size = bar, name, size
        self._task = bar.add_task(name, total=size, rate="")
        self._rows, self._began = 0, time.monotonic()
        self._judging = False
        self._log = _logged(name, lambda _: None)

    def scanned(self, count: int) -> None:
        """So many bytes were looked through before the file is judged."""
        self._advance(count)

    def read(self, count: int) -> None:
        """So many bytes were read by the judge; the first ones begin the bar anew."""
        if not self._judging:
            self._judging = True
            self._bar.reset(self._task, total=self._size, rate="")
        self._advance(count)

    def _advance(self, count: int) -> None:
        self._bar.advance(self._task, count)
        if self._bar.tasks[0].completed > self._size:
            self._bar.update(self._task, total=None)  # more comes out of a compressed file than its size

    def rows(self, count: int) -> None:
        """So many rows were judged."""
        self._rows += count
        rate = self._rows / max(time.monotonic() - self._began, 0.001)
        self._bar.update(self._task, rate=f"{rate:,.0f} rows/s")
        self._log(count)


@contextlib.contextmanager
def file_progress(out: Output, file: Path) -> Iterator[FileProgress]:
    """A bar over the bytes of a file, which need not be there."""
    size = file.stat().st_size if file.is_file() else 0
    columns = BarColumn(), DownloadColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn()
    with _bar(out, *columns) as bar, _lines_instead(out):
        yield FileProgress(bar, file.name, size)


@contextlib.contextmanager
def _lines_instead(out: Output) -> Iterator[None]:
    """Log lines on standard error where nobody watches a bar."""
    handler: logging.Handler = logging.NullHandler() if out.errors.is_terminal else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    before = _logger.level
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        _logger.setLevel(before)
        _logger.removeHandler(handler)


@contextlib.contextmanager
def row_progress(out: Output, what: str) -> Iterator[Callable[[int], None]]:
    """Counts rows as they are gone through, however often: nobody knows beforehand how many there are."""
    with _bar(out, TextColumn("{task.completed:,}")) as bar, _lines_instead(out):
        task = bar.add_task(what, total=None)
        yield _logged(what, lambda rows: bar.advance(task, rows))


@contextlib.contextmanager
def byte_progress(out: Output, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many bytes are done."""
    with _bar(out, BarColumn(), DownloadColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


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


class FetchProgress:
    """Progress over sources: the bytes of each, and how many there will be where that is known."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def begin(self, name: str) -> Callable[[int, int | None], None]:
        """Show what is being fetched; returns the callback for its bytes so far and in all."""
        self._bar.reset(self._task, total=None, description=name)
        last = time.monotonic()

        def advance(done: int, total: int | None) -> None:
            nonlocal last
            self._bar.update(self._task, completed=done, total=total)
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                _logger.info("%s: %d bytes", name, done)

        return advance


@contextlib.contextmanager
def fetch_progress(out: Output) -> Iterator[FetchProgress]:
    """A bar over the bytes of one source after the other."""
    with _bar(out, BarColumn(), DownloadColumn()) as bar, _lines_instead(out):
        yield FetchProgress(bar)


def _bar(out: Output, *columns: ProgressColumn) -> Progress:
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
