"""Everything that keeps frictionless bounded while it reads a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.validate.any_file.lean_errors import lean_errors
from pipelines.validate.any_file.refusals import Unusable, complaint
from pipelines.validate.any_file.text_limits import bounded_cells
from pipelines.validate.patterns import PatternTooSlow, bounded_patterns


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Judge files, and read the judgements' errors, within this context."""
    with bounded_cells(), bounded_patterns(), lean_errors():
        yield


@contextlib.contextmanager
def readable_patterns(schema: Mapping[str, Any]) -> Iterator[None]:
    """Tell which field's pattern is too slow.

    Raises:
        Unusable: instead of ``PatternTooSlow``.
    """
    try:
        yield
    except PatternTooSlow as slow:
        for place, spec in enumerate(schema.get("fields") or ()):
            if (spec.get("constraints") or {}).get("pattern") == slow.pattern:
                key = f"fields[{place}].constraints.pattern"
                raise Unusable([complaint("slow-pattern", key, field=str(spec["name"]))]) from slow
        raise
