"""Nodes in both forms of RDF: whatever texts and names hold, both are read back as what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.compare import isomorphic

from pipelines.catalog.metadata.graph import Literal, Node, iri, json_ld_document, node, turtle, turtle_document


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text('"\\\n\r\t\x00\x7f{}<>', max_size=12))
def test_texts_are_read_back_as_they_are(text: str) -> None:
    said = node("https://example.org/a", "dcat:Dataset", dct__title=Literal(text, "en"),
                dct__temporal=node(None, "dct:PeriodOfTime", dct__description=Literal(text)))  # fmt: skip
    graph = Graph().parse(data=turtle_document([said]))
    assert graph.value(URIRef("https://example.org/a"), DCTERMS.title) == RdfLiteral(text, "en")
    assert isomorphic(graph, Graph().parse(data=json_ld_document([said]), format="json-ld"))


@settings(max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
    | st.text('<>"{}|\\^` \u202e', min_size=1)
)
def test_names_are_escaped(text: str) -> None:
    said = node(iri(f"https://example.org/{text}").text, dct__title=Literal("x"))
    (subject,) = set(Graph().parse(data=turtle_document([said])).subjects())
    assert not set(str(subject)) & set('<>"{}|\\^` \n\u202e')


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "//example.org", "", "https:", " https://x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        iri(text)


def test_a_node_of_no_name_stands_in_another() -> None:
    with pytest.raises(ValueError, match="identifier"):
        turtle(Node(["dcat:Dataset"]))
