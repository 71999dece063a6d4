"""Why the layout of a delivery is not taken into the descriptor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.core.errors import GongkaiError
from pipelines.core.messages import Message


class ContradictoryLayouts(GongkaiError):
    """Tables of one layout ask for different values of one key: no layout fits all of them."""

    message_id = "layout-contradictory"

    def __init__(self, layout: str, key: str, values: str) -> None:
        super().__init__(layout=layout, key=key, values=values)


class LayoutByHand(GongkaiError):
    """The descriptor is not written so that it can be changed safely, or was changed meanwhile."""

    message_id = "layout-by-hand"

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class LayoutDoesNotLoad(GongkaiError):
    """The catalog could not be loaded with the change."""

    message_id = "layout-does-not-load"

    def __init__(self, reasons: Sequence[Message]) -> None:
        super().__init__(reason=_first(reasons))


class LayoutDoesNotRead(GongkaiError):
    """The delivery itself would not be read with the change."""

    message_id = "layout-does-not-read"

    def __init__(self, delivery: str, reasons: Sequence[Message]) -> None:
        super().__init__(delivery=delivery, reason=_first(reasons))


def _first(reasons: Sequence[Message]) -> str:
    return " / ".join(reasons[0].text(language) for language in ("en", "zh")) if reasons else "-"
