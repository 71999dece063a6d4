"""``disclosure/negative_list.yaml``: the dated register of matters that are not disclosed (负面清单).

Entries are ended (``valid_to``), never deleted, so that the file is its own history.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipelines.core.messages import Message, Parameter
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.disclosures import Treatment
from pipelines.registry.fields import FieldSpec
from pipelines.registry.problems import Problem, written

NEGATIVE_LIST = "disclosure/negative_list.yaml"

TreatmentType = Literal["drop", "mask", "surrogate", "generalise", "round", "top_code"]


class Scope(Descriptor):
    """What of a dataset an entry is about: fields by their delivered names, or the dataset as a whole.

    ``when`` limits it to the rows where each of the named fields has one of the given values, as in field descriptors:
    only there the fields have to be treated.
    """

    dataset: Identifier
    fields: tuple[Identifier, ...] = ()
    when: dict[Identifier, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rows_are_of_fields(self) -> Scope:
        if self.when and not self.fields:
            raise ValueError("when goes with fields")
        return self

    def covers_rows(self, treated: Mapping[str, Iterable[str]] | None) -> bool:
        """Whether a treatment in the rows that ``treated`` names (``None``: all) leaves none out that this is about."""
        return all(
            field in self.when and set(self.when[field]) <= set(values) for field, values in (treated or {}).items()
        )


class NegativeEntry(Descriptor):
    """A matter that is not disclosed, in force from ``valid_from`` to ``valid_to``, both days included."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9\-]{0,39}$")]
    matter: Bilingual
    basis: Text
    scope: tuple[Scope, ...] = Field(min_length=1)
    treatments: tuple[TreatmentType | Treatment, ...] = ("drop", "mask", "surrogate", "generalise", "round")
    """Treatments under which a field of it may be published: types, or treatments in full, which allow no others of
    their type. Top coding has to be named, since it leaves most values as they are."""
    valid_from: dt.date
    valid_to: dt.date | None = None
    explanation: Bilingual
    unit: Identifier
    review_date: dt.date

    @model_validator(mode="after")
    def _ends_after_start(self) -> NegativeEntry:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is not before valid_from")
        return self

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it applies on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def permits(self, dataset: str, field: str, treatment: Treatment | None,
                when: Mapping[str, Iterable[str]] | None) -> bool:  # fmt: skip
        """Whether a field may be published under a treatment (``None``: as it is).

        Args:
            dataset: whose field it is.
            field: its delivered name.
            treatment: what is done to it.
            when: the rows that it is done in, as in field descriptors; ``None``: all.
        """
        scopes = [scope for scope in self.scope if scope.dataset == dataset and field in scope.fields]
        if not scopes:
            return True
        suffices = treatment is not None and (treatment.type in self.treatments or treatment in self.treatments)
        return suffices and all(scope.covers_rows(when) for scope in scopes)

    def names(self, dataset: str) -> bool:
        """Whether it is about a dataset or anything of it."""
        return any(scope.dataset == dataset for scope in self.scope)

    def covers(self, dataset: str, field: str | None) -> bool:
        """Whether it is about a field, or with ``None`` about the dataset as a whole."""
        return any(
            scope.dataset == dataset and (not scope.fields or (field is not None and field in scope.fields))
            for scope in self.scope
        )


class NegativeList(Descriptor):
    """The register."""

    entries: tuple[NegativeEntry, ...] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> NegativeList:
        repeated = sorted(name for name, count in Counter(entry.id for entry in self.entries).items() if count > 1)
        if repeated:
            raise ValueError(f"entries named twice: {', '.join(repeated)}")
        return self

    def in_force(self, day: dt.date) -> tuple[NegativeEntry, ...]:
        """The entries that apply on a day."""
        return tuple(entry for entry in self.entries if entry.is_in_force(day))

    @property
    def content(self) -> bytes:
        """Its canonical JSON."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of its content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def scope_problems(
    listed: NegativeList, fields: Mapping[str, tuple[FieldSpec, ...]], organisations: Mapping[str, object]
) -> Iterator[Problem]:
    """Entries about datasets, fields or organisations that there are not: nothing would be protected by them.

    Entries that have an end may be about what is gone: they are history, and until they end what is in force is
    compared with what there is (:func:`pipelines.disclose.negative_list.under`).

    Args:
        listed: the register.
        fields: of every dataset that could be read.
        organisations: known ones, by identifier.
    """
    for number, entry in enumerate(listed.entries):
        if entry.valid_to is not None:
            continue
        if entry.unit not in organisations:
            yield _problem(("entries", number, "unit"), "check-unknown-organisation", organisation=entry.unit)
        for position, scope in enumerate(entry.scope):
            key = ("entries", number, "scope", position)
            if scope.dataset not in fields:
                known = ", ".join(sorted(fields))
                yield _problem((*key, "dataset"), "check-unknown-dataset", {"known": known}, name=scope.dataset)
                continue
            names = {spec.name for spec in fields[scope.dataset]}
            for field in (*scope.fields, *scope.when):
                if field not in names:
                    yield _problem((*key, "fields"), "check-unknown-field", field=field)


def _problem(key: tuple[str | int, ...], kind: str, remedy: Mapping[str, Parameter] | None = None, /,
             **params: Parameter) -> Problem:  # fmt: skip
    return Problem(NEGATIVE_LIST, Message(kind, params), Message(f"{kind}-remedy", remedy or {}), written(key))
