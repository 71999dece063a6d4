"""Why a source could not be fetched: a sentence and a remedy, never an address with what may be secret in it."""

from __future__ import annotations

from pipelines.core.messages import Message, Parameter


class FetchFailed(Exception):
    """One source could not be fetched; the others go on."""

    def __init__(self, message_id: str, /, **params: Parameter) -> None:
        self.message = Message(message_id, params)
        self.remedy = Message(f"{message_id}-remedy", params)
        super().__init__(self.message.text())


def connection_failed(host: str, problem: BaseException) -> FetchFailed:
    """The connection failed: the class of the error says how, its text might say more than may be shown."""
    return FetchFailed("fetch-connection", host=host, reason=type(problem).__name__)


def machine_failed(problem: OSError) -> FetchFailed:
    """This machine could not keep what came."""
    return FetchFailed("fetch-machine", reason=f"{type(problem).__name__}: {problem.strerror or ''}".rstrip(": "))
