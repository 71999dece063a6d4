"""Which treatments fields of a type can be given."""

from __future__ import annotations

from pipelines.registry.disclosures import Generalise, Round, TopCode, Treatment
from pipelines.registry.fields import FieldType

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
