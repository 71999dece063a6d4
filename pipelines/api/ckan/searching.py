"""Searching packages: words, and those conditions of Solr's query language that harvesters write.

``fq`` and ``q`` are terms with spaces between, all of which hold: words, ``field:value``, ``field:"a value"``,
``field:(a OR b)``, ``field:[from TO to]``; a minus sign before a term excludes, a plus sign changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.api.problems import Problem

Document = dict[str, Any]
_TERM = re.compile(
    r"\s*([+-]?)(?:(?P<field>[A-Za-z_]+|\*):)?"
    r"(?:\((?P<any>[^()]*)\)|\[(?P<low>\S+) TO (?P<high>[^\s\]]+)\]"
    r'|"(?P<quoted>[^"]*)"|(?P<word>[^\s()\[\]":]+))(?=\s|$)'
)
_ANY = re.compile(r'"([^"]*)"|(?!OR\b)([^\s"]+)')
_JOINED = re.compile(r"\s+AND(?=\s)")
#: Fields that hold words; of the others the whole value counts.
_WORDS = ("name", "title", "notes", "title_zh", "notes_zh")
_MOST_TERMS = 50
#: Whether it excludes, its field, its parts by name.
_Term = tuple[bool, str | None, Mapping[str, str | None]]


def searched(packages: Sequence[Document], *queries: str) -> list[Document]:
    """The packages that fulfil all queries, in their order.

    Raises:
        Problem: when a query is not in the language above.
    """
    terms = [term for query in queries for term in _terms(query)]
    return [entry for entry in packages if all(_fulfils(entry, *term) for term in terms)]


def in_order(packages: Sequence[Document], sort: str) -> list[Document]:
    """Packages by fields, ``metadata_modified desc, name asc``. All are equally relevant.

    Raises:
        Problem: when there is no such field.
    """
    ordered = list(packages)
    for part in reversed([part.split() for part in sort.split(",") if part.strip()]):
        field, direction = part[0], (part[1:] or ["asc"])[0]
        if field in {"score", "relevance"}:
            continue
        field = {"title_string": "title"}.get(field, field)
        if field not in {"id", "name", "title", "metadata_modified", "metadata_created"} or direction not in {
            "asc",
            "desc",
        }:
            raise Problem(409, "search", term=ascii(" ".join(part)[:64]))
        ordered.sort(key=lambda entry: str(entry[field]), reverse=direction == "desc")
    return ordered


def facets(packages: Sequence[Document], fields: Sequence[str], limit: int) -> Mapping[str, Mapping[str, int]]:
    """How many packages have each value of the fields, those that most have first."""
    counted = {field: Counter(value for entry in packages for value in _values(entry, field)) for field in fields}
    return {field: dict(count.most_common(limit if limit >= 0 else None)) for field, count in counted.items()}


def _terms(query: str) -> list[_Term]:
    text = _JOINED.sub(" ", query).strip()
    terms: list[_Term] = []
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if not match or len(terms) == _MOST_TERMS:
            raise Problem(409, "search", term=ascii(text[position : position + 64]))
        terms.append((match[1] == "-", match["field"], match.groupdict()))
        position = match.end()
    return terms


def _fulfils(entry: Document, excluded: bool, field: str | None, term: Mapping[str, str | None]) -> bool:
    return excluded != _holds(entry, field, term)


def _holds(entry: Document, field: str | None, term: Mapping[str, str | None]) -> bool:
    wanted = [term["quoted"] or term["word"] or ""]
    if term["any"] is not None:
        wanted = [quoted or word for quoted, word in _ANY.findall(term["any"])]
    if term["low"] is not None:
        low, high = term["low"], term["high"] or "*"
        values = _values(entry, field or "")
        return any((low == "*" or value >= _time(low)) and (high == "*" or value <= _time(high)) for value in values)
    if "*" in wanted:
        return field in {None, "*"} or bool(_values(entry, field or ""))
    if field is None or field in _WORDS:
        texts = [value.lower() for name in ([field] if field else _WORDS) for value in _values(entry, name)]
        return any(word.lower() in text for word in wanted for text in texts)
    return not set(wanted).isdisjoint(_values(entry, field))


def _time(text: str) -> str:
    """Times are compared as text; those of packages have no zone and are UTC."""
    return text.removesuffix("Z")


def _values(entry: Document, field: str) -> list[str]:
    organization = entry["organization"] or {}
    found: Mapping[str, Any] = {
        "organization": organization.get("name"), "owner_org": entry["owner_org"],
        "groups": [group["name"] for group in entry["groups"]], "tags": [tag["name"] for tag in entry["tags"]],
        "res_format": [resource["format"] for resource in entry["resources"]],
        "title_zh": entry["title_translated"]["zh"], "notes_zh": entry["notes_translated"]["zh"],
        "dataset_type": entry["type"], "capacity": "public",
    }  # fmt: skip
    value = found[field] if field in found else entry.get(field)
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
