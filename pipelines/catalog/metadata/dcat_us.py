"""DCAT-US: datasets of version 3 (JSON-LD) and of version 1.1 (``data.json``), and what catalogs have around them."""

from __future__ import annotations

from typing import Any

from pipelines.catalog.metadata import vocabularies as terms
from pipelines.catalog.metadata.data_package import dictionary_address
from pipelines.catalog.metadata.dcat_ap import file_text
from pipelines.catalog.metadata.facts import (
    AgentFacts,
    CatalogFacts,
    DatasetFacts,
    FileFacts,
    SpatialFacts,
    ThemeFacts,
    VersionFacts,
)
from pipelines.catalog.metadata.graph import PREFIXES, iri
from pipelines.catalog.metadata.texts import LANGUAGES, both, cut

#: What the names of version 3 mean, so that a reader of JSON-LD needs nothing else.
_CONTEXT_3: dict[str, Any] = {
    "@vocab": PREFIXES["dcat"],
    **{name: PREFIXES[name] for name in ("adms", "dct", "foaf", "skos", "spdx", "vcard", "xsd")},
    **{name: f"dct:{name}" for name in ("description", "identifier", "publisher", "rights", "title")},
    **{
        name: f"dct:{name}"
        for name in ("accrualPeriodicity", "Location", "PeriodOfTime", "RightsStatement", "spatial", "temporal")
    },
    **{name: f"skos:{name}" for name in ("Concept", "ConceptScheme", "inScheme", "prefLabel")},
    **{name: f"spdx:{name}" for name in ("Checksum", "checksum", "checksumValue")},
    **{name: {"@id": f"dct:{name}", "@type": "xsd:dateTime"} for name in ("issued", "modified")},
    **{name: {"@id": f"dct:{name}", "@type": "@id"} for name in ("accessRights", "format", "license")},
    **{
        name: {"@id": f"{PREFIXES['dcat']}{name}", "@type": "@id"}
        for name in (
            "accessURL", "downloadURL", "hasVersion", "inSeries", "landingPage", "mediaType", "previousVersion",
        )
    },
    **{
        f"{name}Map": {"@id": place, "@container": "@language"}
        for name, place in (
            ("description", "dct:description"), ("keyword", f"{PREFIXES['dcat']}keyword"),
            ("prefLabel", "skos:prefLabel"), ("title", "dct:title"),
        )
    },
    "Agent": "foaf:Agent", "Kind": "vcard:Kind", "Organization": "foaf:Organization", "name": "foaf:name",
    "algorithm": {"@id": "spdx:algorithm", "@type": "@id"}, "fn": "vcard:fn",
    "hasEmail": {"@id": "vcard:hasEmail", "@type": "@id"}, "homepage": {"@id": "foaf:homepage", "@type": "@id"},
    "versionNotes": "adms:versionNotes",
}  # fmt: skip
_CONTEXT_1 = "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld"
_SCHEMA_1 = "https://project-open-data.cio.gov/v1.1/schema"
#: Characters at most, by version 1.1.
_RIGHTS = 255


def dataset(facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any]:
    """A dataset of DCAT-US 3."""
    at = catalog.addresses
    address, current = at.dataset(facts.id), facts.current
    dictionary = {
        "@type": "Distribution", "title": "Data Package", "accessURL": dictionary_address(facts, at),
        "mediaType": f"{terms.MEDIA_TYPES}application/json",
    }  # fmt: skip
    document = {
        "@id": address, "@type": "Dataset", "title": facts.title["en"], "titleMap": dict(facts.title),
        "description": facts.description["en"], "descriptionMap": dict(facts.description), "identifier": [address],
        "publisher": _organisation(facts.publisher, catalog),
        "contactPoint": [_contact(facts.contact, catalog)],
        "keyword": ", ".join(facts.keywords["en"]),
        "keywordMap": {language: list(facts.keywords[language]) for language in LANGUAGES},
        "theme": [_theme(facts.theme, catalog)], "accessRights": terms.PUBLIC,
        "accrualPeriodicity": terms.INTERVALS[facts.period], "issued": facts.issued, "modified": current.released,
        "version": current.version, "versionNotes": current.notes["en"],
        "hasVersion": [at.version(facts.id, entry.version) for entry in facts.versions],
        "landingPage": at.page(facts.id), "describedBy": dictionary,
        "distribution": [_distribution(entry, facts, current, catalog) for entry in current.files],
    }  # fmt: skip
    if current.previous:
        document["previousVersion"] = at.version(facts.id, current.previous)
    if facts.is_series:
        document["inSeries"] = [at.series(facts.id)]
    if facts.span:
        # Exactly one of several formats may match; a day also passes for a time where times are not checked.
        ends = {"startDate": f"{facts.span.start}T00:00:00Z", "endDate": f"{facts.span.end}T00:00:00Z"}
        document["temporal"] = [{"@type": "PeriodOfTime", **ends}]
    if facts.spatial:
        document["spatial"] = [_place(facts.spatial)]
    if catalog.rights:
        document["rights"] = {"@type": "RightsStatement", "attributionText": catalog.rights["en"]}
    return document


