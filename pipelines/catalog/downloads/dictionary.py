"""What a version's files say about it and its fields: title, licence, units, codes …, in Chinese and English.

All of it is from the version's manifest and the code lists that this names, so a version always says the same.

Parquet files have it as key-value metadata, each a JSON document (RFC 8259) in UTF-8:

``gongkai.dataset``
    ``dataset``, ``version``, ``manifest`` (SHA-256 of the manifest), ``title``, ``description``, ``keywords``,
    ``theme``, ``theme_title``, ``licence``, ``publishers``, ``period``, ``periods``, ``rows``
``gongkai.table_schema``
    the version's Table Schema: ``fields`` with ``type``, ``titles``, ``descriptions``, ``unit``, ``codelist`` …
``gongkai.codelists``
    code list → its codes with ``name_zh``, ``name_en``, ``parent`` and validity; long lists are left out: they lie in
    the catalog under the SHA-256 that ``gongkai.dataset`` has in ``codelists``

Arrow readers find title, description, unit and code list of each column as the field's own metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.core.messages import in_both
from pipelines.publish import Manifest, Store, load_codelist
from pipelines.publish.schemas import primary_key
from pipelines.registry.types import arrow_type_of

#: Whoever opens a Parquet file reads its metadata whole.
_MOST_CODES = 1000
_METADATA = ("title", "description", "keywords", "theme", "theme_title", "licence", "publishers", "period", "codelists")
_ABOUT_FIELDS = ("unit", "codelist")
Cell = str | None


@dataclass(frozen=True)
class Described:
    """A version, its manifest's SHA-256 and the rows of its code lists."""

    manifest: Manifest
    sha256: str
    codelists: Mapping[str, Sequence[Mapping[str, str]]]

    @classmethod
    def load(cls, store: Store, manifest: Manifest, sha256: str) -> Described:
        """A version with its code lists.

        Raises:
            CorruptStore: when one of them is missing or altered.
        """
        lists = {name: load_codelist(store, digest) for name, digest in sorted(manifest.codelists.items())}
        return cls(manifest, sha256, lists)

    @property
    def name(self) -> str:
        """What the version's files are called, without their suffixes."""
        return f"{self.manifest.dataset}-{self.manifest.version}"

    @property
    def about(self) -> dict[str, Any]:
        """The document ``gongkai.dataset``."""
        manifest = self.manifest
        told = {name: manifest.metadata[name] for name in _METADATA if name in manifest.metadata}
        identity = {"dataset": manifest.dataset, "version": manifest.version, "manifest": self.sha256}
        return {**identity, **told, "periods": list(manifest.periods), "rows": manifest.rows}


def arrow_schema(described: Described) -> pa.Schema:
    """The columns of a version in Arrow, with its metadata and that of its fields."""
    short = {name: rows for name, rows in described.codelists.items() if len(rows) <= _MOST_CODES}
    documents = {
        "gongkai.dataset": described.about,
        "gongkai.table_schema": described.manifest.schema,
        "gongkai.codelists": short,
    }
    texts = {key: json.dumps(document, ensure_ascii=False, sort_keys=True) for key, document in documents.items()}
    return pa.schema([_arrow_field(entry) for entry in described.manifest.schema["fields"]], metadata=texts)


def _arrow_field(entry: Mapping[str, Any]) -> pa.Field[Any]:
    told = {
        f"{name}_{language}": text
        for name in ("title", "description")
        for language, text in sorted((entry.get(f"{name}s") or {}).items())
    }
    told |= {name: str(entry[name]) for name in _ABOUT_FIELDS if entry.get(name)}
    return pa.field(entry["name"], arrow_type_of(entry["type"], entry.get("decimals")), metadata=told)


def dictionary_rows(described: Described) -> list[list[Cell]]:
    """The table of fields, headings first."""
    headings = ("field", "type", "title-zh", "title-en", "description-zh", "description-en", "unit", "codelist", "key")
    schema = described.manifest.schema
    key = primary_key(schema)
    rows: list[list[Cell]] = [[in_both(f"downloads-{name}", " ") for name in headings]]
    for entry in schema["fields"]:
        texts = [(entry.get(name) or {}).get(lang) for name in ("titles", "descriptions") for lang in ("zh", "en")]
        is_key = in_both("downloads-yes", " ") if entry["name"] in key else None
        rows.append([entry["name"], entry["type"], *texts, entry.get("unit"), entry.get("codelist"), is_key])
    return rows


def about_rows(described: Described) -> list[list[Cell]]:
    """What is said of the version: label and text."""
    manifest, told = described.manifest, described.manifest.metadata
    publishers = [entry["name"] for entry in told.get("publishers", ())]
    periods = manifest.periods
    texts: dict[str, Any] = {
        "dataset": manifest.dataset,
        "version": manifest.version,
        "title-zh": told["title"]["zh"],
        "title-en": told["title"]["en"],
        "description-zh": told["description"]["zh"],
        "description-en": told["description"]["en"],
        "licence": told.get("licence"),
        "publisher": "; ".join(f"{name['zh']} {name['en']}" for name in publishers),
        "periods": f"{periods[0]} … {periods[-1]}" if periods else None,
        "rows": str(manifest.rows),
        "manifest": described.sha256,
    }
    rows: list[list[Cell]] = [[in_both(f"downloads-{name}", " "), text] for name, text in texts.items()]
    return [*rows, [in_both("downloads-note", " "), in_both("downloads-workbook-note", "\n")]]
