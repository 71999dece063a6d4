"""What is asked, and the verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.encodings import Encoding
from pipelines.validate.any_file.places import Places
from pipelines.validate.any_file.refusals import Refusal


@dataclass(frozen=True)
class Asked:
    """What to judge, and everything the user said about it.

    Attributes:
        delimiter, encoding, header_row: of a text file; ``header_row`` also of a workbook.
        member: of an archive. ``sheet``: of a workbook. ``resource``: of a data package given as schema.
        foreign: files of the tables that foreign keys refer to, by name.
    """

    file: Path
    schema: Path
    delimiter: str | None = None
    encoding: str | None = None
    header_row: int | None = None
    member: str | None = None
    sheet: str | None = None
    resource: str | None = None
    foreign: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """Who hears of progress: bytes looked through, bytes judged, rows judged, each since the last call."""

    scanned: Callable[[int], None] | None = None
    read: Callable[[int], None] | None = None
    rows: Callable[[int], None] | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdict on a file, and how it was read.

    Attributes:
        name: how the table is shown: the file, and the member of an archive.
        errors: error descriptors in frictionless's form; can be iterated while the work folder exists.
        reason: why frictionless itself was the judge.
        refusal: why the file was not judged; it is then the only error.
        notes: remarks that are no errors.
    """

    name: str
    file: Path
    schema: Mapping[str, Any]
    format: str
    engine: str
    reason: Message | None
    errors: Iterable[dict[str, Any]]
    places: Places
    labels: tuple[str, ...] = ()
    stats: Mapping[str, int | None] = field(default_factory=dict)
    encoding: Encoding | None = None
    delimiter: str | None = None
    sheet: str | None = None
    refusal: Refusal | None = None
    notes: tuple[Message, ...] = ()

    def hashes(self) -> dict[str, str]:
        """MD5 and SHA-256 of the file as it was given."""
        digests = {name: hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha256")}
        with self.file.open("rb") as stream:
            while block := stream.read(1 << 20):
                for digest in digests.values():
                    digest.update(block)
        return {name: digest.hexdigest() for name, digest in digests.items()}
