"""Why somebody could not be told: a sentence and a remedy, without addresses or answers that may be secret."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from pipelines.core.messages import Message, Parameter
from pipelines.fetching.errors import FetchFailed


class NotTold(Exception):
    """One message could not be handed over; the others are, and this one is tried again."""

    def __init__(self, message_id: str, /, **params: Parameter) -> None:
        self.message = Message(message_id, params)
        self.remedy = Message(f"{message_id}-remedy", params)
        super().__init__(self.message.text())


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Errors of lines and addresses as those of this room; what to do about them stands in another file here.

    Raises:
        NotTold: instead of FetchFailed.
    """
    try:
        yield
    except FetchFailed as failed:
        refused = NotTold("notify-unreachable")
        refused.message = failed.message
        raise refused from None


def secret(variable: str) -> str:
    """What an environment variable holds.

    Raises:
        NotTold: when it is not set, or empty.
    """
    value = os.environ.get(variable, "")
    if not value:
        raise NotTold("notify-no-variable", variable=variable)
    return value
