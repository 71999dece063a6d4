"""The source files of a delivery: its landed files, with archives opened."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.findings import Finding
from pipelines.core.records import Delivery, LandedFile
from pipelines.ingest.archives import MAX_EXTRACTED, MAX_RATIO, Member, expand
from pipelines.ingest.formats import disguised, recognise
from pipelines.ingest.gzipped import TooMuch, inner_name, unpack
from pipelines.ingest.names import shown_file
from pipelines.ingest.problems import Unreadable, unreadable
from pipelines.registry.layouts import FileFormat


@dataclass(frozen=True)
class SourceFile:
    """A file to be read from ``path``: called ``name`` wherever it is shown; layouts match it as ``delivered``."""

    name: str
    path: Path
    format: FileFormat
    delivered: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "delivered", self.delivered or self.name)


def source_files(delivery: Delivery, scratch: Path, findings: list[Finding]) -> Generator[SourceFile, None, None]:
    """Yield what a delivery is made of, by name. Faults are added to ``findings``.

    Members of an archive lie in ``scratch`` and are deleted once the next archive is opened or the delivery ends.
    """
    names = {landed.name for landed in delivery.files}
    for position, landed in enumerate(sorted(delivery.files, key=lambda file: file.name), start=1):
        shown = shown_file(landed.name, position, names)
        try:
            _require(landed, shown)
            kind = recognise(landed.path, shown)
            if isinstance(kind, FileFormat):
                yield SourceFile(shown, landed.path, kind, landed.name)
                continue
            warning = disguised(shown, kind)
            if warning is not None:
                findings.append(warning)
            members = expand(landed.path, shown, scratch) if kind == "zip" else [_unpacked(landed, shown, scratch)]
        except Unreadable as fault:
            findings.append(fault.finding)
        else:
            yield from _members(members, landed.name, findings)
        finally:
            for leftover in scratch.iterdir():
                leftover.unlink()


def _unpacked(landed: LandedFile, shown: str, scratch: Path) -> Member:
    """What a gzip file holds. It has no name of its own, and is shown as the file that was delivered."""
    target = scratch / "unpacked"
    try:
        unpack(landed.path, shown, target)
    except TooMuch as problem:
        raise unreadable("archive-too-large", shown, limit=MAX_EXTRACTED, ratio=MAX_RATIO) from problem
    if target.stat().st_size and not isinstance(recognise(target, shown), FileFormat):
        raise unreadable("archive-nested", shown, member=inner_name(shown))
    return Member(inner_name(landed.name), shown, target)


def _require(landed: LandedFile, shown: str) -> None:
    """The landing store lost bytes when an object is missing or cut: that is told with the delivery they belong to."""
    try:
        size = landed.path.stat().st_size
    except FileNotFoundError:
        size = -1
    if size != landed.size:
        raise unreadable("landed-bytes-missing", shown)


def _members(members: list[Member], archive: str, findings: list[Finding]) -> Iterator[SourceFile]:
    for member in members:
        try:
            kind = recognise(member.path, member.shown)
        except Unreadable as fault:
            findings.append(fault.finding)
            continue
        if isinstance(kind, FileFormat):  # archives in archives have been refused
            yield SourceFile(member.shown, member.path, kind, f"{archive}/{member.name}")
