"""Texts, addresses and times of other catalogs: cleaned and bounded, or left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from pipelines.catalog.harvested import UNDETERMINED, Texts
from pipelines.catalog.metadata.graph import iri
from pipelines.catalog.metadata.texts import cut, long, short
from pipelines.core.web_addresses import taken_apart
from pipelines.fetching.harvesting.vocabulary import LANGUAGE
from pipelines.publish.release_notes import on_one_line

#: Texts in more languages than that are left out, of a list the rest of its values.
_MOST = 20
_MOST_ADDRESS = 2000
_TIME = re.compile(
    r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_SIZE = re.compile(r"[0-9]{1,15}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_MEDIA_TYPES = {
    "csv": "text/csv", "html": "text/html", "json": "application/json", "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet", "tsv": "text/tab-separated-values", "txt": "text/plain",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
    "zip": "application/zip",
}  # fmt: skip


def plain(value: Any) -> str:
    """A value as text on one line, of any length; empty where it is neither text nor a number."""
    return on_one_line(value[:_MOST_ADDRESS]) if isinstance(value, str) else ""


def titles(value: Any) -> Texts:
    """A title or name by language; see :func:`_by_language`."""
    return _by_language(value, short)


def descriptions(value: Any) -> Texts:
    """A text of paragraphs by language; see :func:`_by_language`."""
    return _by_language(value, long)


def _by_language(value: Any, clean: Callable[[str], str]) -> Texts:
    """A text, a list of texts, an object with texts by language, or literals of JSON-LD; the first of each language."""
    said: dict[str, str] = {}
    for language, text in _told(value):
        cleaned = clean(text)
        if cleaned and len(said) < _MOST:
            said.setdefault(language, cleaned)
    return said


def _told(value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield UNDETERMINED, value
    elif isinstance(value, list):
        for entry in value[:_MOST]:
            if isinstance(entry, (str, dict)):
                yield from _told(entry)
    elif isinstance(value, dict) and isinstance(value.get("@value"), str):
        yield _language(value.get("@language")), value["@value"]
    elif isinstance(value, dict):
        for tag, text in value.items():
            texts = text if isinstance(text, list) else [text]
            if LANGUAGE.fullmatch(tag) and texts and isinstance(texts[0], str):
                yield _language(tag), texts[0]


def _language(tag: Any) -> str:
    match = LANGUAGE.fullmatch(tag) if isinstance(tag, str) else None
    return match[1].lower() if match else UNDETERMINED


def address(value: Any, base: str = "") -> str:
    """An address on the web (http, https) that can be written anywhere; empty for all else.

    Args:
        value: as it was given; what an address may not have is percent-encoded.
        base: the address that relative ones are relative to; empty: they are left out.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _MOST_ADDRESS or "\\" in text:
        return ""
    try:
        quoted = iri(urljoin(base, text) if base else text).text
        taken_apart(quoted)
    except ValueError:
        return ""
    return quoted


def time(value: Any) -> str:
    """A day or time as ISO 8601 writes them; empty for all else."""
    text = value.strip() if isinstance(value, str) else ""
    return text if _TIME.fullmatch(text) else ""


def size(value: Any) -> int | None:
    """A number of bytes, which catalogs may write as text or with a fraction of zero."""
    text = str(value).removesuffix(".0") if isinstance(value, str) else ""
    return int(text) if _SIZE.fullmatch(text) else None


def media_type(*values: Any) -> str:
    """A media type (RFC 6838) out of the first value that tells it: itself, an address that ends in it, or a format."""
    for value in values:
        text = cut(plain(value), 200).lower()
        kind = "/".join(text.split("/")[-2:]) if text.startswith("http") else text.partition(";")[0].strip()
        name = text.rpartition("/")[2].lstrip(".")
        if name in _MEDIA_TYPES:
            return _MEDIA_TYPES[name]
        if _MEDIA_TYPE.fullmatch(kind) and not text.startswith(("http://publications.", "https://publications.")):
            return kind
    return ""


def first(value: Any) -> Any:
    """The first of a list, or the value itself."""
    return next(iter(value), None) if isinstance(value, list) else value


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, or the one object."""
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict)]
