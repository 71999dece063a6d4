"""What a message of overdue disclosures says: the same for the same notice, so that it can be handed over again."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from pipelines.core.messages import LANGUAGES, in_both, translate

#: Titles are written by hand; more than this of one tells nothing more.
_LONGEST = 200


@dataclass(frozen=True)
class OverdueEntry:
    """One overdue obligation. Texts by language; ``stage``: after so many days it is told of."""

    obligation: str
    stage: int
    dataset: str
    title: Mapping[str, str]
    subject: Mapping[str, str]
    period: str
    department: str
    department_name: Mapping[str, str]
    responsible: str
    due_date: str
    days_overdue: int


@dataclass(frozen=True)
class Notice:
    """What one receiver is told at once.

    ``id`` stays the same however often it is handed over: whoever gets it twice can tell. ``created``: UTC time,
    ISO 8601; days overdue are as of then.
    """

    id: str
    created: str
    catalog: Mapping[str, str]
    contact: str
    entries: tuple[OverdueEntry, ...]

    def as_json(self) -> str:
        """As it is kept, and as webhooks get it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Notice:
        """Read what was kept."""
        document: dict[str, Any] = json.loads(text)
        entries = tuple(OverdueEntry(**entry) for entry in document.pop("entries"))
        return cls(entries=entries, **document)

    def mail(self, sender: str, receiver: str) -> EmailMessage:
        """As a plain text mail in Chinese and English.

        Args:
            sender: the address it comes from.
            receiver: the address it goes to.

        Raises:
            ValueError: when an address could not stand in a header.
        """
        # Headers hold addresses of a strict form, numbers and our own words; titles stand in the text alone.
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = receiver
        message["Subject"] = in_both("notify-mail-subject", " / ", count=len(self.entries))
        message["Date"] = dt.datetime.fromisoformat(self.created)
        message["Message-ID"] = f"<{self.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
        message.set_content("\n\n".join(self._text(language) for language in reversed(LANGUAGES)), cte="base64")
        return message

    def _text(self, language: str) -> str:
        lines = [translate("notify-mail-head", language, catalog=_line(self.catalog[language]), time=self.created)]
        for entry in self.entries:
            texts = (entry.title, entry.subject, entry.department_name)
            title, subject, department = (_line(text[language]) for text in texts)
            lines.append(translate("notify-mail-entry", language, title=title, subject=subject, department=department,
                                   period=entry.period, due=entry.due_date, days=entry.days_overdue))  # fmt: skip
        return "\n".join([*lines, translate("notify-mail-foot", language, contact=_line(self.contact))])


def _line(text: str) -> str:
    """A text on one line, without characters that are not seen."""
    plain = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    return " ".join(plain.split())[:_LONGEST]
