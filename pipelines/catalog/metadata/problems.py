"""What a document breaks: told with its path and the rule, never with a value."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.messages import Message


@dataclass(frozen=True, order=True)
class MetadataProblem:
    """A rule that a document does not keep.

    ``path`` is the document's in the store; ``gate`` what found it (``json-schema``, ``shacl``, ``frictionless`` …);
    ``place`` where in the document, ``rule`` which rule of the gate.
    """

    path: str
    gate: str
    place: str
    rule: str

    @property
    def message(self) -> Message:
        """The problem in a sentence."""
        return Message("metadata-problem", self.as_dict())

    def as_dict(self) -> dict[str, str]:
        """JSON form."""
        return dict(vars(self))
