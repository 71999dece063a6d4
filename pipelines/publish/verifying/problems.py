"""What can be wrong with a catalog: a path, a reason, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.core.messages import Message, Parameter
from pipelines.publish.store import MALFORMED, MISSING, WRONG_HASH, WRONG_SIZE

# Further reasons; the message catalogue has a sentence and a remedy for each.
TRUNCATED, UNSAFE = "truncated", "unsafe"
#: Another version's manifest lies under the name of this one; another release's list, in this release's folder.
SWAPPED, REPLAYED = "swapped", "replayed"
UNSIGNED, FORGED, OTHER_KEY = "unsigned", "forged", "other-key"
#: A dataset of which there is nothing; a pointer to another release than the newest; a list that lacks something.
ABSENT, STALE, UNLISTED = "absent", "stale", "unlisted"
#: A snapshot that does not follow the one before; an index that says other things than the manifests.
CHAIN, INDEX = "chain", "index"
#: A ledger of reviews that is not the one releases were made under.
REVIEWS = "reviews"
#: A file for download that is missing or altered, as ``detail`` says; downloads of a version that has been withdrawn.
DOWNLOAD, DOWNLOAD_WITHDRAWN = "download", "download-withdrawn"

REASONS = (
    MISSING, WRONG_SIZE, WRONG_HASH, MALFORMED, TRUNCATED, UNSAFE, SWAPPED, REPLAYED, UNSIGNED, FORGED, OTHER_KEY,
    ABSENT, STALE, UNLISTED, CHAIN, INDEX, REVIEWS, DOWNLOAD, DOWNLOAD_WITHDRAWN,
)  # fmt: skip


@dataclass(frozen=True, order=True)
class StoreProblem:
    """Something that is missing or altered.

    ``path`` is relative to the catalog's root; ``detail`` names what the reason is about: a dataset, a version, a
    release's number, a key's identifier.
    """

    path: str
    reason: str
    detail: str = ""

    @property
    def message(self) -> Message:
        """The problem as a sentence."""
        return Message("publish-store-problem", {"path": self.path, "reason": self.reason, "detail": self.detail})

    def remedy(self, *, copy: bool = False) -> Message:
        """What to do, in the publisher's own catalog or in a copy of it."""
        return Message("publish-copy-remedy" if copy else "publish-store-remedy", {"reason": self.reason})

    def as_dict(self, *, copy: bool = False) -> dict[str, Any]:
        """JSON form."""
        return {
            "path": self.path, "reason": self.reason, "detail": self.detail, "message": self.message.as_dict(),
            "remedy": self.remedy(copy=copy).as_dict(),
        }  # fmt: skip


@dataclass(frozen=True, order=True)
class StoreNote:
    """Files that nothing is wrong with and that somebody should know of: how many of a kind, and the first of them."""

    kind: str
    files: int
    bytes: int
    first: str

    @property
    def message(self) -> Message:
        """The note as a sentence."""
        params: dict[str, Parameter] = {
            "kind": self.kind,
            "files": self.files,
            "bytes": self.bytes,
            "first": self.first,
        }
        return Message("publish-store-note", params)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "kind": self.kind, "files": self.files, "bytes": self.bytes, "first": self.first,
            "message": self.message.as_dict(),
        }  # fmt: skip
