"""What publishing hands over: contributions in, segments out, and their JSON forms.

Segments are named in public manifests, so their JSON holds no wall-clock time, no delivered file names
and no private paths.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.identifiers import is_sha256
from pipelines.core.paths import is_plain_name
from pipelines.core.records import DisclosedTable, FieldReceipt


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one way a document is written: keys sorted, UTF-8, two spaces, a newline at the end.

    Raises:
        ValueError: when a number is NaN or infinite, which JSON (RFC 8259) cannot hold.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def checked_sha256(text: str) -> str:
    """``text`` if it is a SHA-256 digest: digests from documents become paths.

    Raises:
        ValueError: when it is not.
    """
    if not is_sha256(text):
        raise ValueError("not a SHA-256 digest")
    return text


def bilingual(texts: Mapping[str, Any]) -> dict[str, str]:
    """A text in ``zh`` and ``en``, and nothing else.

    Raises:
        KeyError, TypeError: when it is not one.
    """
    return {language: str(texts[language]) for language in ("zh", "en")}


@dataclass(frozen=True)
class Contribution:
    """One department's part of a segment. ``quality`` is public (counts, never values) and is kept with it:
    ``rows_delivered``, ``rows_quarantined`` and ``checks`` are what the index shows. ``digest`` names the delivered
    content in public: keyed, because whoever can guess a value that was left out could check a plain hash."""

    table: DisclosedTable
    digest: str
    quality: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SegmentDelivery:
    """Which delivery a segment has rows of, and how many. ``digest`` is the contribution's."""

    delivery: str
    organisation: str
    digest: str
    rows: int
    quality: Mapping[str, Any]

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> SegmentDelivery:
        """Read the JSON form (KeyError, TypeError when it is not one)."""
        return cls(document["delivery"], document["organisation"], document["digest"], document["rows"],
                   document["quality"])  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """The deliveries that a segment is made of, as a document of its own, which the segment names by its SHA-256.

    A dataset's manifest names all its segments; were their deliveries written in it, correcting one period would write
    those of all again. ``rows_delivered`` and ``rows_quarantined`` are counted over all deliveries. ``content`` are
    they themselves, where they are at hand; else :func:`pipelines.publish.manifests.load_deliveries` reads them.
    ``inline``: they are written with the segment, as candidates and early manifests have them.
    """

    sha256: str
    deliveries: int
    rows_delivered: int
    rows_quarantined: int
    content: tuple[SegmentDelivery, ...] | None = field(default=None, compare=False, repr=False)
    inline: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, deliveries: Iterable[SegmentDelivery]) -> Sources:
        """The sources of a segment that is made of ``deliveries``."""
        content = tuple(deliveries)
        delivered, quarantined = (
            sum(int(entry.quality.get(name) or 0) for entry in content)
            for name in ("rows_delivered", "rows_quarantined")
        )
        digest = hashlib.sha256(sources_document(content)).hexdigest()
        return cls(digest, len(content), delivered, quarantined, content)

    def as_dict(self) -> dict[str, Any]:
        """JSON form, without the deliveries."""
        return {name: value for name, value in vars(self).items() if name not in {"content", "inline"}}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Sources:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(
            checked_sha256(document["sha256"]),
            int(document["deliveries"]),
            int(document["rows_delivered"]),
            int(document["rows_quarantined"]),
        )


def sources_document(deliveries: Iterable[SegmentDelivery]) -> bytes:
    """The bytes that are stored of a segment's deliveries."""
    return canonical_json({"deliveries": [dict(vars(delivery)) for delivery in deliveries]})


@dataclass(frozen=True)
class Part:
    """An immutable Parquet file: a segment's rows, or those of a range of its keys.

    ``bytes`` is the file's size; ``logical_hash`` covers the rows independently of the Parquet writer
    (:mod:`pipelines.publish.hashing`). ``parquet`` is where the bytes lie privately before the release; it is not
    part of the JSON form.
    """

    sha256: str
    bytes: int
    rows: int
    logical_hash: str
    parquet: Path | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"sha256": self.sha256, "bytes": self.bytes, "rows": self.rows, "logical_hash": self.logical_hash}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Part:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(
            checked_sha256(document["sha256"]),
            int(document["bytes"]),
            int(document["rows"]),
            checked_sha256(document["logical_hash"]),
        )


