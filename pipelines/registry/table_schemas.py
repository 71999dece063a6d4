"""Table Schema descriptors of both versions of the standard, as frictionless 5.21 takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def is_version_2(descriptor: Mapping[str, Any]) -> bool:
    """Whether a descriptor declares version 2 of the standard."""
    return str(descriptor.get("$schema", "")).startswith("https://datapackage.org/profiles/2.")


def for_frictionless(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """A Table Schema descriptor as frictionless takes it: the constraint ``jsonSchema`` of version 2 it refuses."""
    plain = dict(descriptor)
    if not is_version_2(descriptor):
        return plain
    plain["fields"] = [_without_json_schema(field) for field in descriptor.get("fields") or ()]
    return plain


def _without_json_schema(field: Any) -> Any:
    if not isinstance(field, Mapping) or "jsonSchema" not in (field.get("constraints") or {}):
        return field
    kept = {name: value for name, value in field["constraints"].items() if name != "jsonSchema"}
    return {**field, "constraints": kept}


def json_validator(profile: dict[str, Any]) -> Callable[[Any], bool]:
    """Whether a value satisfies the constraint ``jsonSchema``; nothing is fetched.

    What cannot be evaluated does not hold: a value nested too deeply, a number that overflows, a reference elsewhere.

    Raises:
        ValueError: ``profile`` is not a JSON Schema, or cannot be evaluated whatever the value.
    """
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry

    kind = validator_for(profile)
    try:
        kind.check_schema(profile)
    except SchemaError as refused:
        raise ValueError(f"jsonSchema is not a JSON Schema: {refused.message}") from None
    validator = kind(profile, registry=Registry())

    try:
        validator.is_valid({})
    except Exception as failed:  # endless recursion, references that lead nowhere
        raise ValueError(f"jsonSchema cannot be evaluated: {type(failed).__name__}") from None

    def holds(value: Any) -> bool:
        try:
            return bool(validator.is_valid(value))
        except Exception:  # the library raises whatever Python does
            return False

    return holds
