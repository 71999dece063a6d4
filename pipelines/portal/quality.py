"""How good a version is known to be: which rules its rows kept when they were published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.core.messages import Message
from pipelines.publish import Manifest
from pipelines.publish.schemas import primary_key

_LENGTHS = {"minLength", "maxLength", "pattern"}
_RANGES = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}


def rules_kept(manifest: Manifest) -> tuple[Message, ...]:
    """What holds of the rows of a version's schema, in sentences; of older periods, as far as it was asked then."""
    return tuple(_rules(manifest))


def _rules(manifest: Manifest) -> Iterator[Message]:
    schema = manifest.schema
    fields: list[Mapping[str, Any]] = schema["fields"]
    said = [set(field.get("constraints", {})) for field in fields]
    yield Message("portal-check-types", {"fields": len(fields)})
    required = sum(bool(field.get("constraints", {}).get("required")) for field in fields)
    for name, count in (
        ("required", required),
        ("patterns", sum(bool(names & _LENGTHS) for names in said)),
        ("ranges", sum(bool(names & _RANGES) for names in said)),
        ("lists", sum("codelist" in field or "enum" in names for field, names in zip(fields, said, strict=True))),
        ("references", len(schema.get("foreignKeys", ()))),
    ):
        if count:
            yield Message(f"portal-check-{name}", {"fields": count})
    if key := primary_key(schema):
        yield Message("portal-check-key", {"fields": tuple(key)})
    older = sum(segment.schema != schema for segment in manifest.segments)
    if older:
        yield Message("portal-check-older", {"periods": older})
