"""Texts that officers write and that become public: notes, reasons, and the bases of decisions."""

from __future__ import annotations

from pipelines.core.errors import GongkaiError
from pipelines.core.personal_data import looks_like_personal_data


class PersonalText(GongkaiError):
    """What an officer wrote becomes public, and looks like it has personal data. The text is not repeated."""

    message_id = "privacy-note"


def require_nobodys(*texts: str) -> None:
    """Make sure that texts can be public.

    Raises:
        PersonalText: one of them looks like it has personal data.
    """
    if any(map(looks_like_personal_data, texts)):
        raise PersonalText
