"""Catalogs elsewhere in DCAT (JSON-LD): a document for each of them, which this catalog's own names (dcat:catalog).

Of each dataset there is what its catalog says, and a record (dcat:CatalogRecord) that says from where and when. The
rules of this catalog's own documents are not asked of others: what DCAT-AP requires is there, whatever they leave out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.catalog.harvested import UNDETERMINED, HarvestedDataset, HarvestedDistribution, HarvestedSource, Texts
from pipelines.catalog.metadata import vocabularies as terms
from pipelines.catalog.metadata.addresses import FOLDER, Addresses
from pipelines.catalog.metadata.graph import (
    JSON_LD_CLOSING,
    JSON_LD_OPENING,
    Iri,
    Literal,
    Node,
    iri,
    json_ld_line,
    node,
    time,
)
from pipelines.registry.licences import Licence

DOCUMENTS = f"{FOLDER}/harvested"


def document_path(source: str) -> str:
    """Where a catalog's document lies, relative to the store's root."""
    return f"{DOCUMENTS}/{source}/catalog.jsonld"


def document_digest(source: HarvestedSource) -> str:
    """Changes whenever the document does."""
    return hashlib.sha256(f"{source.digest} {source.sha256} {source.read}".encode()).hexdigest()


@dataclass(frozen=True)
class ForeignCatalog:
    """One of them, to be told; ``licence`` gives licences by the identifiers that are known here."""

    source: HarvestedSource
    addresses: Addresses
    licence: Callable[[str], Licence | None]

    @property
    def address(self) -> str:
        """What it is called in our documents: an address of its own need not be one of the catalog."""
        return f"{self.addresses.file(document_path(self.source.source))}#catalog"

    def document(self, datasets: Iterator[HarvestedDataset]) -> Iterator[str]:
        """The document's pieces."""
        source = self.source
        yield JSON_LD_OPENING
        yield json_ld_line(node(
            self.address, "dcat:Catalog", dct__title=_literals(source.title), dct__description=_literals(source.title),
            dct__publisher=_agent(source.publisher), dct__source=iri(source.url), dct__modified=time(source.read),
        ))  # fmt: skip
        for entry in datasets:
            for said in self._about(entry):
                yield f",\n{json_ld_line(said)}"
        yield JSON_LD_CLOSING

    def _about(self, entry: HarvestedDataset) -> Iterator[Node]:
        own = f"{self.addresses.file(document_path(self.source.source))}#{entry.short}"
        address = _as_iri(entry.identifier) or iri(own)
        yield node(self.address, dcat__dataset=address, dcat__record=iri(f"{own}-record"))
        yield node(
            address.text, "dcat:Dataset",
            dct__title=_literals(entry.title), dct__description=_literals(entry.description or entry.title),
            dct__identifier=Literal(entry.identifier), dct__publisher=_agent(entry.publisher or self.source.publisher),
            dcat__landingPage=_as_iri(entry.landing_page),
            dcat__distribution=[self._distribution(each, entry.licence) for each in entry.distributions],
        )  # fmt: skip
        yield node(
            f"{own}-record", "dcat:CatalogRecord", foaf__primaryTopic=address, dct__modified=time(self.source.read),
            dct__source=iri(self.source.url),
        )  # fmt: skip

    def _distribution(self, entry: HarvestedDistribution, licence: str) -> Node:
        known = self.licence(entry.licence or licence)
        checksum = None
        if entry.checksum is not None:
            algorithm = iri(terms.SHA256.replace("sha256", entry.checksum.algorithm))
            value = Literal(entry.checksum.value, datatype="xsd:hexBinary")
            checksum = node(None, "spdx:Checksum", spdx__algorithm=algorithm, spdx__checksumValue=value)
        return node(
            None, "dcat:Distribution", dcat__accessURL=iri(entry.address), dct__title=_literals(entry.title),
            dcat__mediaType=iri(f"{terms.MEDIA_TYPES}{entry.media_type}") if entry.media_type else None,
            dcat__byteSize=Literal(f"{entry.bytes}", datatype="xsd:nonNegativeInteger") if entry.bytes is not None
            else None,
            dct__license=iri(known.uri) if known else _as_iri(entry.licence or licence), spdx__checksum=checksum,
        )  # fmt: skip


def _agent(name: Texts) -> Node:
    return node(None, "foaf:Agent", foaf__name=_literals(name))


def _literals(said: Texts) -> list[Literal]:
    return [Literal(text, None if tag == UNDETERMINED else tag) for tag, text in said.items()]


def _as_iri(text: str) -> Iri | None:
    """An address on the web as it was given; ``None`` for all else."""
    try:
        return iri(text) if text.lower().startswith(("http://", "https://")) else None
    except ValueError:
        return None
