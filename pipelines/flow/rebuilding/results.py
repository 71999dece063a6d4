"""What making published segments again came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.messages import Message


class Comparison(StrEnum):
    """How a segment that was made again compares with the published one."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_MADE = "not_made"


@dataclass(frozen=True)
class RebuiltSegment:
    """One published segment, made again.

    ``version`` is the newest that has it. ``reasons`` say why it is not identical. ``damaged`` are paths of objects
    that were missing or not as published, relative to the catalog; ``restored`` those that were put back.
    """

    dataset: str
    period: str
    version: str
    comparison: Comparison
    reasons: tuple[Message, ...] = ()
    damaged: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether it was made again byte for byte, and the store has these bytes now."""
        return self.comparison is Comparison.IDENTICAL and self.damaged == self.restored


@dataclass(frozen=True)
class DatasetTrouble:
    """What kept part of a dataset from being looked at."""

    dataset: str
    message: Message
