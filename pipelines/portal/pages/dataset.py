"""The pages about a dataset: the dataset itself, its versions, and each version."""

from __future__ import annotations

from pipelines.catalog.metadata import schema_org
from pipelines.portal.dictionary import dictionary
from pipelines.portal.places import LANGUAGES, dataset_place, page_file
from pipelines.portal.preview import first_rows
from pipelines.portal.rendering import Site
from pipelines.portal.sources import DatasetSource
from pipelines.portal.writing import PageWriter


def dataset_pages(site: Site, source: DatasetSource, pages: PageWriter) -> None:
    """Make all pages about a dataset.

    Raises:
        CorruptStore: when something of it cannot be read.
        OSError: when the store cannot be read or written.
    """
    place = dataset_place(source.dataset)
    described = schema_org.in_a_page(schema_org.dataset(source.facts, source.about)) if site.has_address else None
    context = {
        "facts": source.facts,
        "card": source.card,
        "manifest": source.manifest,
        "score": source.score,
        "preview": first_rows(source.store, source.manifest),
        "dictionary": dictionary(source.store, source.manifest),
        "schema_org": described,
    }
    for language in LANGUAGES:
        pages.put(page_file(place, language), site.render("dataset.html.j2", place, language, **context))
