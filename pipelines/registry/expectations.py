"""``expectations.yaml``: Great Expectations suites over frames that DuckDB has aggregated.

A frame is one SELECT over the views ``delivery`` (the accepted rows of this delivery), ``previous`` (the same
department's last accepted delivery; the same columns, empty when there is none), and one view per code list that
the dataset refers to and per dataset that the frame names. Suites run on the small result, never on the whole table.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pipelines.core.findings import Severity
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text

#: The views that every frame may read.
DELIVERY, PREVIOUS = "delivery", "previous"


class Expectation(Descriptor):
    """One Great Expectations expectation, by its type name and keyword arguments."""

    type: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity = Severity.ERROR
    message: Bilingual
    remedy: Bilingual


class Frame(Descriptor):
    """A small frame and what is expected of it."""

    id: Identifier
    sql: Text
    datasets: tuple[Identifier, ...] = ()
    """Datasets that the SELECT reads besides the delivery: the rows accepted in them now, all periods and departments.
    Of the frame's own dataset it reads the same department's rows of earlier periods."""
    expectations: tuple[Expectation, ...] = Field(min_length=1)


class ExpectationSuite(Descriptor):
    """The whole file."""

    frames: tuple[Frame, ...] = Field(min_length=1)