def catalog_opening(catalog: CatalogFacts, issued: str, modified: str) -> dict[str, Any]:
    """A catalog of DCAT-US 3 without its datasets."""
    at = catalog.addresses
    return {
        "@context": _CONTEXT_3, "@id": at.catalog, "@type": "Catalog", "title": catalog.title["en"],
        "titleMap": dict(catalog.title), "description": catalog.description["en"],
        "descriptionMap": dict(catalog.description), "publisher": _agent(catalog.publisher, catalog),
        "contactPoint": [_contact(catalog.contact, catalog)], "homepage": at.base, "issued": issued,
        "modified": modified, "license": catalog.licence.uri,
    }  # fmt: skip


def dataset_1_1(facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any]:
    """A dataset of ``data.json``."""
    at = catalog.addresses
    document = {
        "@type": "dcat:Dataset", "identifier": at.dataset(facts.id), "title": facts.title["en"],
        "description": both(facts.description, "\n\n"),
        "keyword": [word for language in LANGUAGES for word in facts.keywords[language]],
        "modified": facts.current.released, "issued": facts.issued, "accessLevel": "public",
        "publisher": {"@type": "org:Organization", "name": both(facts.publisher.name)},
        "contactPoint": {"@type": "vcard:Contact", "fn": both(facts.contact.name),
                         "hasEmail": f"mailto:{facts.contact.email}"},
        "accrualPeriodicity": terms.INTERVALS[facts.period], "conformsTo": terms.TABLE_SCHEMA,
        "describedBy": dictionary_address(facts, at), "describedByType": "application/json",
        "landingPage": at.page(facts.id), "language": ["zh", "en"], "license": facts.licence.page,
        "theme": [facts.theme.title["en"]],
        "distribution": [_distribution_1_1(entry, facts, catalog) for entry in facts.current.files],
    }  # fmt: skip
    if facts.is_series:
        document["isPartOf"] = at.series(facts.id)
    if facts.span:
        document["temporal"] = f"{facts.span.start}/{facts.span.end}"
    if facts.spatial:
        document["spatial"] = facts.spatial.title["en"]
    if catalog.rights:
        document["rights"] = cut(catalog.rights["en"], _RIGHTS)
    return document


def catalog_opening_1_1(catalog: CatalogFacts) -> dict[str, Any]:
    """``data.json`` without its datasets."""
    return {
        "@context": _CONTEXT_1, "@id": catalog.addresses.file("metadata/data.json"), "@type": "dcat:Catalog",
        "conformsTo": _SCHEMA_1, "describedBy": f"{_SCHEMA_1}/catalog.json",
    }  # fmt: skip


def _organisation(agent: AgentFacts, catalog: CatalogFacts) -> dict[str, Any]:
    return {
        "@id": catalog.addresses.organisation(agent.id), "@type": "Organization", "name": agent.name["en"],
        "prefLabel": agent.name["en"], "prefLabelMap": dict(agent.name),
    }  # fmt: skip


def _agent(agent: AgentFacts, catalog: CatalogFacts) -> dict[str, Any]:
    return {"@id": catalog.addresses.organisation(agent.id), "@type": "Agent", "name": agent.name["en"]}


def _contact(contact: AgentFacts, catalog: CatalogFacts) -> dict[str, Any]:
    return {
        "@id": f"{catalog.addresses.organisation(contact.id)}#contact", "@type": "Kind", "fn": contact.name["en"],
        "hasEmail": f"mailto:{contact.email}",
    }  # fmt: skip


def _theme(theme: ThemeFacts, catalog: CatalogFacts) -> dict[str, Any]:
    at = catalog.addresses
    scheme = {"@id": at.themes, "@type": "ConceptScheme", "title": catalog.title["en"]}
    return {
        "@id": iri(theme.uri or at.theme(theme.id)).text, "@type": "Concept", "prefLabel": theme.title["en"],
        "prefLabelMap": dict(theme.title), "inScheme": scheme,
    }  # fmt: skip


def _place(area: SpatialFacts) -> dict[str, Any]:
    return {
        "@id": iri(area.uri).text, "@type": "Location", "prefLabel": area.title["en"],
        "prefLabelMap": dict(area.title),
    }  # fmt: skip


def _distribution(entry: FileFacts, facts: DatasetFacts, version: VersionFacts, catalog: CatalogFacts
                  ) -> dict[str, Any]:  # fmt: skip
    address = catalog.addresses.file(entry.path)
    described = file_text(entry, facts.title, version.version)
    return {
        "@id": catalog.addresses.distribution(facts.id, version.version, entry.name), "@type": "Distribution",
        "title": entry.name,
        "description": described["en"], "descriptionMap": dict(described), "accessURL": address,
        "downloadURL": address, "mediaType": entry.type.media_uri, "format": entry.type.uri,
        "byteSize": str(entry.bytes), "license": facts.licence.uri, "issued": version.released,
        "checksum": {"@type": "Checksum", "algorithm": terms.SHA256, "checksumValue": entry.sha256},
    }  # fmt: skip


def _distribution_1_1(entry: FileFacts, facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any]:
    described = file_text(entry, facts.title, facts.current.version)
    return {
        "@type": "dcat:Distribution", "title": entry.name, "description": both(described, "\n"),
        "downloadURL": catalog.addresses.file(entry.path), "mediaType": entry.type.media_type,
        "format": entry.type.name,
    }  # fmt: skip
