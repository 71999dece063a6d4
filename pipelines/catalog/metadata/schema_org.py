"""schema.org ``Dataset``: what search engines read in the page about a dataset."""

from __future__ import annotations

import json
from typing import Any

from pipelines.catalog.metadata.facts import AgentFacts, CatalogFacts, DatasetFacts, SpatialFacts
from pipelines.catalog.metadata.texts import LANGUAGES, both, cut, said, same

#: Characters of a description: so many at least and at most (Google, structured data of datasets).
SHORTEST, LONGEST = 50, 5000


def dataset(facts: DatasetFacts, catalog: CatalogFacts) -> dict[str, Any]:
    """The newest version of a dataset."""
    at = catalog.addresses
    document: dict[str, Any] = {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": at.dataset(facts.id), "url": at.page(facts.id),
        "identifier": at.dataset(facts.id), "name": facts.title["zh"], "alternateName": facts.title["en"],
        "description": description(facts), "keywords": [w for lang in LANGUAGES for w in facts.keywords[lang]],
        "license": facts.licence.page, "isAccessibleForFree": True, "inLanguage": ["zh", "en"],
        "creator": [organisation(agent, catalog) for agent in facts.creators],
        "publisher": organisation(facts.publisher, catalog, facts.contact),
        "version": facts.current.version, "datePublished": facts.issued, "dateModified": facts.current.released,
        "includedInDataCatalog": {
            "@type": "DataCatalog", "@id": at.catalog, "name": both(catalog.title), "url": at.base,
        },
        "distribution": [
            {
                "@type": "DataDownload", "name": entry.name, "contentUrl": at.file(entry.path),
                "encodingFormat": entry.type.media_type, "contentSize": f"{entry.bytes} B", "sha256": entry.sha256,
            }
            for entry in facts.current.files
        ],
        "variableMeasured": [entry["name"] for entry in facts.schema["fields"]],
    }  # fmt: skip
    if facts.span:
        document["temporalCoverage"] = f"{facts.span.start}/{facts.span.end}"
    if facts.spatial:
        document["spatialCoverage"] = _place(facts.spatial)
    return document


def in_a_page(document: dict[str, Any]) -> str:
    """A document as it may stand in a ``script`` of a page: nothing in it ends the script or begins markup."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") + "\n"


def description(facts: DatasetFacts) -> str:
    """The description in both languages; a short one goes on with who publishes what."""
    text = both(facts.description, "\n\n")
    if len(text) < SHORTEST:
        params = {"publisher": facts.publisher.name, "title": facts.title, "version": same(facts.current.version)}
        text = f"{text}\n\n{both(said('metadata-about', **params), chr(10))}"
    return cut(text, LONGEST)


def organisation(agent: AgentFacts, catalog: CatalogFacts, contact: AgentFacts | None = None) -> dict[str, Any]:
    """An organisation, with whom to ask."""
    address = catalog.addresses.organisation(agent.id)
    document: dict[str, Any] = {"@type": "Organization", "@id": address, "name": both(agent.name), "url": address}
    if contact:
        document["contactPoint"] = {
            "@type": "ContactPoint", "name": both(contact.name), "email": contact.email,
            "contactType": "customer service",
        }  # fmt: skip
    return document


def _place(area: SpatialFacts) -> dict[str, Any]:
    west, south, east, north = area.bbox
    box = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return {"@type": "Place", "name": both(area.title), "geo": box}
