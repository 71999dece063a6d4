"""Disclosure attributes and treatments, as descriptors state them (源头认定: set at the source).

Every dataset and every field has an attribute; there is no default. Anything but ``active`` also names
its legal basis and, for a field, how it is treated.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text


class Attribute(StrEnum):
    """The three disclosure attributes."""

    ACTIVE = "active"  # 主动公开
    ON_APPLICATION = "on_application"  # 依申请公开
    WITHHELD = "withheld"  # 不予公开


class Drop(Descriptor):
    """The field is left out."""

    type: Literal["drop"]


class Mask(Descriptor):
    """All but the first ``keep_first`` and last ``keep_last`` characters become ``character``, ``length`` times
    (absent: as many as were masked). A text that is too short to keep any is masked whole."""

    type: Literal["mask"]
    keep_first: Annotated[int, Field(ge=0, le=4)] = 0
    keep_last: Annotated[int, Field(ge=0, le=4)] = 0
    character: Annotated[str, Field(min_length=1, max_length=1)] = "*"
    length: Annotated[int, Field(ge=1, le=20)] | None = None


class Surrogate(Descriptor):
    """A keyed pseudonym (HMAC-SHA-256 truncated to 128 bits, RFC 2104), the same for the same text in every
    version and dataset that shares ``domain``; published under another name."""

    type: Literal["surrogate"]
    published_as: Identifier
    domain: Identifier


class Generalise(Descriptor):
    """A coarser value: ``prefix`` keeps the first ``length`` characters of a code and, with ``pad_to``,
    fills up with zeros; ``month``, ``quarter`` and ``year`` shorten a date to the first day of its month, quarter or
    year; ``band`` gives a number the band it lies in (ages, say), between ``bounds``: ``<18``, ``18-34``, ``60+`` for
    integers, ``[18,35)`` for other numbers."""

    type: Literal["generalise"]
    to: Literal["prefix", "month", "quarter", "year", "band"]
    length: Annotated[int, Field(ge=1)] | None = None
    pad_to: Annotated[int, Field(ge=1)] | None = None
    bounds: Annotated[tuple[int, ...], Field(min_length=1, max_length=50)] | None = None
    """Lower ends of the bands but the first, ascending."""
    published_as: Identifier | None = None

    @model_validator(mode="after")
    def _length_goes_with_prefix(self) -> Generalise:
        if (self.to == "prefix") != (self.length is not None):
            raise ValueError("length goes with to: prefix")
        if self.pad_to is not None and (self.length is None or self.pad_to < self.length):
            raise ValueError("pad_to goes with to: prefix and is at least length")
        if (self.to == "band") != (self.bounds is not None):
            raise ValueError("bounds go with to: band")
        if any(lower >= upper for lower, upper in pairwise(self.bounds or ())):
            raise ValueError("bounds ascend")
        return self

    @property
    def gives_date(self) -> bool:
        """Whether what comes out is a date."""
        return self.to in {"month", "quarter", "year"}


class Round(Descriptor):
    """A number as the nearest multiple of ``to``; halves go to the even multiple, so that sums lean neither way
    (conventional rounding: Hundepool et al., Statistical Disclosure Control, 2012, section 5.4)."""

    type: Literal["round"]
    to: Annotated[int, Field(ge=2, le=10**12)]


class TopCode(Descriptor):
    """Numbers above ``above`` become ``above``, those below ``below`` become ``below``: the few at the ends of a
    distribution are the best known (top and bottom coding: Hundepool et al., 2012, section 3.3)."""

    type: Literal["top_code"]
    above: Annotated[Decimal, Field(max_digits=18)] | None = None
    below: Annotated[Decimal, Field(max_digits=18)] | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> TopCode:
        if self.above is None and self.below is None:
            raise ValueError("top_code names above, below or both")
        if self.above is not None and self.below is not None and self.below >= self.above:
            raise ValueError("below is less than above")
        return self


PersonalDataKind = Literal[
    "identity_number", "bank_card", "mobile", "landline", "email", "address", "passport", "plate", "personal_name",
    "sole_trader_code", "messaging_account",
]  # fmt: skip

Treatment = Annotated[Drop | Mask | Surrogate | Generalise | Round | TopCode, Field(discriminator="type")]


class FieldDisclosure(Descriptor):
    """The ``disclosure`` property of a field in ``schema.json``.

    ``active`` fields are published as they are. Others are published only through their treatment.
    ``when`` limits an attribute to the rows where another field has one of the given values: for the other
    rows the field is published as it is (an organisation's name is public, an individual's is not).
    """

    attribute: Attribute
    basis: Text | None = None
    unit: Identifier | None = None
    review_date: dt.date | None = None
    """When the attribute is to be looked at again."""
    treatment: Treatment | None = None
    when: dict[Identifier, tuple[Text, ...]] | None = None
    personal_data: tuple[PersonalDataKind, ...] = ()
    """Kinds of look-alikes that a field published as it is, if only in the rows that ``when`` leaves, is meant to carry
    (a project's address, say): not scanned for there."""

    @model_validator(mode="after")
    def _complete(self) -> FieldDisclosure:
        if self.attribute is Attribute.ACTIVE:
            if self.treatment is not None or self.when is not None:
                raise ValueError("an active field has no treatment: it is published as it is")
            return self
        if self.basis is None or self.unit is None or self.review_date is None:
            raise ValueError("a field that is not active names its legal basis, responsible unit and review_date")
        if self.treatment is None:
            raise ValueError(
                "a field that is not active names its treatment: drop, mask, surrogate, generalise, round or top_code"
            )
        if self.personal_data and self.when is None:
            raise ValueError("personal_data exempts active fields, and the rows that when leaves as they are")
        if self.when is not None and isinstance(self.treatment, (Surrogate, Generalise)):
            raise ValueError("when goes with drop (the cell becomes absent), mask, round and top_code")
        return self


class DatasetDisclosure(Descriptor):
    """The ``disclosure`` property of a dataset: attribute, legal basis, the unit that answers for it, and when the
    attribute is to be looked at again. ``review``: whether each version waits for an officer's approval."""

    attribute: Attribute
    basis: Bilingual
    unit: Identifier
    review_date: dt.date
    review: Literal["disclosure_plan", "each_version"] = "disclosure_plan"
