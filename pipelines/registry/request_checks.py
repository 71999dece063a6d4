"""Checks of ``requests:``: are its fields there, dates, and public?"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from pipelines.registry.catalog import Dataset
from pipelines.registry.disclosures import Attribute


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
