"""One dataset's documents, made and judged in memory before any of them is put in place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata import croissant, data_package, dcat_us, schema_org, sitemap
from pipelines.catalog.metadata.addresses import dataset_folder, package_path
from pipelines.catalog.metadata.contract import Contract
from pipelines.catalog.metadata.dcat_ap import Part, dataset_part
from pipelines.catalog.metadata.facts import CatalogFacts, DatasetFacts
from pipelines.catalog.metadata.graph import as_json_ld, json_ld_document, json_ld_line, turtle, turtle_document
from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.score import Works, score
from pipelines.catalog.metadata.state import Kept


@dataclass(frozen=True)
class Compiled:
    """A dataset's documents by their paths in the store, and what the catalog's documents have of it.

    With ``problems`` none of it is put in place.
    """

    documents: Mapping[str, bytes]
    kept: Kept
    problems: tuple[MetadataProblem, ...]


def compile_dataset(facts: DatasetFacts, catalog: CatalogFacts, contract: Contract, works: Works, digest: str
                    ) -> Compiled:  # fmt: skip
    """Make and judge the documents of a dataset, and of its versions that are described.

    Args:
        facts: the dataset.
        catalog: the catalog.
        contract: the rules.
        works: tells whether an address leads to something.
        digest: of what all this is made of.

    Raises:
        ValueError: when an address is none, or the shapes cannot be applied.
    """
    part = dataset_part(facts, catalog)
    graph = {"@graph": [as_json_ld(entry) for entry in part.nodes]}
    us_3, us_1 = dcat_us.dataset(facts, catalog), dcat_us.dataset_1_1(facts, catalog)
    page, learning = schema_org.dataset(facts, catalog), croissant.dataset(facts, catalog)
    folder = dataset_folder(facts.id)
    judged: list[tuple[str, str, Any]] = [
        ("dcat.jsonld", f"{folder}/dcat.jsonld", graph),
        ("dcat-us.json", f"{folder}/dcat-us.json", us_3),
        ("data.json", f"{folder}/data.json", {**dcat_us.catalog_opening_1_1(catalog), "dataset": [us_1]}),
        ("schema-org.jsonld", f"{folder}/schema-org.jsonld", page),
        ("croissant.json", f"{folder}/croissant.json", learning),
    ]
    packages = dict(_packages(facts, catalog))
    judged += [("datapackage.json", path, package) for path, package in packages.items()]
    problems = [found for kind, path, document in judged for found in contract.problems(kind, path, document)]
    told_as_turtle = turtle_document(part.nodes)
    problems += contract.shapes.problems(f"{folder}/dcat.ttl", told_as_turtle.encode())
    complies = not any("/dcat." in found.path for found in problems)
    points = score(facts.id, catalog.addresses.dataset(facts.id), graph, works, complies=complies)
    documents = {
        f"{folder}/dcat.jsonld": json_ld_document(part.nodes),
        f"{folder}/dcat.ttl": told_as_turtle,
        f"{folder}/dcat-us.json": _written(us_3),
        f"{folder}/schema-org.jsonld": schema_org.in_a_page(page),
        f"{folder}/croissant.json": _written(learning),
        f"{folder}/score.json": _written(points.as_dict()),
        **{path: _written(package) for path, package in packages.items()},
    }
    resource = data_package.catalog_resource(facts, catalog)
    kept = Kept(
        dataset=facts.id, digest=digest, shared=_shared(part),
        json_ld=",\n".join(map(json_ld_line, part.own)), turtle="".join(map(turtle, part.own)),
        dcat_us=_on_a_line(us_3), data_json=_on_a_line(us_1), package=_on_a_line(resource) if resource else "",
        page=sitemap.page(catalog.addresses, f"datasets/{facts.id}/", facts.current.released),
    )  # fmt: skip
    return Compiled({path: text.encode() for path, text in documents.items()}, kept, tuple(problems))


def _packages(facts: DatasetFacts, catalog: CatalogFacts) -> Iterator[tuple[str, dict[str, Any]]]:
    """The package of the newest version: those of earlier ones were made when they were the newest."""
    yield package_path(facts.id, facts.current.version), data_package.version_package(facts, facts.current, catalog)


def _shared(part: Part) -> str:
    told = {entry.id.text: [json_ld_line(entry), turtle(entry)] for entry in part.shared if entry.id}
    return json.dumps(told, ensure_ascii=False)


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _on_a_line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
