"""Which treatments fields of a type can be given, and of which type what comes out is."""

from __future__ import annotations

from pipelines.registry.disclosures import Generalise, Mask, Round, Surrogate, TopCode, Treatment
from pipelines.registry.fields import FieldSpec, FieldType

_NUMBERS = frozenset({"integer", "number"})
_DATES = frozenset({"date", "datetime"})


def fits(treatment: Treatment, kind: FieldType) -> bool:
    """Whether fields of that type can be treated so. Everything can be dropped, masked or replaced by a surrogate."""
    if isinstance(treatment, (Round, TopCode)):
        return kind in _NUMBERS
    if not isinstance(treatment, Generalise):
        return True
    if treatment.gives_date:
        return kind in _DATES
    return kind in _NUMBERS if treatment.to == "band" else kind not in _DATES


def published_type(spec: FieldSpec) -> FieldType:
    """The type of a field in the public copy."""
    match spec.disclosure.treatment:
        case Mask() | Surrogate():
            return "string"
        case Generalise() as generalise:
            return "date" if generalise.gives_date else "string"
        case _:
            return spec.type
