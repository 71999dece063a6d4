"""Annotated copies of all workbooks of a delivery, made from the landed bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message
from pipelines.core.records import Delivery
from pipelines.ingest.places import table_places
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers.workbook_size import count_cells
from pipelines.ingest.sources import SourceFile, source_files
from pipelines.registry import Dataset
from pipelines.registry.layouts import FileFormat
from pipelines.validate.annotate.errors import NoWorkbook
from pipelines.validate.annotate.job import Job, JobTexts, fill
from pipelines.validate.annotate.naming import copy_paths
from pipelines.validate.annotate.selection import Selection, select_findings
from pipelines.validate.annotate.writing import write_copy

#: Cells of a workbook that is annotated. With the most findings that a copy tells these take 2 GB: measured,
#: 2.6 million cells (100,000 rows of 26 columns) took 1.65 GB and 86 seconds of CPU time.
MAX_CELLS = 3_000_000
_EXCEL = {FileFormat.XLSX, FileFormat.XLS}

#: Told how many workbooks of how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class AnnotatedFile:
    """One workbook: where its copy is and how many cells are marked there, or why (``reason``) there is none.

    ``notes`` tell what of the workbook is not in the copy.
    """

    file: str
    path: Path | None = None
    marked: int = 0
    notes: tuple[Message, ...] = ()
    reason: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        return {
            "file": self.file,
            "path": str(self.path) if self.path is not None else None,
            "marked": self.marked,
            "notes": [note.as_dict() for note in self.notes],
            "reason": self.reason.as_dict() if self.reason is not None else None,
        }


@dataclass(frozen=True)
class _Annotation:
    """What all workbooks of a delivery share. ``intro`` heads each list."""

    dataset: Dataset
    report: Path
    intro: tuple[str, ...]
    texts: JobTexts
    work: Path


def annotate(
    delivery: Delivery, dataset: Dataset, outcome: Mapping[str, Any], report: Path, target: Path, language: str,
    scratch: Path, progress: Progress,
) -> tuple[AnnotatedFile, ...]:  # fmt: skip
    """Write an annotated copy of each workbook of a delivery.

    Args:
        delivery: what was landed.
        dataset: its dataset, by whose layouts it was read.
        outcome: what ``outcome.json`` holds.
        report: the folder with its findings.
        target: the copy (``.xlsx``) of the one workbook, or a folder.
        language: ``en`` or ``zh``.
        scratch: an empty private folder.
        progress: told after each workbook.

    Raises:
        CannotAnnotate: when there is no workbook, or the target does not fit.
    """
    members, work = scratch / "members", scratch / "work"
    for folder in (members, work):
        folder.mkdir(mode=PRIVATE_FOLDER_MODE)
    faults: list[Finding] = []
    files = [source.name for source in _workbooks(delivery, members, faults)]
    unread = [fault for fault in faults if fault.severity is Severity.ERROR]
    if not files and not unread:
        raise NoWorkbook(delivery.id)
    paths = copy_paths(files, target)
    texts = JobTexts(language)
    verdict = texts.say(f"cli-verdict-{outcome['verdict'].replace('_', '-')}")
    intro = (texts.say("report-title", delivery=delivery.id), texts.say("annotate-verdict", verdict=verdict))
    annotation = _Annotation(dataset, report, intro, texts, work)
    made = [AnnotatedFile(fault.location.file or "", reason=fault.message) for fault in unread]
    for source in _workbooks(delivery, members, []):
        made.append(_copy(source, paths[source.name], annotation))
        progress(len(made), len(files) + len(unread))
    return tuple(made)


def _workbooks(delivery: Delivery, scratch: Path, faults: list[Finding]) -> Iterator[SourceFile]:
    return (source for source in source_files(delivery, scratch, faults) if source.format in _EXCEL)


def _copy(source: SourceFile, path: Path, annotation: _Annotation) -> AnnotatedFile:
    try:
        cells = count_cells(source)
        if cells > MAX_CELLS:
            reason = Message("annotate-too-large", {"file": source.name, "cells": cells, "limit": MAX_CELLS})
            return AnnotatedFile(source.name, reason=reason)
        lost = _lost(source)
        selection = select_findings(annotation.report, source.name)
        job = _job(source, annotation, selection, lost)
        fill(job, selection, table_places(source, annotation.dataset), annotation.texts)
    except Unreadable as fault:
        return AnnotatedFile(source.name, reason=fault.finding.message)
    if not write_copy(job, annotation.work):
        return AnnotatedFile(source.name, reason=Message("annotate-failed", {"file": source.name}))
    replace_file(path, Path(job.copy).read_bytes(), mode=PRIVATE_FILE_MODE)
    Path(job.copy).unlink()
    return AnnotatedFile(source.name, path, job.marked, lost)


def _job(source: SourceFile, annotation: _Annotation, selection: Selection, lost: tuple[Message, ...]) -> Job:
    texts = annotation.texts
    intro = [*annotation.intro, texts.say("annotate-legend"), texts.say("annotate-next")]
    intro += [texts.of(message) for message in lost]
    if selection.left_out:
        intro.append(texts.say("annotate-left-out", count=selection.left_out))
    if not selection.findings:
        intro.append(texts.say("annotate-nothing"))
    more = texts.say("annotate-more", count="{count}")
    return Job(str(source.path), str(annotation.work / "copy.xlsx"), source.format.value,
               texts.say("annotate-sheet"), more, intro, texts.heads())  # fmt: skip


def _lost(source: SourceFile) -> tuple[Message, ...]:
    """What a copy does not take over."""
    if source.format is FileFormat.XLS:
        return (Message("annotate-values-only"),)
    with zipfile.ZipFile(source.path) as package:
        parts = package.namelist()
    lost = []
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        lost.append(Message("annotate-no-macros"))
    if any(part.startswith(("xl/media/", "xl/drawings/drawing")) for part in parts):
        lost.append(Message("annotate-no-pictures"))
    return tuple(lost)
