"""Why no annotated copy can be written at all."""

from __future__ import annotations

from pipelines.core.errors import GongkaiError


class CannotAnnotate(GongkaiError):
    """What was asked for cannot be done with this delivery or this target."""


class NoWorkbook(CannotAnnotate):
    """The delivery has no Excel workbook."""

    message_id = "annotate-no-workbook"

    def __init__(self, delivery: str) -> None:
        super().__init__(delivery=delivery)


class FolderNeeded(CannotAnnotate):
    """Several workbooks do not go into one file."""

    message_id = "annotate-folder-needed"

    def __init__(self, workbooks: int, target: str) -> None:
        super().__init__(workbooks=workbooks, target=target)


class WrongEnding(CannotAnnotate):
    """The copy is xlsx, and the target says otherwise."""

    message_id = "annotate-wrong-ending"

    def __init__(self, target: str) -> None:
        super().__init__(target=target)