@dataclass(frozen=True)
class Compared:
    """What was published of a candidate's period when it was made, where its rows depend on that: SHA-256 of the
    manifest of the dataset's newest version (``None``: there was none), digests of the period's segments."""

    manifest: str | None
    segments: frozenset[str]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"manifest": self.manifest, "segments": sorted(self.segments)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Compared:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        manifest = document["manifest"]
        return cls(
            None if manifest is None else checked_sha256(manifest), frozenset(map(checked_sha256, document["segments"]))
        )


@dataclass(frozen=True)
class Segment:
    """One dataset's public rows of one period: immutable Parquet files, in the order of their keys, and what they
    are made of.

    ``schema`` is the Table Schema the files were written by; ``sources`` tells the deliveries. ``processing_key`` is
    what a candidate was made under, ``compared`` what it was compared with; they are not part of the JSON form.
    """

    period: str
    parts: tuple[Part, ...]
    schema: Mapping[str, Any]
    sources: Sources
    receipt: tuple[FieldReceipt, ...]
    processing_key: str | None = field(default=None, compare=False)
    compared: Compared | None = field(default=None, compare=False)

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Bytes of all parts."""
        return sum(part.bytes for part in self.parts)

    @property
    def digest(self) -> str:
        """Identifies the files: the SHA-256 of the only one, else of their digests, a line each."""
        if len(self.parts) == 1:
            return self.parts[0].sha256
        return hashlib.sha256("".join(f"{part.sha256}\n" for part in self.parts).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        document = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self)}
        del document["processing_key"], document["compared"]
        document["parts"] = [part.as_dict() for part in self.parts]
        if self.sources.inline:
            del document["sources"]
            document["deliveries"] = [dict(vars(delivery)) for delivery in self.sources.content or ()]
        else:
            document["sources"] = self.sources.as_dict()
        document["receipt"] = [receipt.as_dict() for receipt in self.receipt]
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Segment:
        """Read the JSON form.

        Raises:
            KeyError, TypeError, ValueError: when the document is not a segment.
        """
        inline = "deliveries" in document
        if not is_plain_name(document["period"]):
            raise ValueError("not a period")
        return cls(
            period=document["period"],
            # Before segments could have several files they were the file themselves.
            parts=tuple(Part.from_dict(part) for part in document.get("parts", [document])),
            schema=document["schema"],
            sources=_inline_sources(document["deliveries"]) if inline else Sources.from_dict(document["sources"]),
            receipt=tuple(FieldReceipt(**entry) for entry in document["receipt"]),
        )


def _inline_sources(entries: Iterable[Mapping[str, Any]]) -> Sources:
    return dataclasses.replace(Sources.of(SegmentDelivery.from_dict(entry) for entry in entries), inline=True)


def receipt_rows(receipt: Iterable[FieldReceipt], merged: Iterable[FieldReceipt]) -> list[int | None]:
    """A receipt by its rows alone, in the order of one that it is part of; ``None`` where it has no such treatment."""
    rows = {dataclasses.replace(entry, rows=0): entry.rows for entry in receipt}
    return [rows.get(dataclasses.replace(entry, rows=0)) for entry in merged]


def merge_receipts(receipts: Iterable[Iterable[FieldReceipt]]) -> tuple[FieldReceipt, ...]:
    """One receipt for several tables: equal treatments of a field add up their rows; order of first appearance."""
    merged: dict[FieldReceipt, int] = {}
    for receipt in receipts:
        for entry in receipt:
            treatment = dataclasses.replace(entry, rows=0)
            merged[treatment] = merged.get(treatment, 0) + entry.rows
    return tuple(dataclasses.replace(treatment, rows=rows) for treatment, rows in merged.items())
