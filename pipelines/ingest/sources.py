"""The source files of a delivery: its landed files, with archives opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.findings import Finding
from pipelines.core.records import Delivery
from pipelines.ingest.archives import expand
from pipelines.ingest.formats import disguised, recognise
from pipelines.ingest.problems import Unreadable
from pipelines.registry.layouts import FileFormat


@dataclass(frozen=True)
class SourceFile:
    """A file to be read: under ``name`` in findings, from ``path``."""

    name: str
    path: Path
    format: FileFormat


def source_files(delivery: Delivery, scratch: Path, findings: list[Finding]) -> Iterator[SourceFile]:
    """Yield what a delivery is made of, by name. Faults are added to ``findings``.

    Members of an archive lie in ``scratch`` and are deleted once the next archive is opened or the delivery ends.
    """
    for landed in sorted(delivery.files, key=lambda file: file.name):
        try:
            kind = recognise(landed.path, landed.name)
            if kind != "zip":
                yield SourceFile(landed.name, landed.path, kind)
                continue
            warning = disguised(landed.name, kind)
            if warning is not None:
                findings.append(warning)
            members = expand(landed.path, landed.name, scratch)
        except Unreadable as fault:
            findings.append(fault.finding)
        else:
            yield from _members(members, findings)
        finally:
            for leftover in scratch.iterdir():
                leftover.unlink()


def _members(members: list[tuple[str, Path]], findings: list[Finding]) -> Iterator[SourceFile]:
    for name, path in members:
        try:
            kind = recognise(path, name)
        except Unreadable as fault:
            findings.append(fault.finding)
            continue
        if kind != "zip":  # expand() refuses nested archives
            yield SourceFile(name, path, kind)
