"""``requests:`` of a dataset that is the register of requests for disclosure (依申请公开): which fields say what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from pipelines.registry.base import Descriptor, Identifier
from pipelines.registry.deadlines import Within


class ProposeAfter(Descriptor):
    """A topic that is asked for so often within so many months is put forward for active disclosure."""

    requests: Annotated[int, Field(ge=2)] = 3
    months: Annotated[int, Field(ge=1, le=120)] = 12


class RequestRegister(Descriptor):
    """Where a register of requests has what deadlines and proposals are made of."""

    received: Identifier
    replied: Identifier
    extended_to: Identifier | None = None
    """Until when the time limit was extended, where it was."""
    topic: Identifier
    organisation: Identifier
    """Who has to reply."""
    within: Within
    """From receipt to reply."""
    calendar: Identifier | None = None
    propose_after: ProposeAfter = ProposeAfter()

    @property
    def dates(self) -> Mapping[str, str]:
        """Property → field, of those that are dates."""
        named = {"received": self.received, "replied": self.replied, "extended_to": self.extended_to}
        return {name: field for name, field in named.items() if field is not None}
