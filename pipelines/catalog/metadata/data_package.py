"""Data Package v2: one package per version, and one of all datasets' tables.

Paths are addresses, since packages lie apart from the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.catalog.metadata.addresses import Addresses, package_path
from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts, FileFacts, LicenceFacts, VersionFacts
from pipelines.catalog.metadata.texts import LANGUAGES, both, long, short
from pipelines.publish.codelists import COLUMNS

_PROFILES = "https://datapackage.org/profiles/2.0/"
#: Properties of a field that come from outside the catalog's own models are bounded like all texts.
_FIELD_TEXTS = ("titles", "descriptions")


def version_package(facts: DatasetFacts, version: VersionFacts, catalog: CatalogFacts) -> dict[str, Any]:
    """The package of a version, with the code lists that its fields refer to.

    Args:
        facts: the dataset, whose schema is that of its newest version.
        version: one of its versions.
        catalog: the catalog.
    """
    at = catalog.addresses
    resources = [_resource(entry, facts, at.file(entry.path)) for entry in version.files]
    resources += [_code_list(entry.id, at.file(entry.path), entry.sha256) for entry in facts.codelists]
    return {
        **_package(at.version(facts.id, version.version), facts.id, version.version, version.released),
        "title": both(facts.title),
        "description": both(facts.description, "\n\n"),
        "homepage": at.page(facts.id),
        "keywords": [word for language in LANGUAGES for word in facts.keywords[language]],
        "licenses": [_licence(facts.licence)],
        "contributors": [
            {"title": both(facts.publisher.name), "path": at.organisation(facts.publisher.id), "roles": ["publisher"]},
            *({"title": both(each.name), "path": at.organisation(each.id), "roles": ["creator"]}
              for each in facts.creators),
        ],
        "resources": resources,
    }  # fmt: skip


def catalog_opening(catalog: CatalogFacts, snapshot: int, released: str) -> dict[str, Any]:
    """The package of the catalog without its resources, which are those of :func:`catalog_resource`."""
    return {
        **_package(catalog.addresses.catalog, catalog.id, f"{snapshot}", released),
        "title": both(catalog.title),
        "description": both(catalog.description, "\n\n"),
        "homepage": catalog.addresses.base,
        "licenses": [_licence(catalog.licence)],
        "contributors": [{"title": both(catalog.publisher.name), "roles": ["publisher"]}],
    }


def catalog_resource(facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any] | None:
    """The table of a dataset's newest version, as a resource of the catalog's package; ``None`` without any file."""
    entry = facts.table
    if entry is None:
        return None
    described = {"title": both(facts.title), "description": both(facts.description, "\n\n")}
    resource = _resource(entry, facts, catalog.addresses.file(entry.path))
    return {
        **resource, "name": facts.id, **described, "version": facts.current.version,
        "licenses": [_licence(facts.licence)], "homepage": catalog.addresses.page(facts.id),
    }  # fmt: skip


def dictionary_address(facts: DatasetFacts, at: Addresses) -> str:
    """Where fields are described: the package of the newest version."""
    return at.file(package_path(facts.id, facts.current.version))


def _package(identifier: str, name: str, version: str, created: str) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}datapackage.json", "id": identifier, "name": name, "version": version,
        "created": created,
    }  # fmt: skip


def _licence(licence: LicenceFacts) -> dict[str, str]:
    return {"name": licence.id, "path": licence.page, "title": licence.title}


def _resource(entry: FileFacts, facts: DatasetFacts, path: str) -> dict[str, Any]:
    resource = {
        "name": entry.name.lower(), "path": path, "title": entry.name, "mediatype": entry.type.media_type,
        "format": entry.type.code.lower(), "bytes": entry.bytes, "hash": f"sha256:{entry.sha256}",
    }  # fmt: skip
    if not entry.type.tabular:
        return resource
    if entry.type.code == "CSV":
        resource["encoding"] = "utf-8"
    return {**resource, "type": "table", "schema": public_schema(facts)}


def _code_list(name: str, path: str, sha256: str) -> dict[str, Any]:
    columns = [{"name": column, "type": "string"} for column in COLUMNS]
    return {
        "name": name, "path": path, "mediatype": "text/csv", "format": "csv", "encoding": "utf-8",
        "hash": f"sha256:{sha256}", "type": "table",
        "schema": {"$schema": f"{_PROFILES}tableschema.json", "fields": columns, "primaryKey": ["code"]},
    }  # fmt: skip


def public_schema(facts: DatasetFacts) -> dict[str, Any]:
    """The Table Schema of a dataset. Foreign keys into what the package does not have are left out."""
    lists = {entry.id for entry in facts.codelists}
    schema = {key: value for key, value in facts.schema.items() if key != "foreignKeys"}
    schema["fields"] = [_field(entry) for entry in facts.schema["fields"]]
    keys = [key for key in facts.schema.get("foreignKeys", ()) if key["reference"]["resource"] in lists]
    return {**schema, "foreignKeys": keys} if keys else schema


def _field(entry: Mapping[str, Any]) -> dict[str, Any]:
    field = {key: value for key, value in entry.items() if key not in {"disclosure", *_FIELD_TEXTS}}
    for key, bounded in (("titles", short), ("descriptions", long)):
        if key in entry:
            field[key] = {language: bounded(entry[key][language]) for language in LANGUAGES}
    if "titles" in field:
        field["title"] = both(field["titles"])
    if "descriptions" in field:
        field["description"] = both(field["descriptions"], "\n")
    return field
