"""Whether a Table Schema can be used: if frictionless does not take it, why, field by field."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.registry.field_checks import BOUNDS
from pipelines.registry.problems import written
from pipelines.registry.table_schemas import for_frictionless
from pipelines.validate.any_file.nested_repeats import may_explode
from pipelines.validate.any_file.refusals import Complaint, Unusable, complaint
from pipelines.validate.any_file.schema_file import SchemaFile
from pipelines.validate.any_file.schema_shape import misshapen

#: Columns that a table may have: errors of frictionless hold their whole row, so that a row with an error in each cell
#: grows with the square of its width.
MAX_COLUMNS = 2_000
_REFERENCES = {"$ref", "$dynamicRef", "$recursiveRef"}


def require_usable(loaded: SchemaFile) -> None:
    """Try a schema out.

    Raises:
        Unusable: with every reason that can be named.
    """
    fields = loaded.schema.get("fields")
    if isinstance(fields, list) and len(fields) > MAX_COLUMNS:
        raise Unusable([complaint("too-many-fields", "fields", limit=MAX_COLUMNS, fields=len(fields))], loaded.subject)
    told = list(_refused_by_frictionless(loaded.schema))
    if told:
        raise Unusable(list(misshapen(loaded.schema)) or told, loaded.subject)
    own = [*_bounds(loaded.schema), *_json_schemas(loaded.schema)]
    if own:
        raise Unusable(own, loaded.subject)


def _refused_by_frictionless(schema: Mapping[str, Any]) -> list[Complaint]:
    """What frictionless says about a schema, or raises when it reads its constraints."""
    from frictionless import FrictionlessException, Schema

    try:
        made = Schema.from_descriptor(for_frictionless(schema))
    except FrictionlessException as refused:
        notes = dict.fromkeys(error.note for error in refused.to_errors())
        return list(_refused_fields(schema)) or [complaint("schema-refused", reason=note) for note in notes]
    except Exception as problem:  # descriptors of unexpected shape
        return [complaint("schema-refused", reason=type(problem).__name__)]
    found = []
    for place, field in enumerate(made.fields):
        try:
            field.create_cell_reader()
        except Exception as problem:  # constraints that are no patterns, numbers, dates
            key = written(("fields", place, "constraints"))
            found.append(complaint("schema-refused", key, reason=f"{field.name}: {_reason(problem)}"))
    names = [name for name, count in Counter(field.name for field in made.fields).items() if count > 1]
    return found + [complaint("field-twice", "fields", field=name) for name in names]


def _refused_fields(schema: Mapping[str, Any]) -> Iterator[Complaint]:
    """What frictionless says about single fields, so that they can be named."""
    from frictionless import Field, FrictionlessException

    fields = for_frictionless(schema).get("fields")
    for place, field in enumerate(fields if isinstance(fields, list) else []):
        try:
            Field.from_descriptor(field)
        except FrictionlessException as refused:
            for note in dict.fromkeys(error.note for error in refused.to_errors()):
                yield complaint("schema-refused", f"fields[{place}]", reason=note)
        except Exception as problem:  # no object, or no name
            yield complaint("schema-refused", f"fields[{place}]", reason=type(problem).__name__)


def _reason(problem: Exception) -> str:
    return str(problem) if isinstance(problem, re.error) else type(problem).__name__


def _bounds(schema: Mapping[str, Any]) -> Iterator[Complaint]:
    """Bounds that nothing can be compared with: frictionless takes them and fails at the first value."""
    for place, constraints in _constraints(schema):
        for name in BOUNDS:
            bound = constraints.get(name)
            try:
                hopeless = isinstance(bound, (str, float)) and math.isnan(float(bound))
            except ValueError:
                hopeless = False
            if hopeless:
                yield complaint("schema-not-a-number", f"fields[{place}].constraints.{name}")


def _json_schemas(schema: Mapping[str, Any]) -> Iterator[Complaint]:
    """JSON Schemas that are none, or that refer to something elsewhere, which is not fetched."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    for place, constraints in _constraints(schema):
        profile = constraints.get("jsonSchema")
        if profile is None:
            continue
        key = f"fields[{place}].constraints.jsonSchema"
        try:
            validator_for(profile).check_schema(profile)
            usable = isinstance(profile, Mapping)
        except (SchemaError, TypeError, AttributeError, RecursionError):
            usable = False
        if not usable or any(not reference.startswith("#") for reference in _values_of(profile, _REFERENCES)):
            yield complaint("bad-json-schema", key)
        elif any(map(may_explode, _values_of(profile, {"pattern"}))):
            yield complaint("slow-json-pattern", key)


def _constraints(schema: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for place, field in enumerate(schema.get("fields") or ()):
        if isinstance(field, Mapping) and isinstance(field.get("constraints"), Mapping):
            yield place, field["constraints"]


def _values_of(value: Any, names: Collection[str]) -> Iterator[str]:
    """The texts under some keys anywhere in a document, and the keys of ``patternProperties`` with the patterns."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            if name in names and isinstance(entry, str):
                yield entry
            if name == "patternProperties" and "pattern" in names and isinstance(entry, Mapping):
                yield from entry
            yield from _values_of(entry, names)
    elif isinstance(value, list):
        for entry in value:
            yield from _values_of(entry, names)
