"""What a file is and how to reach the table in it."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pipelines.core.messages import Message
from pipelines.ingest.formats import Kind as Format
from pipelines.ingest.formats import disguised, recognise
from pipelines.ingest.gzipped import inner_name
from pipelines.ingest.problems import Unreadable
from pipelines.registry.layouts import FileFormat
from pipelines.validate.any_file.refusals import note, of_reader, reader_fault, unusable
from pipelines.validate.any_file.unpacking import gunzip, unzip

Kind = Literal["csv", "xlsx", "xls", "json", "parquet", "ods", "html", "jsonl"]
_TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".tab"}
#: File names that frictionless takes for nothing but a file's name.
_PLAIN = re.compile(r"[\w\- ][\w\-. ]*\.(?:csv|tsv)")


@dataclass(frozen=True)
class Source:
    """The table to judge.

    Attributes:
        path: its bytes, unpacked.
        name: how it is shown: the file, and the member of an archive.
        delivered: the file as it was given.
        kind: its format.
        notes: remarks for the report.
    """

    path: Path
    name: str
    delivered: Path
    kind: Kind
    notes: tuple[Message, ...] = ()


def shown(path: Path) -> str:
    """A file's name without characters that a terminal or a page cannot show."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path.name or str(path))


def require_file(path: Path) -> None:
    """See that a path can be opened and read like a file.

    Raises:
        Unusable: it is absent, a folder, a pipe or device, or may not be read.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as problem:
        raise unusable("absent", shown(path)) from problem
    if stat.S_ISDIR(mode):
        raise unusable("folder", shown(path))
    if not stat.S_ISREG(mode):
        raise unusable("not-regular", shown(path))
    try:
        path.open("rb").close()
    except PermissionError as problem:
        raise unusable("no-permission", shown(path)) from problem


def take_in(path: Path, member: str | None, work: Path) -> Source:
    """Find the table in a file, unpacking it into ``work`` where needed.

    Raises:
        Refusal: the file is damaged, encrypted or of a format that holds no table.
        Unusable: ``member`` names nothing, or something has to be named.
    """
    name, inner = shown(path), work / "unpacked"
    try:
        kind = _kind(path, name)
        if kind == "gzip":
            gunzip(path, name, inner)
            told = inner_name(name)
            return _source(path, inner, name, told, _kind(inner, told), work)
        if kind != "zip":
            if member is not None:
                raise unusable("not-an-archive", name)
            return _source(path, path, name, name, kind, work)
        told = unzip(path, name, member, inner)
        return _source(path, inner, f"{name}/{told}", told, _kind(inner, told), work)
    except Unreadable as fault:
        raise of_reader(fault) from fault


def _kind(path: Path, name: str) -> Format:
    """The format by the first bytes; text that begins like JSON is CSV where its name says so."""
    if path.stat().st_size == 0:
        return FileFormat.CSV
    kind = recognise(path, name)
    if kind in {FileFormat.JSON, FileFormat.JSONL} and PurePosixPath(name).suffix.lower() in _TEXT_SUFFIXES:
        return FileFormat.CSV
    return kind


def _source(delivered: Path, path: Path, name: str, told: str, kind: Format,
            work: Path) -> Source:  # fmt: skip
    if not isinstance(kind, FileFormat):
        raise reader_fault("archive-nested", name, member=told)
    notes: tuple[Message, ...] = ()
    if (warning := disguised(told, kind)) is not None:
        notes = (note("disguised", **warning.message.params),)
    if kind is FileFormat.CSV and (path != delivered or not _PLAIN.fullmatch(path.name)):
        path = _named(path, told, work)
    return Source(path, name, delivered, kind.value, notes)


def _named(path: Path, told: str, work: Path) -> Path:
    """The same bytes under a name that cannot be taken for a compressed file, a pattern or an address."""
    link = work / ("table.tsv" if PurePosixPath(told).suffix.lower() in {".tsv", ".tab"} else "table.csv")
    link.symlink_to(path.resolve())
    return link
