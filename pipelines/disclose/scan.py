"""Look for personal data in what is about to become public.

Distinct values of a batch are screened by RE2 first; only what passes the screen is looked at in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.personal_data import SCREENS_ASCII, SCREENS_PLAIN, PersonalData, looks_like_personal_data
from pipelines.core.personal_names import NAME_SCREEN, has_name
from pipelines.core.personal_writing import CHANGED_BY_PLAIN, plain
from pipelines.core.records import COORDINATES
from pipelines.disclose.marks import Clearances
from pipelines.disclose.plan import FieldPlan
from pipelines.disclose.scanned_texts import scanned_texts
from pipelines.registry.disclosures import Surrogate

RULE = "personal-data"
_LOCATED_PER_FIELD = 100
#: Anything but printable ASCII, ideographs and the commonest marks, none of which has another form.
_PERHAPS_NOT_PLAIN = r"[^\x20-\x7e\x{4e00}-\x{9fff}、。《》“”]"
#: Texts at the beginning of a batch that tell whether dictionaries pay.
_SAMPLE = 1024

_KINDS = tuple(kind.value for kind in PersonalData)


class PersonalDataScan:
    """Collects findings over the batches of one table: all hits counted, the first 100 of a field located."""

    def __init__(self, clearances: Clearances) -> None:
        self._clearances = clearances
        self._located: dict[str, list[Finding]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, plan: FieldPlan, column: pa.Array, batch: pa.RecordBatch) -> None:
        """Scan one public column. ``batch`` has the same rows, with their source coordinates."""
        kinds = _scanned_kinds(plan)
        texts = scanned_texts(plan, column) if kinds else None
        if texts is None:
            return
        located = self._located.setdefault(plan.spec.name, [])
        found = sorted((row, kind) for kind, rows in _hits(texts).items() if kind in kinds for row in rows.to_pylist())
        mark, name = self._clearances.mark, plan.spec.name
        marked = ((row, kind, mark(name, kind, texts[row].as_py())) for row, kind in found)
        hits = [hit for hit in marked if hit[2] not in self._clearances.cleared]
        self._counts.update((name, kind) for _, kind, _ in hits)
        for row, kind, marked_by in hits[: _LOCATED_PER_FIELD - len(located)]:
            file, sheet, number = (batch.column(column)[row].as_py() for column in COORDINATES)
            params: dict[str, str | int] = {"kind": kind, "field": name}
            place = Location(file, sheet, number, name)
            located.append(_finding("disclose-personal-data", place, params, {"mark": marked_by}))

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
    return Counter({kind: len(positions) for kind, positions in suspicious_positions(values).items()})


def _scanned_kinds(plan: FieldPlan) -> frozenset[str]:
    """Surrogates are digits by chance."""
    if isinstance(plan.action, Surrogate):
        return frozenset()
    return frozenset(_KINDS) - set(plan.spec.disclosure.personal_data)


def _finding(message: str, place: Location, params: Mapping[str, str | int],
             remedy_params: Mapping[str, str | int] | None = None) -> Finding:  # fmt: skip
    remedy = Message("disclose-personal-data-remedy", remedy_params or {})
    return Finding(Check.PERSONAL_DATA, RULE, Severity.ERROR, Message(message, params), remedy, place)


def _hits(texts: pa.Array) -> dict[str, pa.Array]:
    """Row positions per kind of personal data."""
    if _are_mostly_different(texts):
        return {kind: pa.array(positions, pa.uint64()) for kind, positions in suspicious_positions(texts).items()}
    encoded = texts.dictionary_encode()
    return {
        kind: pc.indices_nonzero(pc.is_in(encoded.indices, value_set=pa.array(positions, encoded.indices.type)))
        for kind, positions in suspicious_positions(encoded.dictionary).items()
    }


def _are_mostly_different(texts: pa.Array) -> bool:
    """Looking for texts that come again would cost more than looking at them twice."""
    sample = texts.slice(0, _SAMPLE)
    return len(sample) == _SAMPLE and pc.count_distinct(sample).as_py() > _SAMPLE // 2


def suspicious_positions(values: pa.Array) -> dict[str, list[int]]:
    """Positions of the values per kind. Only those that a screen lets through are looked at one by one."""
    # Whatever stands in printable ASCII is plain; other texts are made so.
    strange = pc.match_substring_regex(values, r"[^\x20-\x7e]")
    ascii_only = pc.indices_nonzero(pc.invert(strange))
    others = pc.indices_nonzero(strange)
    suspects = ascii_only.filter(_matches_any(_taken(values, ascii_only), SCREENS_ASCII))
    texts = _made_plain(_taken(values, others))
    look = _matches_any(texts, SCREENS_PLAIN)
    found: dict[str, list[int]] = {}
    for position in sorted([*suspects.to_pylist(), *others.filter(look).to_pylist()]):
        for kind in looks_like_personal_data(values[position].as_py()):
            found.setdefault(kind, []).append(position)
    # Names are looked for by themselves: more words go before a name than before a number.
    perhaps = pc.and_(pc.invert(look), pc.match_substring_regex(texts, NAME_SCREEN))
    pairs = zip(others.filter(perhaps).to_pylist(), texts.filter(perhaps).to_pylist(), strict=True)
    names = [position for position, text in pairs if has_name(text)]
    if names:
        found[PersonalData.PERSONAL_NAME.value] = sorted([*found.get(PersonalData.PERSONAL_NAME.value, ()), *names])
    return found


def _taken(values: pa.Array, positions: pa.Array) -> pa.Array:
    return values if len(positions) == len(values) else values.take(positions)


def _made_plain(values: pa.Array) -> pa.Array:
    """The values as :func:`plain` makes them; most of them are so already."""
    strange = pc.match_substring_regex(values, _PERHAPS_NOT_PLAIN)
    normalised = pc.utf8_normalize(values.filter(strange), form="NFKC")
    changed = pc.match_substring_regex(normalised, CHANGED_BY_PLAIN)
    made_plain = pa.array([plain(text) for text in normalised.filter(changed).to_pylist()], pa.string())
    return pc.replace_with_mask(values, strange, pc.replace_with_mask(normalised, changed, made_plain))


def _matches_any(values: pa.Array, patterns: Sequence[str]) -> pa.Array:
    return reduce(pc.or_, (pc.match_substring_regex(values, pattern) for pattern in patterns))
