"""SHACL shapes (W3C, 2017) over documents in Turtle, by pyshacl. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.catalog.metadata.problems import MetadataProblem

GATE = "shacl"
_SHACL = "http://www.w3.org/ns/shacl#"


class UnusableShapes(ValueError):
    """Shapes, or what they are to be applied to, cannot be read or evaluated."""


@dataclass(frozen=True)
class Shapes:
    """Shapes as Turtle. Loading rdflib and pyshacl takes 0.3 CPU seconds, a dataset some 20 ms."""

    name: str
    content: bytes

    @cached_property
    def _graph(self) -> Any:
        graph = graph_of(self.content)
        for shape, part in self._pathless(graph):
            graph.remove((shape, _term("property"), part))
        return graph

    @staticmethod
    def _pathless(graph: Any) -> list[tuple[Any, Any]]:
        pairs = graph.subject_objects(_term("property"))
        return [(shape, part) for shape, part in pairs if (part, _term("path"), None) not in graph]

    @property
    def left_out(self) -> int:
        """Property shapes that have no path: they say nothing, and pyshacl refuses them. None of what is no Turtle."""
        try:
            return len(self._pathless(graph_of(self.content)))
        except UnusableShapes:
            return 0

    def problems(self, path: str, turtle: bytes) -> list[MetadataProblem]:
        """What a document breaks, warnings included; sorted.

        Args:
            path: the document's place in the store, to be told.
            turtle: the document.

        Raises:
            UnusableShapes: when either cannot be read or evaluated.
        """
        import pyshacl

        try:
            _, report, _ = pyshacl.validate(graph_of(turtle), shacl_graph=self._graph, inplace=True)
        except Exception as problem:  # pyshacl raises whatever its parts do
            raise UnusableShapes(f"{self.name}: {type(problem).__name__}") from problem
        return sorted(self._told(path, report))

    def _told(self, path: str, report: Any) -> Iterator[MetadataProblem]:
        from rdflib import RDF

        for result in report.subjects(RDF.type, _term("ValidationResult")):
            said = {name: report.value(result, _term(name))
                    for name in ("focusNode", "resultPath", "sourceConstraintComponent", "resultSeverity")}  # fmt: skip
            severity = _last(said["resultSeverity"])
            rule = f"{self.name} {_last(said['resultPath'])} {_last(said['sourceConstraintComponent'])}"
            yield MetadataProblem(path, f"{GATE}-{severity.lower()}", str(said["focusNode"]), rule)


def graph_of(turtle: bytes) -> Any:
    """A graph in memory.

    Raises:
        UnusableShapes: when it is not Turtle.
    """
    from rdflib import Graph

    try:
        return Graph().parse(data=turtle, format="turtle")
    except Exception as problem:  # rdflib raises whatever its parts do
        raise UnusableShapes(f"{type(problem).__name__}") from problem


def _term(name: str) -> Any:
    from rdflib import URIRef

    return URIRef(_SHACL + name)


def _last(name: object) -> str:
    """The last part of an IRI."""
    return str(name or "-").rstrip("/").rpartition("/")[2].rpartition("#")[2]
