"""``aggregate`` in ``dataset.yaml``: the table of sums that the catalog makes of another dataset's rows.

The columns of such a dataset are the dimensions, by the names that the source publishes them under, and those of
:data:`COLUMNS`. Rows are told apart by the dimensions; the code of a total over a dimension is :data:`TOTAL`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from pipelines.registry.base import Descriptor, Identifier, Text

#: SDMX's code for a total over a dimension (SDMX Content-Oriented Guidelines, cross-domain code lists).
TOTAL = "_T"
PERSONS, AMOUNT, STATUS = "persons", "amount", "status"
#: Columns of every aggregate beside its dimensions.
COLUMNS = (PERSONS, AMOUNT, STATUS)
#: Values of ``status``, of SDMX's code list CL_CONF_STATUS: free, confidential by itself, confidential for another's
#: sake.
FREE, PRIMARY, SECONDARY = "F", "C", "D"


class Dominance(Descriptor):
    """The ``largest`` contributors make up no more than ``percent`` of a cell: the (n, k) rule."""

    largest: Annotated[int, Field(ge=1, le=10)]
    percent: Annotated[int, Field(ge=1, le=100)]


class AggregateRules(Descriptor):
    """When a cell may not be shown, and how far what is not shown is to be protected."""

    k: Annotated[int, Field(ge=2, le=10_000)] = 5
    """No cell is shown of fewer persons, nor does a revision change one by fewer."""
    dominance: Dominance | None = None
    p_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """The second largest contributor cannot work out the largest closer than to that percentage of it."""
    protection: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.1")
    """Nobody can work out a suppressed value closer than by that share of it, on either side."""


class Aggregate(Descriptor):
    """What is added up. All fields are the source's, named as it publishes them."""

    dataset: Identifier
    """The source."""
    dimensions: Annotated[dict[Identifier, Identifier], Field(min_length=1, max_length=4)]
    """Field → the code list of its values, whose column ``parent``, if it has one, gives sums between."""
    measure: Identifier
    """The number that is added up; never negative."""
    persons: Identifier
    """The field that tells contributors apart."""
    applies_to: dict[Identifier, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Field and values of the rows that are counted; absent: all."""
    rules: AggregateRules = AggregateRules()

    @model_validator(mode="after")
    def _each_field_once(self) -> Aggregate:
        named = [*self.dimensions, self.measure, self.persons]
        if len({*named}) < len(named) or self.dimensions.keys() & set(COLUMNS):
            raise ValueError(f"dimensions, measure and persons differ, and no dimension is called {', '.join(COLUMNS)}")
        return self
