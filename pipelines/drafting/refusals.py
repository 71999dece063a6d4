"""Why no dataset can be drafted: always a message and a remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.core.findings import Finding
from pipelines.core.messages import Message, Parameter

_MOST_REASONS = 20


class CannotDraft(Exception):
    """The file cannot be read, or an argument cannot be used (``usage``). Carries every reason with its remedy."""

    def __init__(self, reasons: Sequence[tuple[Message, Message]], usage: bool = False) -> None:
        self.reasons = tuple(reasons)
        self.usage = usage
        super().__init__("; ".join(message.id for message, _ in self.reasons))


def cannot(kind: str, usage: bool = False, /, **params: Parameter) -> CannotDraft:
    """The refusal whose texts are ``draft-<kind>`` and ``draft-<kind>-remedy``."""
    return CannotDraft([(Message(f"draft-{kind}", params), Message(f"draft-{kind}-remedy", params))], usage)


def of_findings(findings: Sequence[Finding], faulty: Mapping[str, int] | None = None) -> CannotDraft:
    """What a stage found, as the reason; ``faulty`` counts by rule the rows that it kept out."""
    reasons: list[tuple[Message, Message]] = []
    for finding in findings[:_MOST_REASONS]:
        if (finding.message, finding.remedy) not in reasons:
            reasons.append((finding.message, finding.remedy))
    if faulty:
        rules = {"rules": ", ".join(f"{rule} ({count})" for rule, count in faulty.items())}
        reasons.append((Message("draft-faulty", rules), Message("draft-faulty-remedy")))
    return CannotDraft(reasons)
