"""Any CSV file against any Table Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.validate.engine.columns import ColumnReader
from pipelines.validate.engine.csv_source import CsvFile, csv_blocks
from pipelines.validate.engine.foreign import ForeignTable, keys_batch, lookups_of
from pipelines.validate.engine.judge import Judge
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.opening import Request, csv_file_of, resource_of
from pipelines.validate.engine.plan import Plan, plan_of
from pipelines.validate.engine.prefetch import prefetched
from pipelines.validate.engine.reference import header_errors, judge_by_reference
from pipelines.validate.engine.report import Again, EngineReport, SuspectFile
from pipelines.validate.engine.row_errors import errors_of

#: Bytes at the beginning of a file that tell about how many rows it has.
_HEAD_BYTES = 1 << 16


def validate_file(path: Path, schema: Mapping[str, Any], *, dialect: Mapping[str, Any] | None = None,
                  encoding: str | None = None, foreign: Mapping[str, ForeignTable] | None = None, work: Path,
                  progress: Callable[[int], None] | None = None,
                  read: Callable[[int], None] | None = None) -> EngineReport:  # fmt: skip
    """Validate a CSV file with a Table Schema: frictionless's verdict, and the rules of v2 it leaves out.

    Args:
        path: the file.
        schema: a Table Schema descriptor.
        dialect: a Table Dialect descriptor; ``None``: frictionless guesses.
        encoding: the file's encoding; ``None``: frictionless guesses.
        foreign: the tables that foreign keys refer to, by resource name.
        work: a private, empty folder; the report reads from it.
        progress: called with the number of rows judged since the last call.
        read: called with the number of bytes read since the last call, where the engine itself reads.
    """
    request = Request(path, schema, dialect, encoding, foreign or {})
    try:
        return _judge_fast(request, work, progress, read)
    except Uncertified as refused:
        return judge_by_reference(request, refused.reason, work, progress)


def _judge_fast(request: Request, work: Path, progress: Callable[[int], None] | None,
                read: Callable[[int], None] | None) -> EngineReport:  # fmt: skip
    with _opened(request) as resource:
        plan = plan_of(resource.header, resource.schema, request.schema)
        first_errors = header_errors(resource)
        labels, fields = list(resource.labels), int(resource.stats.fields)
        with Judge(plan, work, _about_rows(request.path)) as judge:
            # Cells without a screen are read once per distinct value, so Arrow may as well find those.
            encoded = [reader.screen is None for reader in judge.readers.values()]
            file = csv_file_of(resource, request.path, encoded)
            judge.look_up_in(lookups_of(plan, request.schema, request.foreign, judge.store, _own_keys(file, plan)))
            suspects = SuspectFile(work / "suspects.arrow")
            rows = _judge_rows(replace(file, tell=read), judge, suspects, progress)

    def errors() -> Iterator[dict[str, Any]]:
        for error in first_errors:
            yield error.to_descriptor()
        for number, cells, facts in suspects.rows():
            for error in errors_of(cells, number, facts, plan):
                yield error.to_descriptor()

    stats = {"bytes": request.path.stat().st_size, "fields": fields, "rows": rows}
    return EngineReport("fast", None, labels, stats, Again(errors), request.path)


def _judge_rows(file: CsvFile, judge: Judge, suspects: SuspectFile, progress: Callable[[int], None] | None) -> int:
    rows = 0
    with suspects:
        for block in prefetched(csv_blocks(file)):
            suspects.add(judge.judge(block))
            rows += block.rows
            if progress is not None:
                progress(block.rows)
    return rows


def _about_rows(path: Path) -> int:
    """About how many rows a file has: it sizes what is kept in memory, and need not be right."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    lines = max(1, head.count(b"\n"), head.count(b"\r"))
    return lines * path.stat().st_size // max(1, len(head))


def _opened(request: Request) -> AbstractContextManager[Any]:
    """The file as an open frictionless resource.

    Raises:
        Uncertified: frictionless cannot open it, or the schema has errors; frictionless tells them.
    """
    try:
        resource = resource_of(request)
        resource.to_descriptor(validate=True)
        resource.schema.foreign_keys = []  # they are looked up here, not by frictionless
        opened: AbstractContextManager[Any] = resource.open()
    except Exception:  # whatever it is, frictionless meets it again and tells it
        raise Uncertified("uncertified-not-opened") from None
    return opened


def _own_keys(file: CsvFile, plan: Plan) -> Callable[[tuple[str, ...]], Iterator[pa.RecordBatch]]:
    """Keys of the file itself, read in a pass of their own."""

    def keys(names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        readers = {
            position: ColumnReader(plan.fields[name], plan.handlers[name].reader, keyed=True)
            for position, name in enumerate(plan.fields)
            if name in names
        }
        places = [list(plan.fields).index(name) for name in names]
        for block in csv_blocks(file):
            yield keys_batch([readers[place].keys(readers[place].judge(block.columns[place])) for place in places])

    return keys
