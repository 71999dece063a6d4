"""DCAT-AP 3.0.1: datasets, their versions and years, and the catalog, as nodes of a graph.

A dataset with reporting periods is also a ``dcat:DatasetSeries`` of its years: with a member per month a catalog of
thousands of datasets would be told as hundreds of thousands. A version is a dataset of its own that ``dcat:hasVersion``
leads to; files belong to versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.catalog.metadata import vocabularies as terms
from pipelines.catalog.metadata.dcat_shared import (
    agent_nodes,
    contact_node,
    file_type_nodes,
    language_nodes,
    legal_basis,
    licence_nodes,
    location_node,
    rights_node,
    shared_terms,
    theme_nodes,
)
from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts, FileFacts, Span, VersionFacts, YearFacts
from pipelines.catalog.metadata.graph import Iri, Literal, Node, Value, day, iri, node, texts, time
from pipelines.catalog.metadata.texts import LANGUAGES, Texts, said, same
from pipelines.core.messages import translate


@dataclass(frozen=True)
class Part:
    """What a dataset adds to the catalog: nodes about it alone, and those that other datasets may have as well."""

    own: tuple[Node, ...]
    shared: tuple[Node, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All of them."""
        return (*self.shared, *self.own)


def dataset_part(facts: DatasetFacts, catalog: CatalogFacts) -> Part:
    """The nodes of a dataset."""
    about = _About(facts, catalog)
    own = [about.membership(), about.served(), about.dataset(), about.record(), *about.series()]
    for version in facts.versions:
        own += [about.version(version), *(about.distribution(entry, version) for entry in version.files)]
    own.append(legal_basis(about.basis, facts.basis))
    return Part(tuple(own), tuple(distinct(about.shared())))


def catalog_nodes(catalog: CatalogFacts, issued: str, modified: str) -> tuple[Node, ...]:
    """The catalog and its service; ``issued`` is when it was first released, ``modified`` when last.

    Which datasets they have is told by :func:`dataset_part`.
    """
    at = catalog.addresses
    about = node(
        at.catalog, "dcat:Catalog",
        dct__title=texts(catalog.title), dct__description=texts(catalog.description),
        dct__publisher=iri(at.organisation(catalog.publisher.id)), foaf__homepage=iri(at.base),
        dct__license=iri(catalog.licence.uri), dct__rights=_rights(catalog), dct__issued=time(issued),
        dct__modified=time(modified), dct__language=[iri(language) for language in terms.LANGUAGES],
        dct__spatial=iri(catalog.spatial.uri) if catalog.spatial else None,
        dcat__themeTaxonomy=[iri(scheme) for scheme in _schemes(catalog)], dcat__service=iri(at.service),
        dcat__contactPoint=iri(_contact(catalog, catalog.contact.id)),
    )  # fmt: skip
    service = node(
        at.service, "dcat:DataService",
        dct__title=_both("metadata-service", title=catalog.title), dct__description=_both("metadata-service-text"),
        dcat__endpointURL=iri(at.endpoint), dcat__endpointDescription=iri(f"{at.endpoint}/openapi.json"),
        dcat__contactPoint=iri(_contact(catalog, catalog.contact.id)),
        dct__publisher=iri(at.organisation(catalog.publisher.id)), dct__conformsTo=iri(_OPENAPI),
        dcat__theme=[iri(at.theme(theme.id)) for theme in catalog.themes], dct__license=iri(catalog.licence.uri),
        dcat__keyword=[Literal(word, language) for language in LANGUAGES for word in _words(language)],
        dct__accessRights=iri(terms.PUBLIC),
    )  # fmt: skip
    schemes = [
        node(at.themes, "skos:ConceptScheme", dct__title=_both("metadata-themes", title=catalog.title)),
        node(terms.DATA_THEMES, "skos:ConceptScheme", dct__title=_both("metadata-data-themes")),
    ]
    shared = [
        *schemes[: len(_schemes(catalog))], *shared_terms(), *language_nodes(), *licence_nodes(catalog.licence),
        *agent_nodes(catalog.publisher, at), contact_node(_contact(catalog, catalog.contact.id), catalog.contact),
        node(at.base, "foaf:Document", dct__title=texts(catalog.title)), node(_OPENAPI, "dct:Standard"),
        *(entry for theme in catalog.themes for entry in theme_nodes(theme, at)),
    ]  # fmt: skip
    if catalog.spatial:
        shared.append(location_node(catalog.spatial))
    if catalog.rights:
        shared.append(rights_node(_rights_address(catalog), catalog.rights))
    return about, service, *shared


_OPENAPI = "https://spec.openapis.org/oas/v3.1.0"


def _schemes(catalog: CatalogFacts) -> list[str]:
    published = any((theme.uri or "").startswith(terms.DATA_THEMES) for theme in catalog.themes)
    return [catalog.addresses.themes, *([terms.DATA_THEMES] if published else [])]


def _words(language: str) -> list[str]:
    return translate("metadata-service-keywords", language).split(translate("mark-list", language))


def _both(message: str, /, **params: Texts) -> list[Literal]:
    return texts(said(message, **params))


