"""One file judged: found, opened, bounded, and given to the engine."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.absent import Restored
from pipelines.validate.any_file.arguments import dialect_of
from pipelines.validate.any_file.bounds import readable_patterns
from pipelines.validate.any_file.encodings import Encoding, declared, found
from pipelines.validate.any_file.foreign_files import Checked, with_foreign
from pipelines.validate.any_file.intake import Source, require_file, shown, take_in
from pipelines.validate.any_file.judgement import Asked, Judgement, Watch
from pipelines.validate.any_file.opened import Opened, look_at
from pipelines.validate.any_file.places import Lines, Places, Records
from pipelines.validate.any_file.refusals import Refusal, note, unusable
from pipelines.validate.any_file.remarks import remarks_on
from pipelines.validate.any_file.schema_checks import require_usable
from pipelines.validate.any_file.schema_file import SchemaFile, load_schema
from pipelines.validate.any_file.spooling import spool
from pipelines.validate.any_file.text_limits import require_lines, require_quotations, require_width
from pipelines.validate.any_file.text_scan import TextFacts, scan
from pipelines.validate.engine import validate_file
from pipelines.validate.engine.opening import Request
from pipelines.validate.engine.report import EngineReport


def judge_file(asked: Asked, work: Path, watch: Watch | None = None) -> Judgement:
    """Judge a file with a schema. Run it within ``bounded()``, and read the errors there.

    Args:
        asked: the file, the schema, and how to read them.
        work: a private, empty folder; the judgement reads from it.
        watch: hears of progress.

    Raises:
        Unusable: an argument or the schema cannot be used.
    """
    if asked.encoding is not None:
        declared(asked.encoding)
    require_file(asked.file)
    loaded = load_schema(asked.schema, asked.resource)
    require_usable(loaded)
    checked = with_foreign(loaded.schema, asked.foreign, loaded.name, work)
    try:
        source = take_in(asked.file, asked.member, work)
    except Refusal as refusal:
        return _refused(refusal, asked, checked, None)
    judged = _Judging(asked, loaded, checked, source, work, watch or Watch())
    try:
        with readable_patterns(checked.schema):
            return judged.text() if source.kind == "csv" else judged.records()
    except Refusal as refusal:
        return _refused(refusal, asked, checked, source)


@dataclass
class _Judging:
    asked: Asked
    loaded: SchemaFile
    checked: Checked
    source: Source
    work: Path
    watch: Watch

    def text(self) -> Judgement:
        """A CSV file."""
        asked, path = self.asked, self.source.path
        if asked.sheet is not None:
            raise unusable("not-a-workbook", self.source.name)
        facts = scan(path, self.watch.scanned)
        require_lines(facts)
        encoding = self._encoding(path, facts)
        request = Request(
            path, self.checked.schema, dialect_of(asked, self.loaded.dialect), encoding.name, self.checked.tables
        )
        opened = look_at(request)
        notes = [*self.source.notes, *self.checked.notes, *self._limits(path, encoding, opened, facts)]
        report = self._judge(request)
        reader = opened.dialect if opened is not None and facts.quotes else None
        notes += remarks_on(report, opened, encoding)
        return self._judgement(report, Lines(path, encoding.name, reader), notes, encoding=encoding,
                               delimiter=None if opened is None else opened.dialect.delimiter)  # fmt: skip

    def _limits(self, path: Path, encoding: Encoding, opened: Opened | None, facts: TextFacts) -> Iterator[Message]:
        if facts.first_nul_line is not None and not encoding.name.startswith(("utf-16", "utf-32")):
            yield note("nul", line=facts.first_nul_line)
        if opened is not None:
            require_width(path, encoding.name, opened.dialect, len(opened.labels), facts)
        # A quotation without an end can be why frictionless could not open the file.
        yield from require_quotations(path, encoding.name, csv.excel if opened is None else opened.dialect, facts)

    def _encoding(self, path: Path, facts: TextFacts) -> Encoding:
        named = self.asked.encoding or self.loaded.encoding
        return found(path, facts) if named is None else declared(named)

    def records(self) -> Judgement:
        """A workbook or a document of records."""
        if self.asked.delimiter is not None or self.asked.encoding is not None:
            raise unusable("not-text", self.source.name, format=self.source.kind)
        table = spool(self.source, self.checked.schema, self.asked.sheet, self.asked.header_row, self.work, None)
        report = self._judge(Request(table.path, table.schema, table.dialect, "utf-8", self.checked.tables))
        report = replace(report, errors=Restored(report.errors, table.absent) if table.absent else report.errors)
        notes = [*self.source.notes, *self.checked.notes, *table.notes]
        encoding = None if table.encoding is None else Encoding(table.encoding, "detected")
        return self._judgement(report, table.places, notes, encoding=encoding, sheet=table.sheet)

    def _judge(self, request: Request) -> EngineReport:
        return validate_file(
            request.path,
            request.schema,
            dialect=request.dialect,
            encoding=request.encoding,
            foreign=request.foreign,
            work=self.work,
            progress=self.watch.rows,
            read=self.watch.read,
        )

    def _judgement(self, report: EngineReport, places: Places, notes: Iterable[Message], **reading: Any) -> Judgement:
        return Judgement(
            name=self.source.name,
            file=self.source.delivered,
            schema=self.checked.schema,
            format=self.source.kind,
            engine=report.engine,
            reason=report.reason,
            errors=report.errors,
            places=places,
            labels=tuple(report.labels),
            stats={**report.stats, "bytes": self.source.delivered.stat().st_size},
            notes=tuple(notes),
            **reading,
        )


def _refused(refusal: Refusal, asked: Asked, checked: Checked, source: Source | None) -> Judgement:
    return Judgement(
        name=shown(asked.file) if source is None else source.name,
        file=asked.file,
        schema=checked.schema,
        format="" if source is None else source.kind,
        engine="none",
        reason=None,
        errors=[refusal.descriptor()],
        places=Records(),
        stats={"bytes": asked.file.stat().st_size, "fields": None, "rows": None},
        refusal=refusal,
        notes=() if source is None else (*source.notes, *checked.notes),
    )
