"""``requests:`` of a dataset that is the register of requests for disclosure (依申请公开): which fields say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pipelines.registry.base import Descriptor, Identifier
from pipelines.registry.deadlines import Within
from pipelines.registry.disclosures import Attribute

if TYPE_CHECKING:
    from collections.abc import Container

    from pipelines.registry.catalog import Dataset


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


def unusable_requests(dataset: Dataset, calendars: Container[str]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """What is wrong with ``requests``: property, message, parameters. Its fields are public, since they are counted."""
    requests = dataset.descriptor.requests
    if requests is None:
        return
    fields = {**requests.dates, "topic": requests.topic, "organisation": requests.organisation}
    for name, field in fields.items():
        if not dataset.has_field(field):
            yield name, "check-unknown-field", {"field": field}
            continue
        spec = dataset.field(field)
        if spec.disclosure.attribute is not Attribute.ACTIVE:
            yield name, "check-deadline-not-public", {"field": field}
        if name in requests.dates and spec.type != "date":
            yield name, "check-deadline-field-type", {"field": field, "type": spec.type}
    if requests.calendar is not None and requests.calendar not in calendars:
        yield "calendar", "check-deadline-calendar", {"calendar": requests.calendar}
    if requests.calendar is None and requests.within.working_days is not None:
        yield "within", "check-deadline-no-calendar", {}
