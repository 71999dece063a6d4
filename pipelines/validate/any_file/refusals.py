"""Why a file was not judged, or the command cannot be carried out: always a message and a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.findings import Location, Severity
from pipelines.core.messages import Message, Parameter
from pipelines.ingest.problems import Unreadable, read_finding

#: Marks what is our own word and not frictionless's.
TAG = "#gongkai"


@dataclass(frozen=True)
class Complaint:
    """Something about the arguments or the schema. ``key``: where in the schema, ``""`` for the whole."""

    message: Message
    remedy: Message
    key: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        return {"key": self.key, "message": self.message.as_dict(), "remedy": self.remedy.as_dict()}


def complaint(kind: str, key: str = "", **params: Parameter) -> Complaint:
    """The complaint whose texts are ``file-<kind>`` and ``file-<kind>-remedy``."""
    return Complaint(Message(f"file-{kind}", params), Message(f"file-{kind}-remedy", params), key)


class Unusable(Exception):
    """The command cannot be carried out as it was given. Carries everything that is wrong with it."""

    def __init__(self, complaints: Sequence[Complaint], subject: str = "") -> None:
        self.complaints = tuple(complaints)
        self.subject = subject
        super().__init__("; ".join(entry.message.id for entry in self.complaints))


def unusable(kind: str, subject: str = "", **params: Parameter) -> Unusable:
    """The exception for one complaint about an argument or file called ``subject``."""
    return Unusable([Complaint(Message(f"file-{kind}", params), Message(f"file-{kind}-remedy", params))], subject)


class Refusal(Exception):
    """The file cannot be judged, or not to its end: told as the file's own error.

    ``type`` is the frictionless error type that comes nearest; ``row`` the line or record, where it is known.
    """

    def __init__(self, type_: str, message: Message, remedy: Message, row: int | None = None) -> None:
        self.type, self.message, self.remedy, self.row = type_, message, remedy, row
        super().__init__(message.id)

    def descriptor(self) -> dict[str, Any]:
        """The refusal in the shape of frictionless's errors."""
        title = self.type.replace("-", " ").title()
        note = self.message.text("en")
        return {"type": self.type, "title": title, "description": title, "message": note, "tags": [TAG], "note": note}


def refused(type_: str, kind: str, row: int | None = None, **params: Parameter) -> Refusal:
    """The refusal whose texts are ``file-<kind>`` and ``file-<kind>-remedy``."""
    return Refusal(type_, Message(f"file-{kind}", params), Message(f"file-{kind}-remedy", params), row)


def of_reader(fault: Unreadable) -> Refusal:
    """A reader's fault as a refusal."""
    finding = fault.finding
    return Refusal("source-error", finding.message, finding.remedy, finding.location.row)


def reader_fault(rule: str, name: str, **params: Parameter) -> Refusal:
    """A refusal in the readers' words: the texts are ``read-<rule>`` and ``read-<rule>-remedy``."""
    return of_reader(Unreadable(read_finding(rule, Location(name), Severity.ERROR, **params)))


def note(kind: str, **params: Parameter) -> Message:
    """A remark on the report: the text ``file-note-<kind>``."""
    return Message(f"file-note-{kind}", params)
