"""A Table Schema met with a header: which fields are expected, and which keys frictionless checks over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.validate.engine.canonical import family_of
from pipelines.validate.engine.light_rows import Readers, readers_of
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.own import OwnRules, own_rules


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key that is checked; an empty ``resource`` is the table itself."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What to check.

    Attributes:
        fields: frictionless's fields by name, in the order of the columns.
        handlers: its cell handlers, likewise.
        readers: its cell readers for single rows, likewise.
        unique: fields with the constraint ``unique``.
        primary: fields of the primary key, if all are expected.
        foreign: foreign keys.
        own: rules of Table Schema v2 that frictionless does not check.
    """

    fields: Mapping[str, Any]
    handlers: Mapping[str, Any]
    readers: Readers
    unique: tuple[str, ...]
    primary: tuple[str, ...]
    foreign: tuple[ForeignKey, ...]
    own: OwnRules

    @property
    def keyed(self) -> set[str]:
        """Fields whose cast values are compared."""
        names = {*self.unique, *self.primary, *(name for key in self.own.keys for name in key)}
        return names.union(*(key.fields for key in self.foreign))


def plan_of(header: Any, schema: Any, descriptor: Mapping[str, Any]) -> Plan:
    """Plan the checks of a table that frictionless has opened.

    Args:
        header: frictionless's header.
        schema: frictionless's schema.
        descriptor: the Table Schema descriptor, with foreign keys and what frictionless ignores.

    Raises:
        Uncertified: two columns have one name, a key's columns are not all there, or are of a type that cannot be
            compared.
    """
    from frictionless.table import create_cell_handlers

    expected = header.get_expected_fields()
    handlers = create_cell_handlers(expected)
    if not expected or len(handlers) != len(expected):
        raise Uncertified("uncertified-columns")
    by_name = {field.name: field for field in expected}
    primary = tuple(schema.primary_key)
    foreign = foreign_keys_of(descriptor)
    if not handlers.keys() >= {name for key in foreign for name in key.fields}:
        # Frictionless does not check such a key, but reads what it refers to, which may fail.
        raise Uncertified("uncertified-foreign-column")
    plan = Plan(
        by_name,
        handlers,
        readers_of(handlers),
        tuple(name for name, field in by_name.items() if field.constraints.get("unique")),
        primary if set(primary) <= handlers.keys() else (),
        foreign,
        own_rules(descriptor, handlers.keys()),
    )
    for name in plan.keyed:
        family_of(by_name[name])
    return plan


def foreign_keys_of(descriptor: Mapping[str, Any]) -> tuple[ForeignKey, ...]:
    """The foreign keys of a Table Schema descriptor, in the forms that both versions of the standard allow."""
    keys = []
    for key in descriptor.get("foreignKeys") or ():
        reference = key.get("reference", {})
        fields = ForeignKey(
            _names(key.get("fields", [])), str(reference.get("resource", "")), _names(reference.get("fields", []))
        )
        if not fields.fields or len(fields.fields) != len(fields.reference):
            raise Uncertified("uncertified-foreign-fields")
        keys.append(fields)
    return tuple(keys)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
