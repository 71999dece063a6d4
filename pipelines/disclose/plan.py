"""What is to be done to each field, decided before any row is read.

A field that is not active never gets past here without a treatment: there is no branch that would keep it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from pipelines.core.errors import GongkaiError
from pipelines.registry import CodeList, Dataset, FieldSpec, published_name
from pipelines.registry.conditions import vouched_values
from pipelines.registry.disclosures import Attribute, Drop, Generalise, Mask, Round, Surrogate, TopCode
from pipelines.registry.treatment_types import fits


class UntreatedField(GongkaiError):
    """A field that is not active has no treatment."""

    message_id = "disclose-error-untreated-field"

    def __init__(self, dataset: str, spec: FieldSpec) -> None:
        super().__init__(dataset=dataset, field=spec.name, attribute=spec.disclosure.attribute.value)


class UnfitTreatment(GongkaiError):
    """A treatment cannot be carried out on fields of that type."""

    message_id = "disclose-error-unfit-treatment"

    def __init__(self, dataset: str, spec: FieldSpec, treatment: str) -> None:
        super().__init__(dataset=dataset, field=spec.name, treatment=treatment, type=spec.type)


class PublicNameTaken(GongkaiError):
    """Two fields would have the same name in the public copy."""

    message_id = "disclose-error-public-name-taken"

    def __init__(self, dataset: str, name: str) -> None:
        super().__init__(dataset=dataset, name=name)


class UnknownCondition(GongkaiError):
    """A treatment depends on a field that does not exist."""

    message_id = "disclose-error-unknown-condition"

    def __init__(self, dataset: str, field: str, condition: str) -> None:
        super().__init__(dataset=dataset, field=field, condition=condition)


@dataclass(frozen=True)
class Keep:
    """The field is published as it is."""

    type: str = "keep"


Action = Keep | Drop | Mask | Surrogate | Generalise | Round | TopCode


@dataclass(frozen=True)
class FieldPlan:
    """What becomes of one field. ``public_name`` is ``None`` for a field that is left out.

    ``spared`` limits the action: a row in which one of the named fields has one of the values is published as it is.
    They are the known values that ``when`` does not name, so a value nobody knows spares no row.
    """

    spec: FieldSpec
    action: Action
    public_name: str | None
    spared: Mapping[str, frozenset[str]]

    @property
    def is_active(self) -> bool:
        """Published as it is, in every row."""
        return isinstance(self.action, Keep)


def plan_fields(dataset: Dataset, tables: Mapping[str, CodeList]) -> tuple[FieldPlan, ...]:
    """The plan of every field, in the order of the schema. ``tables``: code lists and organisations, by name.

    Raises:
        UntreatedField: a field that is not active has no treatment.
        UnfitTreatment: a treatment that is not for fields of that type.
        PublicNameTaken: two fields have the same public name.
        UnknownCondition: ``when`` names a field that does not exist.
    """
    plans = tuple(_plan(dataset, spec, tables) for spec in dataset.fields)
    taken: set[str] = set()
    for plan in plans:
        if plan.public_name in taken:
            raise PublicNameTaken(dataset.id, plan.public_name)
        if plan.public_name is not None:
            taken.add(plan.public_name)
    return plans


def public(plans: Iterable[FieldPlan]) -> list[tuple[str, FieldPlan]]:
    """The fields of the public copy by their public names."""
    return [(plan.public_name, plan) for plan in plans if plan.public_name is not None]


def _plan(dataset: Dataset, spec: FieldSpec, tables: Mapping[str, CodeList]) -> FieldPlan:
    action = _action(dataset.id, spec)
    if not isinstance(action, Keep) and not fits(action, spec.type):
        raise UnfitTreatment(dataset.id, spec, action.to if isinstance(action, Generalise) else action.type)
    spared = {}
    for condition, values in (spec.disclosure.when or {}).items():
        if not dataset.has_field(condition):
            raise UnknownCondition(dataset.id, spec.name, condition)
        known = vouched_values(dataset, condition, tables) or frozenset()
        spared[condition] = frozenset(map(canonical, known)) - frozenset(map(canonical, values))
    return FieldPlan(spec, action, published_name(spec), spared)


def canonical(text: str) -> str:
    """A text as people compare it: full-width forms and outer white space make no difference."""
    return unicodedata.normalize("NFKC", text).strip()


def _action(dataset: str, spec: FieldSpec) -> Action:
    match spec.disclosure.attribute:
        case Attribute.ACTIVE:
            return Keep()
        case Attribute.ON_APPLICATION | Attribute.WITHHELD:
            if spec.disclosure.treatment is None:
                raise UntreatedField(dataset, spec)
            return spec.disclosure.treatment
        case never:
            assert_never(never)
