"""Manifests: one version of one dataset, complete in itself, named by the hash of its own bytes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipelines.core.identifiers import is_identifier
from pipelines.core.records import FieldReceipt
from pipelines.core.versions import VersionNumber
from pipelines.publish.changes import Changes
from pipelines.publish.records import (
    Part,
    Segment,
    SegmentDelivery,
    bilingual,
    canonical_json,
    checked_sha256,
    merge_receipts,
    receipt_rows,
    sources_document,
)
from pipelines.publish.store import codelist_path, load_document, manifest_path, sources_path
from pipelines.publish.stores import Store


@dataclass(frozen=True)
class PreviousVersion:
    """The version a manifest follows, and its manifest's SHA-256."""

    version: str
    manifest: str


@dataclass(frozen=True)
class Superseded:
    """What a rollback gave up of a period: the digest of its segment, and the deliveries that it alone had rows of."""

    digest: str
    deliveries: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Any) -> Superseded:
        """Read the JSON form, or the digest alone as early manifests have it (KeyError, TypeError, ValueError)."""
        if isinstance(document, str):
            return cls(checked_sha256(document))
        return cls(checked_sha256(document["digest"]), tuple(map(str, document["deliveries"])))

    def covers(self, digest: str, deliveries: Collection[str]) -> bool:
        """Whether a segment is the one that was given up, or has rows of deliveries that were."""
        return digest == self.digest or not {*self.deliveries}.isdisjoint(deliveries)


@dataclass(frozen=True)
class Manifest:
    """One version of a dataset.

    ``metadata`` is what the registry says about it (title, description, theme, publishers … in both
    languages); ``schema`` the public Table Schema its rows are read by; ``segments`` its files by period,
    each with the schema it was written by; ``tools`` the versions of what made it. ``note`` says why, in ``zh`` and
    ``en``. ``restores`` is the version whose content an officer brought back; ``superseded``: period → what is not to
    be published again, because it was rolled back. ``codelist_contents`` are the code lists that a new version refers
    to; they are not part of the JSON form, nor are deliveries of segments that are at hand.
    """

    dataset: str
    version: str
    previous: PreviousVersion | None
    metadata: Mapping[str, Any]
    schema: Mapping[str, Any]
    segments: tuple[Segment, ...]
    changes: Changes
    tools: Mapping[str, str]
    note: Mapping[str, str] | None = None
    restores: str | None = None
    superseded: Mapping[str, Superseded] = field(default_factory=dict)
    codelist_contents: tuple[bytes, ...] = field(default=(), compare=False)

    @property
    def theme(self) -> str:
        """The theme it belongs to."""
        return str(self.metadata["theme"])

    @property
    def codelists(self) -> Mapping[str, str]:
        """The code lists that its fields refer to: identifier → SHA-256 of the stored bytes."""
        return dict(self.metadata.get("codelists", {}))

    @property
    def documents(self) -> Mapping[str, str]:
        """What it names besides rows: paths of code lists and of segments' sources, and their SHA-256."""
        named = [segment.sources.sha256 for segment in self.segments if not segment.sources.inline]
        sources = {sources_path(sha256): sha256 for sha256 in named}
        return {**sources, **{codelist_path(sha256): sha256 for sha256 in self.codelists.values()}}

    @property
    def document_contents(self) -> tuple[tuple[Callable[[str], str], bytes], ...]:
        """The bytes of those of its :attr:`documents` that are at hand, the others are in the store; and what gives
        each the path that its SHA-256 has."""
        made = (segment.sources.content for segment in self.segments if not segment.sources.inline)
        return (
            *((sources_path, sources_document(content)) for content in made if content is not None),
            *((codelist_path, content) for content in self.codelist_contents),
        )

    @property
    def rows(self) -> int:
        """Rows of all segments."""
        return sum(segment.rows for segment in self.segments)

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return sum(segment.bytes for segment in self.segments)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files of all segments."""
        return tuple(part for segment in self.segments for part in segment.parts)

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods it covers, ascending."""
        return tuple(segment.period for segment in self.segments)

    @property
    def receipt(self) -> tuple[FieldReceipt, ...]:
        """What disclosure did to the dataset's fields, over all segments."""
        return merge_receipts(segment.receipt for segment in self.segments)

    @property
    def quality(self) -> dict[str, int]:
        """Rows that the deliveries had, and how many of them were published and kept out."""
        sources = [segment.sources for segment in self.segments]
        return {
            "rows_delivered": sum(entry.rows_delivered for entry in sources),
            "rows_accepted": self.rows,
            "rows_quarantined": sum(entry.rows_quarantined for entry in sources),
        }

    @property
    def correction(self) -> str | None:
        """What the version did to what had been published: ``rollback``, ``removal`` or ``correction``; ``None``: it is
        the first, or only added."""
        changes = self.changes
        if self.previous is None:
            return None
        if self.restores is not None:
            return "rollback"
        if changes.periods_removed or changes.fields_removed:
            return "removal"
        return "correction" if changes.rows_changed or changes.rows_removed else None

    @property
    def logical_hash(self) -> str:
        """SHA-256 over ``<period> <logical hash of the part>`` lines, by period and key."""
        return logical_hash_of(self.segments)

    def as_dict(self) -> dict[str, Any]:
        """JSON form. A segment's schema is written only where it is not the version's, its receipt as rows alone."""
        segments, receipt = [], self.receipt
        for segment in self.segments:
            entry = segment.as_dict()
            if not segment.sources.inline:
                entry["receipt"] = receipt_rows(segment.receipt, receipt)
            if entry["schema"] == self.schema:
                del entry["schema"]
            segments.append(entry)
        return {
            "dataset": self.dataset,
            "version": self.version,
            "previous": self.previous and dataclasses.asdict(self.previous),
            "metadata": self.metadata,
            "schema": self.schema,
            "segments": segments,
            "rows": self.rows,
            "bytes": self.size,
            "logical_hash": self.logical_hash,
            "disclosure_receipt": [entry.as_dict() for entry in receipt],
            "quality": self.quality,
            "changes": self.changes.as_dict(),
            "note": self.note,
            "restores": self.restores,
            "superseded": {period: dataclasses.asdict(entry) for period, entry in self.superseded.items()},
            "tools": self.tools,
        }

    def content(self) -> bytes:
        """The bytes that are stored."""
        return self._content

    @cached_property
    def _content(self) -> bytes:
        return canonical_json(self.as_dict())

    @property
    def sha256(self) -> str:
        """SHA-256 of the stored bytes."""
        return hashlib.sha256(self.content()).hexdigest()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Manifest:
        """Read the JSON form.

        Raises:
            KeyError, TypeError, ValueError: when the document is not a manifest.
        """
        previous = document["previous"]
        schema = document["schema"]
        receipt = document["disclosure_receipt"]
        return cls(
            dataset=document["dataset"],
            version=str(VersionNumber.parse(document["version"])),
            previous=previous and PreviousVersion(previous["version"], checked_sha256(previous["manifest"])),
            metadata=_checked(document["metadata"]),
            schema=schema,
            segments=tuple(_segment({"schema": schema, **entry}, receipt) for entry in document["segments"]),
            changes=Changes.from_dict(document["changes"]),
            tools=document["tools"],
            note=bilingual(document["note"]) if document.get("note") else None,
            restores=document.get("restores"),
            superseded={
                period: Superseded.from_json(entry) for period, entry in document.get("superseded", {}).items()
            },
        )


