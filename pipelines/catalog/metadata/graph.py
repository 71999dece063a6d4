"""RDF as plain records, written as JSON-LD and as Turtle from the same nodes, so that both say the same.

Both forms are lines that can be put one after the other: a catalog is the concatenation of what its datasets say.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SCHEME = re.compile(r"(https?|mailto):.", re.IGNORECASE)
#: What RFC 3987 leaves out of IRIs, besides what cannot be seen.
_FORBIDDEN = frozenset('<>"{}|\\^` ')
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True)
class Iri:
    """The name of something."""

    text: str


def iri(text: str) -> Iri:
    """An IRI; what may not be in one is percent-encoded.

    Raises:
        ValueError: when it is neither an address on the web nor of a mailbox.
    """
    if not _SCHEME.match(text):
        raise ValueError("not an address")
    return Iri("".join(_quoted(sign) for sign in text))


def _quoted(sign: str) -> str:
    if sign not in _FORBIDDEN and unicodedata.category(sign) not in _INVISIBLE:
        return sign
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))


@dataclass(frozen=True)
class Literal:
    """A value; ``datatype`` is a prefixed name."""

    text: str
    language: str | None = None
    datatype: str | None = None


@dataclass(frozen=True)
class Node:
    """Something and what is said about it: prefixed name → values. Without an identifier it is told within others."""

    types: Sequence[str]
    properties: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    id: Iri | None = None


Value = Iri | Literal | Node


def node(identifier: str | None, *types: str, **properties: Value | Sequence[Value] | None) -> Node:
    """A node; names of properties have ``__`` where prefixed names have a colon. Empty values are left out."""
    said: dict[str, Sequence[Value]] = {}
    for name, value in properties.items():
        values = (value,) if isinstance(value, (Iri, Literal, Node)) else tuple(value or ())
        if values:
            said[name.replace("__", ":")] = values
    return Node(types, said, None if identifier is None else iri(identifier))


def texts(said: Texts) -> list[Literal]:
    """A text in both languages."""
    return [Literal(said[language], language) for language in LANGUAGES if said[language]]


def time(text: str) -> Literal:
    """A time as snapshots have it."""
    return Literal(text, datatype="xsd:dateTime")


def day(text: str) -> Literal:
    """A day, ISO 8601."""
    return Literal(text, datatype="xsd:date")


def as_json_ld(said: Node) -> dict[str, Any]:
    """A node as JSON-LD 1.1, under :data:`PREFIXES`."""
    document: dict[str, Any] = {} if said.id is None else {"@id": said.id.text}
    if said.types:
        document["@type"] = list(said.types)
    for name, values in said.properties.items():
        document[name] = [_json_ld(value) for value in values]
    return document


def _json_ld(value: Value) -> Any:
    if isinstance(value, Node):
        return as_json_ld(value)
    if isinstance(value, Iri):
        return {"@id": value.text}
    told = {"@language": value.language, "@type": value.datatype}
    return {"@value": value.text, **{key: text for key, text in told.items() if text is not None}}


def json_ld_line(said: Node) -> str:
    """A node on one line of JSON."""
    return json.dumps(as_json_ld(said), ensure_ascii=False)


#: What comes before the nodes of a JSON-LD document, each on a line with commas between them, and what after.
JSON_LD_OPENING = f'{{"@context": {json.dumps(PREFIXES)},\n"@graph": [\n'
JSON_LD_CLOSING = "\n]}\n"


def json_ld_document(nodes: Sequence[Node]) -> str:
    """A whole JSON-LD document."""
    return JSON_LD_OPENING + ",\n".join(map(json_ld_line, nodes)) + JSON_LD_CLOSING


TURTLE_OPENING = "".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items())


def turtle(said: Node) -> str:
    """A node as Turtle 1.1, under the prefixes of :data:`TURTLE_OPENING`.

    Raises:
        ValueError: when it has no identifier.
    """
    if said.id is None:
        raise ValueError("a node without identifier is told where it is used")
    return f"<{said.id.text}> " + " ;\n    ".join(_statements(said)) + " .\n"


def turtle_document(nodes: Sequence[Node]) -> str:
    """A whole Turtle document."""
    return TURTLE_OPENING + "".join(map(turtle, nodes))


def _statements(said: Node) -> Iterator[str]:
    if said.types:
        yield f"a {', '.join(said.types)}"
    for name, values in said.properties.items():
        yield f"{name} {', '.join(map(_turtle, values))}"


def _turtle(value: Value) -> str:
    if isinstance(value, Node):
        return f"[ {' ; '.join(_statements(value))} ]"
    if isinstance(value, Iri):
        return f"<{value.text}>"
    text = "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04X}"
                   for sign in value.text.translate(_ESCAPES))  # fmt: skip
    if value.language is not None:
        return f'"{text}"@{value.language}'
    return f'"{text}"' if value.datatype is None else f'"{text}"^^{value.datatype}'
