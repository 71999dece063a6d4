"""Frictionless's own validation, row by row, for everything outside the certified ground.

The loop is that of ``Resource.validate`` of frictionless 5.21 with no limit of errors, but errors go to disk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.engine.opening import Request, packaged, resource_of
from pipelines.validate.engine.own import OwnError, OwnRules, own_rules
from pipelines.validate.engine.report import Again, EngineReport, read_lines, write_line

_PROGRESS_ROWS = 10_000


def judge_by_reference(request: Request, reason: Message, work: Path,
                       progress: Callable[[int], None] | None) -> EngineReport:  # fmt: skip
    """Let frictionless judge the file; ``reason`` says why the engine did not."""
    path = work / "errors.jsonl"
    judged = _Reference(request, progress)
    with path.open("w", encoding="ascii") as stream:
        for error in judged.errors():
            write_line(stream, error.to_descriptor())
    return EngineReport("reference", reason, judged.labels, judged.stats, Again(lambda: read_lines(path)), request.path)


class _Reference:
    def __init__(self, request: Request, progress: Callable[[int], None] | None) -> None:
        self._request = request
        self._progress = progress
        self.labels: list[str] = []
        self.stats: dict[str, int | None] = {"bytes": None, "fields": None, "rows": None}

    def errors(self) -> Iterator[Any]:
        from frictionless import FrictionlessException

        try:
            resource = resource_of(self._request)
            resource.to_descriptor(validate=True)
            resource = packaged(resource, self._request.schema, self._request.foreign)
            resource.open()
        except FrictionlessException as refused:
            yield from refused.to_errors()
            return
        except Exception as failed:  # unhashable values in a referenced table
            yield _failure(0, failed)
            return
        with resource:
            self.labels = resource.labels
            yield from header_errors(resource)
            yield from self._row_errors(resource)
            stats = resource.stats
            self.stats = {"bytes": stats.bytes, "fields": stats.fields, "rows": stats.rows}

    def _row_errors(self, resource: Any) -> Iterator[Any]:
        from frictionless import FrictionlessException

        rules = own_rules(self._request.schema, {field.name for field in resource.header.get_expected_fields()})
        keys = OwnKeys(rules)
        number = 0
        for count in itertools.count(1):
            try:
                row = next(resource.row_stream)
                number = row.row_number
                errors = [*row.errors, *rules.errors(row, keys.earlier(row))]
            except FrictionlessException as broken:
                yield broken.error
                continue
            except StopIteration:
                break
            except Exception as failed:  # frictionless meets values it cannot compare and gives up
                yield _failure(number, failed)
                break
            yield from errors
            if self._progress is not None and count % _PROGRESS_ROWS == 0:
                self._progress(_PROGRESS_ROWS)


def _failure(number: int, problem: Exception) -> OwnError:
    """Frictionless gave up: told by the kind of error only, because its text may quote a value."""
    note = f"frictionless failed after the row at position {number} ({type(problem).__name__})"
    return OwnError("reference-failed", note, number, (), ())


class OwnKeys:
    """Unique keys of the rows so far."""

    def __init__(self, rules: OwnRules) -> None:
        self._rules = rules
        self._seen: list[dict[tuple[Any, ...], int]] = [{} for _ in rules.keys]

    def earlier(self, row: Any) -> dict[int, int]:
        """Per unique key that the row repeats, the number of the last row that has it."""
        found = {}
        for position, (key, seen) in enumerate(zip(self._rules.keys, self._seen, strict=True)):
            values = tuple(row[name] for name in key)
            if None in values:
                continue
            if values in seen:
                found[position] = seen[values]
            seen[values] = row.row_number
        return found


def header_errors(resource: Any) -> list[Any]:
    """What frictionless's baseline check says before the first row."""
    from frictionless.errors import SourceError

    empty = [] if resource.labels or resource.fragment else [SourceError(note="the source is empty")]
    return [*empty, *resource.header.errors]
