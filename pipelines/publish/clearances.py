"""How each public column was cleared for disclosure, kept with the schema that its rows were written by.

A public schema's fields carry ``disclosure``: the delivered field a column was made of, its attribute and its
treatment. A later release compares that with the registry: what was cleared under weaker rules than today's is
not published again (:mod:`pipelines.publish.carrying`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipelines.publish.schemas import primary_key
from pipelines.registry import Dataset, published_name
from pipelines.registry.disclosures import Treatment
from pipelines.registry.negative_list import NegativeEntry
from pipelines.registry.small_cells import SmallCells, name_of

PROPERTY = "disclosure"
#: Properties of a field that decide what its values mean; of how it was cleared, what was done to values.
_MEANING_PROPERTIES = ("unit", "codelist")
_CLEARANCE_PROPERTIES = ("field", "treatment", "when")
SMALL_CELLS = "small_cells"


def clearances(dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Public column name → how the registry has it cleared now."""
    found: dict[str, dict[str, Any]] = {}
    for spec in dataset.fields:
        name = published_name(spec)
        if name is None:
            continue
        said = spec.disclosure
        clearance: dict[str, Any] = {"field": spec.name, "attribute": said.attribute.value}
        if said.treatment is not None:
            clearance["treatment"] = said.treatment.model_dump(mode="json", exclude_none=True)
        if said.when is not None:
            clearance["when"] = {condition: list(values) for condition, values in said.when.items()}
        if said.personal_data:
            clearance["personal_data"] = sorted(said.personal_data)
        small = dataset.descriptor.small_cells
        if small is not None and name in small.quasi_identifiers:
            clearance[SMALL_CELLS] = _small_cells(small, name)
        found[name] = clearance
    return found


def _small_cells(said: SmallCells, name: str) -> dict[str, Any]:
    """How a quasi-identifier may be shown, and what had to hold of all of them together."""
    return {
        "levels": ["exact", *map(name_of, said.quasi_identifiers[name])],
        "k": said.k,
        "with": sorted(said.quasi_identifiers),
        "applies_to": {field: list(values) for field, values in said.applies_to.items()},
        "person": said.person,
        "sensitive": dict(said.sensitive),
    }


def was_restricted(schema: Mapping[str, Any]) -> bool:
    """Whether columns written by ``schema`` withheld something, or let look-alikes of personal data through. Columns
    that were left out are not among them: receipts tell of these."""
    said = [entry.get(PROPERTY, {}) for entry in schema["fields"]]
    return any(entry.keys() & {"treatment", "personal_data", SMALL_CELLS} for entry in said)


def with_clearances(schema: Mapping[str, Any], dataset: Dataset) -> dict[str, Any]:
    """``schema`` with each field's clearance, for tables that were cleared under the registry as it is now."""
    known = clearances(dataset)
    fields = [
        {**entry, PROPERTY: known[entry["name"]]} if entry["name"] in known else dict(entry)
        for entry in schema["fields"]
    ]
    return {**schema, "fields": fields}


def declared_meaning(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of a public field decides what its values mean: unit, code list, and what disclosure did to them."""
    cleared = entry.get(PROPERTY, {})
    levels = cleared.get(SMALL_CELLS, {}).get("levels")
    said = *(entry.get(name) for name in _MEANING_PROPERTIES), *(cleared.get(name) for name in _CLEARANCE_PROPERTIES)
    return (*said, levels)


def no_longer_public(schema: Mapping[str, Any], dataset: Dataset) -> frozenset[str]:
    """Columns written by ``schema`` that the registry would not publish like that any more."""
    now = clearances(dataset)
    return frozenset(
        entry["name"]
        for entry in schema["fields"]
        if not _still_fits(entry.get(PROPERTY), now.get(entry["name"]))
        or entry.get(PROPERTY, {}).get("field") in dataset.barred
    )


def barred_by(dataset_id: str, schemas: Iterable[Mapping[str, Any]], entries: Iterable[NegativeEntry]) -> str | None:
    """The entry of the negative list under which a published version may not be shown, by its own clearances.

    For datasets that the registry cannot tell of, as their descriptors are broken.

    Args:
        dataset_id: the dataset.
        schemas: the public schemas of the version and its segments.
        entries: those in force.
    """
    columns = [(entry["name"], entry.get(PROPERTY, {})) for schema in schemas for entry in schema["fields"]]
    for entry in entries:
        if entry.covers(dataset_id, None):
            return entry.id
        for name, cleared in columns:
            treatment = _treatment(cleared.get("treatment"))
            if not entry.permits(dataset_id, cleared.get("field", name), treatment, cleared.get("when")):
                return entry.id
    return None


def _treatment(said: Mapping[str, Any] | None) -> Treatment | None:
    """A recorded treatment; ``None``: none, or one that is not known any more."""
    try:
        return TypeAdapter[Treatment](Treatment).validate_python(said)
    except ValidationError:
        return None


def without(schema: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """``schema`` without some columns, and without the keys that need them."""
    gone = set(names)
    reduced = {**schema, "fields": [entry for entry in schema["fields"] if entry["name"] not in gone]}
    if gone & set(primary_key(schema)):
        del reduced["primaryKey"]
    for kind, names_of in (("uniqueKeys", list), ("foreignKeys", lambda key: key["fields"])):
        kept = [key for key in schema.get(kind, ()) if not gone & set(names_of(key))]
        reduced.pop(kind, None)
        if kept:
            reduced[kind] = kept
    return reduced


def _still_fits(written: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    """Whether a column cleared as ``written`` shows nothing that it would not show if it were cleared ``now``."""
    if written is None or now is None or written["field"] != now["field"]:
        return False
    if SMALL_CELLS in now and not _was_protected(written.get(SMALL_CELLS), now[SMALL_CELLS]):
        return False
    # Where it is published as it is, what was shown before is shown now, save for look-alikes that were let through.
    if not set(written.get("personal_data", ())) <= set(now.get("personal_data", ())):
        return False
    return "treatment" not in now or all(written.get(part) == now.get(part) for part in ("treatment", "when"))


def _was_protected(written: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Whether rows were kept from telling people apart by all that is asked for now."""
    return (
        written is not None
        and written["k"] >= now["k"]
        and set(written["with"]) >= set(now["with"])
        and all(written["sensitive"].get(name, 0) >= least for name, least in now["sensitive"].items())
        and all(written[part] == now[part] for part in ("applies_to", "person"))
    )
