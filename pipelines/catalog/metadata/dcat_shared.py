"""Nodes that datasets share: organisations, contacts, licences, places, themes and terms of vocabularies.

Terms are told with their class, which readers that check ranges ask for, and concepts with a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.catalog.metadata import vocabularies as terms
from pipelines.catalog.metadata.addresses import Addresses
from pipelines.catalog.metadata.facts import AgentFacts, LicenceFacts, SpatialFacts, ThemeFacts
from pipelines.catalog.metadata.graph import Literal, Node, iri, node, texts
from pipelines.catalog.metadata.texts import Texts, said
from pipelines.catalog.metadata.vocabularies import FileType


def agent_nodes(agent: AgentFacts, at: Addresses) -> Iterator[Node]:
    """An organisation and its kind."""
    yield node(
        at.organisation(agent.id), "foaf:Agent", "foaf:Organization",
        foaf__name=texts(agent.name), dct__type=iri(terms.LOCAL_AUTHORITY),
        foaf__mbox=iri(f"mailto:{agent.email}") if agent.email else None,
    )  # fmt: skip
    yield _concept(terms.LOCAL_AUTHORITY, said("metadata-term-local-authority"))


def contact_node(address: str, contact: AgentFacts) -> Node:
    """Whom to ask."""
    return node(
        address, "vcard:Kind", "vcard:Organization",
        vcard__fn=texts(contact.name), vcard__hasEmail=iri(f"mailto:{contact.email}"),
    )  # fmt: skip


def licence_nodes(licence: LicenceFacts) -> Iterator[Node]:
    """A licence and its type."""
    kind = f"{terms.LICENCE_TYPES}{licence.type}"
    yield node(
        licence.uri, "dct:LicenseDocument",
        dct__title=Literal(licence.title, "en"), dct__identifier=Literal(licence.id), dct__type=iri(kind),
        rdfs__seeAlso=iri(licence.page),
    )  # fmt: skip
    yield node(kind, "skos:Concept", skos__prefLabel=Literal(licence.type, "en"))


def location_node(area: SpatialFacts) -> Node:
    """An area with its bounding box and the middle of that, as well-known text."""
    west, south, east, north = area.bbox
    ring = ", ".join(f"{x} {y}" for x, y in ((west, north), (east, north), (east, south), (west, south), (west, north)))
    middle = f"POINT({(west + east) / 2} {(south + north) / 2})"
    return node(
        area.uri, "dct:Location",
        skos__prefLabel=texts(area.title), dcat__bbox=Literal(f"POLYGON(({ring}))", datatype="gsp:wktLiteral"),
        dcat__centroid=Literal(middle, datatype="gsp:wktLiteral"),
    )  # fmt: skip


def theme_nodes(theme: ThemeFacts, at: Addresses) -> Iterator[Node]:
    """A theme of the catalog, and its term in a published vocabulary."""
    yield _concept(at.theme(theme.id), theme.title, at.themes)
    if theme.uri is not None:
        published = theme.uri.startswith(terms.DATA_THEMES)
        message = terms.THEME_MESSAGES.get(theme.uri)
        label = said(message) if message else theme.title
        yield _concept(theme.uri, label, terms.DATA_THEMES if published else None)


def rights_node(address: str, rights: Texts) -> Node:
    """What users may do."""
    return node(address, "dct:RightsStatement", rdfs__label=texts(rights))


def legal_basis(address: str, basis: Texts) -> Node:
    """The law that something is disclosed by."""
    return node(address, "eli:LegalResource", rdfs__label=texts(basis))


def language_nodes() -> Iterator[Node]:
    """The languages of the catalog."""
    for language in terms.LANGUAGES:
        yield node(language, "dct:LinguisticSystem")


def file_type_nodes(types: Iterable[FileType]) -> Iterator[Node]:
    """Kinds of files."""
    for kind in types:
        yield node(kind.uri, "dct:MediaTypeOrExtent")
        yield node(kind.media_uri, "dct:MediaType")


def shared_terms() -> Iterator[Node]:
    """Terms that every dataset uses."""
    yield node(terms.PUBLIC, "dct:RightsStatement", skos__prefLabel=texts(said("metadata-term-public")))
    yield _concept(terms.STABLE, said("metadata-term-stable"))
    yield node(terms.SHA256, "spdx:ChecksumAlgorithm")
    yield _concept(terms.CREATED, said("metadata-term-created"))
    yield _concept(terms.UPDATED, said("metadata-term-updated"))
    yield node(terms.DCAT_AP, "dct:Standard")
    yield node(terms.TABLE_SCHEMA, "dct:Standard")


def _concept(address: str, label: Texts, scheme: str | None = None) -> Node:
    return node(address, "skos:Concept", skos__prefLabel=texts(label), skos__inScheme=iri(scheme) if scheme else None)