def _segment(document: Mapping[str, Any], receipt: Iterable[Mapping[str, Any]]) -> Segment:
    """A segment of a version whose receipt that is: it has the rows alone, unless its deliveries are inline."""
    if "sources" not in document:
        return Segment.from_dict(document)
    pairs = zip(receipt, document["receipt"], strict=True)
    whole = [{**treatment, "rows": rows} for treatment, rows in pairs if rows is not None]
    return Segment.from_dict({**document, "receipt": whole})


def _checked(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, sha256 in dict(metadata).get("codelists", {}).items():
        if not is_identifier(name):
            raise ValueError("not an identifier")
        checked_sha256(sha256)
    return metadata


def logical_hash_of(segments: Sequence[Segment]) -> str:
    """The logical hash of a dataset's rows: over the segments' periods and their parts' logical hashes."""
    lines = "".join(f"{segment.period} {part.logical_hash}\n" for segment in segments for part in segment.parts)
    return hashlib.sha256(lines.encode()).hexdigest()


def load_manifest(store: Store, sha256: str) -> Manifest:
    """Read a manifest from the public store.

    Raises:
        CorruptStore: when it is missing, altered, or not a manifest.
    """
    return load_document(store, manifest_path(sha256), sha256, Manifest.from_dict)


def load_deliveries(store: Store, segment: Segment) -> tuple[SegmentDelivery, ...]:
    """The deliveries that a segment is made of.

    Raises:
        CorruptStore: when the document that tells them is missing, altered, or not what it should be.
    """
    if segment.sources.content is not None:
        return segment.sources.content
    sha256 = segment.sources.sha256
    return load_document(store, sources_path(sha256), sha256, _deliveries)


def _deliveries(document: Mapping[str, Any]) -> tuple[SegmentDelivery, ...]:
    return tuple(SegmentDelivery.from_dict(entry) for entry in document["deliveries"])
