"""``schema.json``: a Frictionless Table Schema v2 whose fields also carry titles, units and disclosure."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.disclosures import FieldDisclosure
from pipelines.registry.table_schemas import json_validator

TABLE_SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

FieldType = Literal[
    "string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth", "duration",
    "object", "array", "list", "geopoint", "geojson", "any",
]  # fmt: skip


def _as_tuple(value: Any) -> Any:
    """Table Schema allows a single name where it means a list of one."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Identifier, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Constraints(Descriptor):
    """Table Schema constraints."""

    required: bool = False
    unique: bool = False
    minLength: Annotated[int, Field(ge=0)] | None = None
    maxLength: Annotated[int, Field(ge=0)] | None = None
    minimum: str | int | float | None = None
    maximum: str | int | float | None = None
    exclusiveMinimum: str | int | float | None = None
    exclusiveMaximum: str | int | float | None = None
    pattern: Text | None = None
    enum: tuple[Any, ...] | None = None
    jsonSchema: dict[str, Any] | None = None

    @field_validator("pattern")
    @classmethod
    def _is_a_regular_expression(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(f"^{pattern}$")
            except re.error as refused:
                raise ValueError(f"pattern is not a regular expression: {refused}") from None
        return pattern

    @field_validator("jsonSchema")
    @classmethod
    def _is_a_json_schema(cls, profile: dict[str, Any] | None) -> dict[str, Any] | None:
        if profile is not None:
            json_validator(profile)
        return profile


class Category(Descriptor):
    """A category with its label, as in Table Schema v2."""

    value: str | int
    label: Text | None = None


class FieldSpec(Descriptor):
    """One field. Properties that Table Schema defines keep its names; ``titles``, ``descriptions``, ``unit``,
    ``codelist``, ``decimals`` and ``disclosure`` are this catalog's."""

    name: Identifier
    type: FieldType
    format: Text | None = None
    titles: Bilingual
    descriptions: Bilingual
    unit: Text | None = None
    codelist: Identifier | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    """Digits after the decimal point of a ``number``: it is stored as DECIMAL(18, decimals), exactly."""
    constraints: Constraints = Constraints()
    missingValues: tuple[str, ...] | None = None
    trueValues: tuple[str, ...] | None = None
    falseValues: tuple[str, ...] | None = None
    decimalChar: Text | None = None
    groupChar: Text | None = None
    bareNumber: bool | None = None
    floatNumber: bool | None = None
    delimiter: Text | None = None
    itemType: Text | None = None
    arrayItem: dict[str, Any] | None = None
    categories: tuple[str | int | Category, ...] | None = None
    categoriesOrdered: bool | None = None
    rdfType: Text | None = None
    example: Any = None
    disclosure: FieldDisclosure

    @model_validator(mode="after")
    def _decimals_of_numbers(self) -> FieldSpec:
        if self.decimals is not None and self.type != "number":
            raise ValueError("decimals goes with type number")
        if self.categories is not None and self.type not in {"string", "integer"}:
            raise ValueError("categories go with the types string and integer")
        return self

    @property
    def category_values(self) -> tuple[str | int, ...]:
        """The values that ``categories`` lists, without their labels."""
        return tuple(entry.value if isinstance(entry, Category) else entry for entry in self.categories or ())


class Reference(Descriptor):
    """Where a foreign key points: a code list, ``organisations``, or another dataset."""

    resource: Identifier
    fields: Names


class ForeignKey(Descriptor):
    """A Table Schema foreign key."""

    fields: Names
    reference: Reference

    @model_validator(mode="after")
    def _same_length(self) -> ForeignKey:
        if len(self.fields) != len(self.reference.fields):
            raise ValueError("a foreign key has as many fields as its reference")
        return self


class SchemaDescriptor(Descriptor):
    """The whole ``schema.json`` of a dataset."""

    profile: Annotated[Literal["https://datapackage.org/profiles/2.0/tableschema.json"], Field(alias="$schema")]
    fields: tuple[FieldSpec, ...] = Field(min_length=1)
    primaryKey: Annotated[tuple[Identifier, ...], BeforeValidator(_as_tuple)] = ()
    uniqueKeys: tuple[Names, ...] = ()
    foreignKeys: tuple[ForeignKey, ...] = ()
    missingValues: tuple[str, ...] = ("",)

    @model_validator(mode="after")
    def _names_resolve(self) -> SchemaDescriptor:
        names = [spec.name for spec in self.fields]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"fields named twice: {', '.join(repeated)}")
        used = {*self.primaryKey, *(n for key in self.uniqueKeys for n in key)}
        used |= {name for key in self.foreignKeys for name in key.fields}
        unknown = sorted(used - set(names))
        if unknown:
            raise ValueError(f"keys name fields that do not exist: {', '.join(unknown)}")
        return self


#: Properties that are ours, not Table Schema's; frictionless gets the descriptor without them.
_OWN_PROPERTIES = {"titles", "descriptions", "unit", "codelist", "decimals", "disclosure"}


def table_schema(schema: SchemaDescriptor) -> dict[str, Any]:
    """The plain Table Schema descriptor to validate with (no foreign keys: those need the tables they refer to)."""
    fields = []
    for spec in schema.fields:
        field = spec.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=_OWN_PROPERTIES)
        fields.append(field)
    descriptor: dict[str, Any] = {
        "$schema": TABLE_SCHEMA_PROFILE,
        "fields": fields,
        "missingValues": list(schema.missingValues),
    }
    if schema.primaryKey:
        descriptor["primaryKey"] = list(schema.primaryKey)
    if schema.uniqueKeys:
        descriptor["uniqueKeys"] = [list(key) for key in schema.uniqueKeys]
    return descriptor
