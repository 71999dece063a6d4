"""Look for personal data in whole documents that will become public: manifests, code lists, notes, feeds, descriptors.

What is found is told by document and place, a JSON pointer (RFC 6901) or a line, and never shown. Digests, UUIDs,
versions, dates and times are nobody's; what the organisations declared (their e-mail addresses and telephones) is
allowed by the caller.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.personal_data import PersonalData
from pipelines.disclose.scan import RULE, suspicious_positions

_ALL = frozenset(kind.value for kind in PersonalData)
#: Stands where something harmless was taken out: no number goes on beyond it.
_TAKEN_OUT = " | "
_HARMLESS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,128}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|[0-9]{4}-[01][0-9]-[0-3][0-9](?:T[0-9:.+\-]{5,32}Z?)?|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\+?[0-9]+(?:\.[0-9]+)?[eE][+\-]?[0-9]+)"
    r"(?![0-9A-Za-z])"
)
#: Not before, and not behind an allowed address: it would be part of another one. Ideographs are no part of addresses.
_BEFORE, _BEHIND = r"(?<![^\W\u3400-\u9fff])(?<![.%+\-])", r"(?![^\W\u3400-\u9fff]|-|\.[^\W\u3400-\u9fff])"
#: Counts and sizes have eleven digits now and then; identity and card numbers have more.
_SHORTEST_NUMBER = 10**14
#: Texts of short documents are looked at so many at once: to begin with takes longer than to look at a manifest's.
_TOGETHER = 4096


def scan_documents(documents: Iterable[tuple[str, bytes]], allowed: Collection[str] = (),
                   kinds: Collection[str] = _ALL) -> list[Finding]:  # fmt: skip
    """Findings in documents, in their order.

    Args:
        documents: name, whose suffix says how to read it (``.json``, ``.jsonl``, ``.csv``; anything else is text), and
            content. What cannot be read as its suffix says is text.
        allowed: texts that may be public wherever they stand, such as the e-mail addresses that organisations declare.
        kinds: the kinds (:class:`PersonalData`) that are looked for.
    """
    known = "|".join(map(re.escape, sorted(filter(None, allowed), key=len, reverse=True)))
    permitted = re.compile(rf"{_BEFORE}(?:{known}){_BEHIND}" if known else r"(?!)", re.I)
    found: list[Finding] = []
    places: list[tuple[str, _Place]] = []
    texts: list[str] = []
    for name, content in documents:
        for place, text in _places(name, content):
            places.append((name, place))
            texts.append(_HARMLESS.sub(_TAKEN_OUT, permitted.sub(_TAKEN_OUT, text)))
        if len(texts) >= _TOGETHER:
            found += _findings(places, texts, kinds)
            places, texts = [], []
    return [*found, *_findings(places, texts, kinds)]


def _findings(places: Sequence[tuple[str, _Place]], texts: Sequence[str], kinds: Collection[str]) -> Iterator[Finding]:
    hits = suspicious_positions(pa.array(texts, pa.string()))
    told = sorted({(position, kind) for kind, positions in hits.items() if kind in kinds for position in positions})
    for position, kind in told:
        name, place = places[position]
        yield _finding(name, place.text, kind)


@dataclass(frozen=True)
class _Place:
    """A line, and within JSON the keys that lead to a value (``None``: no JSON)."""

    line: str = ""
    keys: tuple[str, ...] | None = None

    @property
    def text(self) -> str:
        """As people are told; made of what was found something in alone, since keys are looked at one by one."""
        if self.keys is None:
            return self.line
        pointer = "".join(f"/{_escaped(key)}" for key in self.keys) or "/"
        return f"{self.line}#{pointer}" if self.line else pointer


def _finding(name: str, place: str, kind: str) -> Finding:
    message = Message("privacy-document", {"kind": kind, "document": name, "place": place})
    return Finding(Check.PERSONAL_DATA, RULE, Severity.ERROR, message, Message("privacy-document-remedy"), Location())


def _places(name: str, content: bytes) -> Iterator[tuple[_Place, str]]:
    text = content.decode("utf-8", errors="replace")
    match PurePosixPath(name).suffix.lower():
        case ".json" | ".jsonld" | ".geojson":
            yield from _of_json(text)
        case ".jsonl":
            for number, line in enumerate(text.splitlines(), start=1):
                yield from ((_Place(str(number), place.keys or ()), value) for place, value in _of_json(line))
        case ".csv":
            yield from _of_csv(text)
        case _:
            yield from _of_lines(text)


def _of_json(text: str) -> Iterator[tuple[_Place, str]]:
    """Every key and value with its place; a key's is that of what it is a key of."""
    try:
        document = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        yield from _of_lines(text)
        return
    waiting: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, _Pairs):
            yield from ((_Place(keys=keys), key) for key, _ in value)
            waiting += [((*keys, key), item) for key, item in reversed(value)]
        elif isinstance(value, list):
            waiting += [((*keys, str(number)), item) for number, item in reversed(list(enumerate(value)))]
        elif isinstance(value, str):
            yield _Place(keys=keys), value
        elif isinstance(value, int) and abs(value) >= _SHORTEST_NUMBER:
            yield _Place(keys=keys), str(abs(value))


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, repeated keys too."""


def _escaped(key: str) -> str:
    """A key in a pointer; one that may be personal data itself is not shown."""
    if suspicious_positions(pa.array([key], pa.string())):
        return "*"
    return key.replace("~", "~0").replace("/", "~1")


def _of_csv(text: str) -> Iterator[tuple[_Place, str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield from ((_Place(str(reader.line_num)), cell) for cell in row)
    except csv.Error:
        yield from _of_lines(text)


def _of_lines(text: str) -> Iterator[tuple[_Place, str]]:
    """Lines, and the next one with a line that it may go on with."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        behind = lines[number] if number < len(lines) else ""
        goes_on = line.rstrip()[-1:].isdigit() and behind.lstrip()[:1].isdigit()
        yield _Place(str(number)), f"{line}\n{behind}" if goes_on else line
