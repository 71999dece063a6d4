"""Croissant 1.1: the newest version of a dataset for tools of machine learning, with the columns of its table."""

from __future__ import annotations

from typing import Any

from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts, FileFacts
from pipelines.catalog.metadata.schema_org import description, organisation
from pipelines.catalog.metadata.texts import LANGUAGES, both, long

#: The context that version 1.1 prescribes.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{
        term: f"cr:{term}"
        for term in (
            "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
            "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
            "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
            "separator", "source", "subField", "transform",
        )
    },
}  # fmt: skip
_TYPES = {
    "string": "sc:Text", "number": "sc:Float", "integer": "sc:Integer", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime", "time": "sc:Time", "year": "sc:Integer",
}  # fmt: skip


def dataset(facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any]:
    """The newest version of a dataset. Its record set is of the one table that :attr:`DatasetFacts.table` names."""
    at = catalog.addresses
    document: dict[str, Any] = {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": facts.id, "alternateName": [facts.title[language] for language in LANGUAGES],
        "description": description(facts), "url": at.page(facts.id), "license": facts.licence.page,
        "creator": [organisation(agent, catalog) for agent in facts.creators],
        "publisher": organisation(facts.publisher, catalog), "datePublished": facts.issued,
        "dateModified": facts.current.released, "version": facts.current.version, "inLanguage": ["zh", "en"],
        "keywords": [word for language in LANGUAGES for word in facts.keywords[language]],
        "citeAs": _citation(facts, catalog), "isAccessibleForFree": True,
        "distribution": [_file(entry, catalog) for entry in facts.current.files],
    }  # fmt: skip
    if facts.table is not None:
        document["recordSet"] = [_records(facts, facts.table)]
    return document


def _citation(facts: DatasetFacts, catalog: CatalogFacts) -> str:
    current = facts.current
    address = catalog.addresses.version(facts.id, current.version)
    return f"{facts.publisher.name['en']} ({current.released[:4]}): {facts.title['en']}, {current.version}. {address}"


def _file(entry: FileFacts, catalog: CatalogFacts) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": entry.name, "name": entry.name, "contentSize": f"{entry.bytes} B",
        "contentUrl": catalog.addresses.file(entry.path), "encodingFormat": entry.type.media_type,
        "sha256": entry.sha256,
    }  # fmt: skip


def _records(facts: DatasetFacts, table: FileFacts) -> dict[str, Any]:
    names = {entry["name"] for entry in facts.schema["fields"]}
    key = facts.schema.get("primaryKey") or ()
    named = [key] if isinstance(key, str) else list(key)
    records: dict[str, Any] = {
        "@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": both(facts.title),
        "field": [_field(entry, table) for entry in facts.schema["fields"]],
    }  # fmt: skip
    if named and names.issuperset(named):
        records["key"] = [{"@id": f"rows/{name}"} for name in named]
    return records


def _field(entry: dict[str, Any], table: FileFacts) -> dict[str, Any]:
    described = entry.get("descriptions") or entry.get("titles")
    return {
        "@type": "cr:Field", "@id": f"rows/{entry['name']}", "name": entry["name"],
        "description": long(both(described, "\n")) if described else entry["name"],
        "dataType": _TYPES.get(entry["type"], "sc:Text"),
        "source": {"fileObject": {"@id": table.name}, "extract": {"column": entry["name"]}},
    }  # fmt: skip