def _contact(catalog: CatalogFacts, organisation: str) -> str:
    return f"{catalog.addresses.organisation(organisation)}#contact"


def _rights_address(catalog: CatalogFacts) -> str:
    return f"{catalog.addresses.base}#rights"


def _rights(catalog: CatalogFacts) -> Iri | None:
    return iri(_rights_address(catalog)) if catalog.rights else None


@dataclass(frozen=True)
class _About:
    """The nodes about one dataset."""

    facts: DatasetFacts
    catalog: CatalogFacts

    @property
    def address(self) -> str:
        return self.catalog.addresses.dataset(self.facts.id)

    @property
    def basis(self) -> str:
        return f"{self.address}#basis"

    def membership(self) -> Node:
        record = iri(f"{self.address}#record")
        return node(self.catalog.addresses.catalog, dcat__dataset=iri(self.address), dcat__record=record)

    def served(self) -> Node:
        return node(self.catalog.addresses.service, dcat__servesDataset=iri(self.address))

    def dataset(self) -> Node:
        facts, at = self.facts, self.catalog.addresses
        versions = [iri(at.version(facts.id, entry.version)) for entry in facts.versions]
        return node(
            self.address, "dcat:Dataset", "dcat:Resource", **self._resource(facts.title, facts.description, facts.span),
            dct__identifier=Literal(self.address), dct__issued=time(facts.issued),
            dct__modified=time(facts.current.released), dcat__version=Literal(facts.current.version),
            adms__versionNotes=texts(facts.current.notes), dcat__hasVersion=versions,
            dcat__hasCurrentVersion=versions[0],
            dct__accrualPeriodicity=iri(terms.FREQUENCIES[facts.period]),
            dct__creator=[iri(at.organisation(each.id)) for each in facts.creators],
            dct__conformsTo=iri(terms.TABLE_SCHEMA), dcat__distribution=self._distributions(facts.current),
        )  # fmt: skip

    def version(self, entry: VersionFacts) -> Node:
        facts, at = self.facts, self.catalog.addresses
        address = at.version(facts.id, entry.version)
        shown = {each.version for each in facts.versions}
        previous = at.version(facts.id, entry.previous) if entry.previous in shown and entry.previous else None
        title = {language: f"{facts.title[language]} {entry.version}" for language in LANGUAGES}
        return node(
            address, "dcat:Dataset", **self._resource(title, facts.description, facts.span),
            dct__identifier=Literal(address), dct__issued=time(entry.released), dct__modified=time(entry.released),
            dcat__version=Literal(entry.version), adms__versionNotes=texts(entry.notes),
            dcat__isVersionOf=iri(self.address), dcat__previousVersion=iri(previous) if previous else None,
            dcat__distribution=self._distributions(entry),
        )  # fmt: skip

    def record(self) -> Node:
        facts = self.facts
        state = terms.CREATED if facts.current.released == facts.issued else terms.UPDATED
        return node(
            f"{self.address}#record", "dcat:CatalogRecord",
            foaf__primaryTopic=iri(self.address), dct__modified=time(facts.current.released),
            dct__issued=time(facts.issued), dct__conformsTo=iri(terms.DCAT_AP), adms__status=iri(state),
            dct__title=texts(facts.title), dct__language=[iri(language) for language in terms.LANGUAGES],
        )  # fmt: skip

    def series(self) -> Iterator[Node]:
        """The series of the years, and each of them with its one distribution; nothing without periods."""
        facts, at = self.facts, self.catalog.addresses
        if not facts.is_series:
            return
        years = sorted(facts.years, key=lambda entry: entry.year)
        named = said("metadata-series", title=facts.title)
        about = self._resource(named, facts.description, facts.span)
        for name in ("dcat__keyword", "dcat__theme", "dct__language", "dct__accessRights", "dcat__landingPage"):
            del about[name]
        yield node(
            at.series(facts.id), "dcat:DatasetSeries", **about, dct__issued=time(facts.issued),
            dct__modified=time(facts.current.released), dct__accrualPeriodicity=iri(terms.FREQUENCIES[facts.period]),
            dcat__first=iri(at.year(facts.id, years[0].year)), dcat__last=iri(at.year(facts.id, years[-1].year)),
        )  # fmt: skip
        before: YearFacts | None = None
        for entry in years:
            yield from self._year(entry, before)
            before = entry

    def _year(self, entry: YearFacts, before: YearFacts | None) -> Iterator[Node]:
        facts, at = self.facts, self.catalog.addresses
        address = at.year(facts.id, entry.year)
        title = {language: f"{facts.title[language]} ({entry.year})" for language in LANGUAGES}
        yield node(
            address, "dcat:Dataset", **self._resource(title, facts.description, entry.span),
            dct__identifier=Literal(address), dcat__inSeries=iri(at.series(facts.id)), dct__isPartOf=iri(self.address),
            dcat__prev=iri(at.year(facts.id, before.year)) if before else None,
            dct__modified=time(facts.current.released), dcat__distribution=iri(f"{address}#distribution"),
        )  # fmt: skip
        where: dict[str, Value] = {"dcat__accessURL": iri(at.page(facts.id)), "dct__format": iri(terms.PARQUET.uri)}
        if entry.file is not None:
            where |= self._where(entry.file)
        yield node(
            f"{address}#distribution", "dcat:Distribution", **where, **self._allowed(),
            dct__title=texts(title), dct__description=_both("metadata-year-file"),
        )  # fmt: skip

    def distribution(self, entry: FileFacts, version: VersionFacts) -> Node:
        described = file_text(entry, self.facts.title, version.version)
        return node(
            self._distribution(entry, version), "dcat:Distribution", **self._where(entry), **self._allowed(),
            dct__title=Literal(entry.name), dct__description=texts(described), dct__issued=time(version.released),
            dct__modified=time(version.released), dct__language=[iri(language) for language in terms.LANGUAGES],
        )  # fmt: skip

    def shared(self) -> Iterator[Node]:
        """Nodes that other datasets may need as well."""
        facts, at = self.facts, self.catalog.addresses
        yield from shared_terms()
        yield from language_nodes()
        yield from licence_nodes(facts.licence)
        for agent in (facts.publisher, *facts.creators):
            yield from agent_nodes(agent, at)
        yield contact_node(_contact(self.catalog, facts.contact.id), facts.contact)
        yield from theme_nodes(facts.theme, at)
        yield node(terms.FREQUENCIES[facts.period], "dct:Frequency")
        yield node(at.page(facts.id), "foaf:Document")
        types = {entry.type.code: entry.type for version in facts.versions for entry in version.files}
        yield from file_type_nodes([*types.values(), *([terms.PARQUET] if facts.is_series else [])])
        if facts.spatial:
            yield location_node(facts.spatial)
        if self.catalog.rights:
            yield rights_node(_rights_address(self.catalog), self.catalog.rights)

    def _resource(
        self, title: Texts, description: Texts, span: Span | None
    ) -> dict[str, Value | Sequence[Value] | None]:
        facts, at = self.facts, self.catalog.addresses
        themes = [iri(at.theme(facts.theme.id)), *([iri(facts.theme.uri)] if facts.theme.uri else [])]
        period = None
        if span is not None:
            period = node(None, "dct:PeriodOfTime", dcat__startDate=day(span.start), dcat__endDate=day(span.end))
        return {
            "dct__title": texts(title), "dct__description": texts(description),
            "dct__publisher": iri(at.organisation(facts.publisher.id)),
            "dcat__contactPoint": iri(_contact(self.catalog, facts.contact.id)),
            "dcat__keyword": [Literal(word, language) for language in LANGUAGES for word in facts.keywords[language]],
            "dcat__theme": themes, "dct__spatial": iri(facts.spatial.uri) if facts.spatial else None,
            "dct__temporal": period, "dct__language": [iri(language) for language in terms.LANGUAGES],
            "dct__accessRights": iri(terms.PUBLIC), "dcat__landingPage": iri(at.page(facts.id)),
            "dcatap__applicableLegislation": iri(self.basis),
        }  # fmt: skip

    def _distributions(self, version: VersionFacts) -> list[Iri]:
        return [iri(self._distribution(entry, version)) for entry in version.files]

    def _distribution(self, entry: FileFacts, version: VersionFacts) -> str:
        return self.catalog.addresses.distribution(self.facts.id, version.version, entry.name)

    def _where(self, entry: FileFacts) -> dict[str, Value]:
        """Where a file is found, and what it is."""
        address = iri(self.catalog.addresses.file(entry.path))
        checksum = node(
            None, "spdx:Checksum",
            spdx__algorithm=iri(terms.SHA256), spdx__checksumValue=Literal(entry.sha256, datatype="xsd:hexBinary"),
        )  # fmt: skip
        return {
            "dcat__accessURL": address, "dcat__downloadURL": address, "dct__format": iri(entry.type.uri),
            "dcat__mediaType": iri(entry.type.media_uri), "spdx__checksum": checksum,
            "dcat__byteSize": Literal(str(entry.bytes), datatype="xsd:nonNegativeInteger"),
        }  # fmt: skip

    def _allowed(self) -> dict[str, Value | None]:
        """What may be done with a file, and for how long it will be there."""
        return {
            "dct__license": iri(self.facts.licence.uri), "dct__rights": _rights(self.catalog),
            "dcatap__availability": iri(terms.STABLE), "dcatap__applicableLegislation": iri(self.basis),
        }  # fmt: skip


_FILE_TEXTS = {"CSV": "metadata-file-csv", "PARQUET": "metadata-file-parquet", "XLSX": "metadata-file-xlsx",
               "ZIP": "metadata-file-zip"}  # fmt: skip


def file_text(entry: FileFacts, title: Texts, version: str) -> Texts:
    """What a file is, in a sentence."""
    return said(_FILE_TEXTS.get(entry.type.code, "metadata-file"), title=title, version=same(version))


def distinct(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes, of those with one identifier the first."""
    seen: set[str] = set()
    for entry in nodes:
        name = entry.id.text if entry.id else ""
        if name not in seen:
            seen.add(name)
            yield entry
