"""Look for personal data in what is about to become public.

Distinct values of a batch are screened by RE2 first; only what passes the screen is looked at in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.personal_data import (
    INVISIBLE,
    SCREEN_ASCII,
    SCREEN_UNICODE,
    PersonalData,
    looks_like_personal_data,
)
from pipelines.core.records import COORDINATES
from pipelines.disclose.plan import FieldPlan
from pipelines.disclose.scanned_texts import scanned_texts
from pipelines.registry.disclosures import Surrogate

RULE = "personal-data"
_LOCATED_PER_FIELD = 100

_KINDS = tuple(kind.value for kind in PersonalData)


class PersonalDataScan:
    """Collects findings over the batches of one table: all hits counted, the first 100 of a field located."""

    def __init__(self) -> None:
        self._located: dict[str, list[Finding]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, plan: FieldPlan, column: pa.Array, batch: pa.RecordBatch) -> None:
        """Scan one public column. ``batch`` has the same rows, with their source coordinates."""
        kinds = _scanned_kinds(plan)
        texts = scanned_texts(plan, column) if kinds else None
        if texts is None:
            return
        located = self._located.setdefault(plan.spec.name, [])
        hits = sorted((row, kind) for kind, rows in _hits(texts).items() if kind in kinds for row in rows.to_pylist())
        self._counts.update((plan.spec.name, kind) for _, kind in hits)
        for row, kind in hits[: _LOCATED_PER_FIELD - len(located)]:
            file, sheet, number = (batch.column(name)[row].as_py() for name in COORDINATES)
            place = Location(file, sheet, number, plan.spec.name)
            located.append(_finding("disclose-personal-data", place, {"kind": kind, "field": plan.spec.name}))

    def findings(self) -> list[Finding]:
        """Everything found: located ones by field and row, and per field and kind the number of those beyond."""
        found: list[Finding] = []
        for field, located in self._located.items():
            found += located
            for kind in _KINDS:
                beyond = self._counts[field, kind] - sum(hit.message.params["kind"] == kind for hit in located)
                if beyond > 0:
                    params: dict[str, str | int] = {"kind": kind, "field": field, "count": beyond}
                    found.append(_finding("disclose-personal-data-further", Location(field=field), params))
        return found


def suspected_kinds(values: pa.Array) -> Counter[str]:
    """How many of the different texts in ``values`` look like each kind of personal data."""
    found: Counter[str] = Counter()
    for position in _suspects(values):
        found.update(looks_like_personal_data(values[position].as_py()))
    return found


def _scanned_kinds(plan: FieldPlan) -> frozenset[str]:
    """Surrogates are digits by chance."""
    if isinstance(plan.action, Surrogate):
        return frozenset()
    return frozenset(_KINDS) - set(plan.spec.disclosure.personal_data)


def _finding(message: str, place: Location, params: Mapping[str, str | int]) -> Finding:
    remedy = Message("disclose-personal-data-remedy")
    return Finding(Check.PERSONAL_DATA, RULE, Severity.ERROR, Message(message, params), remedy, place)


def _hits(texts: pa.Array) -> dict[str, pa.Array]:
    """Row positions per kind of personal data."""
    encoded = texts.dictionary_encode()
    values: dict[str, list[int]] = {}
    for position in _suspects(encoded.dictionary):
        for kind in looks_like_personal_data(encoded.dictionary[position].as_py()):
            values.setdefault(kind, []).append(position)
    return {
        kind: pc.indices_nonzero(pc.is_in(encoded.indices, value_set=pa.array(positions, encoded.indices.type)))
        for kind, positions in values.items()
    }


def _suspects(values: pa.Array) -> list[int]:
    """Positions of the values that the screens let through."""
    is_plain = pc.and_(pc.string_is_ascii(values), pc.invert(pc.match_substring_regex(values, INVISIBLE)))
    passed = pc.and_(is_plain, pc.match_substring_regex(values, SCREEN_ASCII))
    others = pc.indices_nonzero(pc.invert(is_plain))
    normalised = pc.utf8_normalize(values.take(others), form="NFKC")
    visible = pc.replace_substring_regex(normalised, INVISIBLE, "")
    passed_others = others.filter(pc.match_substring_regex(visible, SCREEN_UNICODE))
    return sorted([*pc.indices_nonzero(passed).to_pylist(), *passed_others.to_pylist()])
