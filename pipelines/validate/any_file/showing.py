"""Which delivered texts a report may quote: all of a user's own file, fewer where a schema speaks of disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pipelines.validate.explain import harmless

#: Parts of frictionless's error descriptors that quote cells.
_QUOTING = {"cell", "cells", "message", "note", "fieldCells", "label", "labels"}
_LONGEST = 60


class Showing:
    """What may be shown of a file that is judged with a schema.

    ``all``: no field has a disclosure attribute, so it is the user's own file. ``harmless``: every field is active, and
    texts are quoted as in reports on deliveries. ``nothing``: some field is not active.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        fields = [field for field in schema.get("fields") or () if isinstance(field, Mapping)]
        self.names = {str(field.get("name")) for field in fields}
        self._coded = {str(field.get("name")) for field in fields
                       if "codelist" in field or "enum" in (field.get("constraints") or {})}  # fmt: skip
        attributes = [_attribute(field["disclosure"]) for field in fields if "disclosure" in field]
        self.mode: Literal["all", "harmless", "nothing"] = "all"
        if attributes:
            active = len(attributes) == len(fields) and all(attribute == "active" for attribute in attributes)
            self.mode = "harmless" if active else "nothing"

    def value(self, field: str, text: str | None) -> str | None:
        """A cell as it may be shown, or ``None``."""
        if text is None or self.mode == "nothing":
            return None
        if self.mode == "harmless":
            return harmless(text, is_coded=field in self._coded, alone=False) if field in self.names else None
        return printable(text)

    def label(self, label: str, number: int) -> str:
        """A column's name; what no field is called may be anything, a cell among it."""
        return printable(label) if self.mode == "all" or label in self.names else f"#{number}"

    def descriptor(self, error: dict[str, Any]) -> dict[str, Any]:
        """An error descriptor as it may be given out."""
        if self.mode != "nothing":
            return error
        return {key: value for key, value in error.items() if key not in _QUOTING}

    def labels(self, labels: tuple[str, ...]) -> list[str]:
        """The header as it may be given out."""
        if self.mode == "all":
            return list(labels)
        return [label if label in self.names else f"#{number}" for number, label in enumerate(labels, start=1)]


def _attribute(disclosure: Any) -> Any:
    return disclosure.get("attribute") if isinstance(disclosure, Mapping) else None


def printable(text: str) -> str:
    """A text for terminals and pages: short, without control and format characters."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)
