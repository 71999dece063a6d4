"""The pages about a dataset: the dataset itself, its versions, and each version."""

from __future__ import annotations

import json
from typing import Any

from pipelines.catalog.metadata import schema_org
from pipelines.portal.dictionary import dictionary
from pipelines.portal.paging import paging
from pipelines.portal.places import LANGUAGES, dataset_place, page_file, queries_file
from pipelines.portal.preview import first_rows
from pipelines.portal.queries import example_queries
from pipelines.portal.rendering import Site
from pipelines.portal.sources import DatasetSource
from pipelines.portal.writing import PageWriter

#: Versions that are looked at for the one before the latest: some may have been withdrawn.
_LOOKED_BACK = 10


def dataset_pages(site: Site, source: DatasetSource, pages: PageWriter) -> None:
    """Make all pages about a dataset.

    Raises:
        CorruptStore: when something of it cannot be read.
        OSError: when the store cannot be read or written.
    """
    place = dataset_place(source.dataset)
    described = schema_org.in_a_page(schema_org.dataset(source.facts, source.about)) if site.has_address else None
    preview = first_rows(source.store, source.manifest)
    context: dict[str, Any] = {
        "facts": source.facts,
        "card": source.card,
        "manifest": source.manifest,
        "score": source.score,
        "preview": preview,
        "dictionary": dictionary(source.store, source.manifest),
        "schema_org": described,
        "examples": {},
    }
    if site.has_console:
        examples = example_queries(source.manifest, source.facts.current.previous, source.versions(_LOOKED_BACK))
        context["examples"] = examples
        pages.put(queries_file(source.dataset), json.dumps(examples, ensure_ascii=False, sort_keys=True).encode())
    for language in LANGUAGES:
        context["paging"] = paging(site, place, language, source.manifest, preview)
        pages.put(page_file(place, language), site.render("dataset.html.j2", place, language, **context))
