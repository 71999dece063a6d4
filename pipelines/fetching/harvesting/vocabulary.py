"""Names in JSON-LD documents: full, with a prefix, or of the document's own context, brought to one form.

Documents of DCAT come expanded, compacted with any prefixes, or with the bare names of DCAT-US. A context that is an
address is never fetched: bare names mean what they mean in DCAT-US.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Vocabularies whose names are told apart by their last part alone (DCAT 3, DCMI Terms, FOAF, SPDX, schema.org …).
_NAMESPACES = (
    "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/",
    "http://xmlns.com/foaf/0.1/", "http://spdx.org/rdf/terms#", "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#", "http://schema.org/", "https://schema.org/",
    "http://www.w3.org/ns/hydra/core#",
)  # fmt: skip
_PREFIXES = dict(zip(
    ("dcat", "dct", "dc", "foaf", "spdx", "rdfs", "skos", "schema", "dcterms", "hydra"),
    (*_NAMESPACES[:8], _NAMESPACES[1], _NAMESPACES[-1]), strict=True,
))  # fmt: skip
_SYNONYMS = {"licence": "license", "prefLabel": "name", "label": "name", "fn": "name", "url": "landingPage",
             "nextPage": "next"}  # fmt: skip
#: What of a document is looked at.
_NAMES = frozenset((
    "Catalog", "Dataset", "DatasetSeries", "accessURL", "algorithm", "byteSize", "catalog", "checksum",
    "checksumValue", "dataset", "description", "distribution", "downloadURL", "endDate", "format", "identifier",
    "issued", "landingPage", "license", "mediaType", "modified", "name", "next", "publisher", "startDate", "temporal",
    "title",
))  # fmt: skip
#: How JSON-LD calls what is no name of a vocabulary (JSON-LD 1.1, 1.7), and short forms that contexts give it.
_KEYWORDS = {name: name for name in ("@id", "@type", "@value", "@language")} | {"id": "@id", "type": "@type"}
#: Levels of objects and lists below a node: a dataset, its distributions, their checksums and one more.
_DEPTH = 12
_MOST_TERMS = 2000
#: A language tag (BCP 47), so far as catalogs use them.
LANGUAGE = re.compile(r"([A-Za-z]{2,3})([-_][A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True)
class Vocabulary:
    """The names of one document; ``terms`` are those that its context defines, with what they stand for."""

    terms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Any) -> Vocabulary:
        """The names that an inline context defines (JSON-LD 1.1, 4.1); addresses of other contexts are passed over."""
        terms: dict[str, str] = {}
        for part in context if isinstance(context, list) else [context]:
            for name, said in part.items() if isinstance(part, dict) else ():
                meant = said.get("@id") if isinstance(said, dict) else said
                if isinstance(meant, str) and len(terms) < _MOST_TERMS:
                    terms[name] = meant
        return cls(terms)

    def name(self, written: str) -> str | None:
        """The one form of a name; ``None`` where it is nothing that is looked at."""
        meant = self.terms.get(written, written)
        if meant in _KEYWORDS:
            return _KEYWORDS[meant]
        prefix, colon, local = meant.partition(":")
        if colon and not local.startswith("//"):
            meant = self.terms.get(prefix, _PREFIXES.get(prefix, f"{prefix}:")) + local
        for namespace in _NAMESPACES:
            if meant.startswith(namespace):
                meant = meant.removeprefix(namespace)
                break
        meant = _SYNONYMS.get(meant, meant)
        return meant if meant in _NAMES else None

    def canonical(self, value: Any, depth: int = _DEPTH) -> Any:
        """A value with its names in the one form, and languages of texts; other names and what is nested too deep are
        left out."""
        if isinstance(value, list):
            return [self.canonical(entry, depth - 1) for entry in value] if depth else []
        if not isinstance(value, dict):
            return value
        said: dict[str, Any] = {}
        for key, inner in value.items() if depth else ():
            name = self.name(key)
            if name == "@type":
                said[name] = self.types(inner)
            elif name is not None or LANGUAGE.fullmatch(key):
                said.setdefault(name or key, self.canonical(inner, depth - 1))
        return said

    def types(self, value: Any) -> list[str]:
        """Names of types."""
        named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [name for each in named if isinstance(each, str) and (name := self.name(each)) is not None]
