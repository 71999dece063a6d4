"""The page about a dataset: what it is, its newest version, how good it is, and how it is used."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import duckdb
from markupsafe import Markup

from pipelines.catalog.metadata import schema_org
from pipelines.catalog.metadata.addresses import dataset_folder
from pipelines.catalog.metadata.facts import FileFacts
from pipelines.catalog.metadata.gathering import files_path
from pipelines.core.messages import translate
from pipelines.portal.charts import Chart, charts_of, svg
from pipelines.portal.citation import Citation
from pipelines.portal.dictionary import FieldEntry, dictionary
from pipelines.portal.filters import mailto
from pipelines.portal.freshness import promises
from pipelines.portal.pages.versions import citation_of, newest_versions
from pipelines.portal.paging import paging
from pipelines.portal.places import LANGUAGES, dataset_place, page_file, queries_file
from pipelines.portal.preview import first_rows
from pipelines.portal.quality import rules_kept
from pipelines.portal.queries import example_queries
from pipelines.portal.rendering import Site
from pipelines.portal.sources import DatasetSource
from pipelines.portal.usage import Usage
from pipelines.portal.withheld import blurred, field_titles, treated
from pipelines.portal.writing import PageWriter
from pipelines.publish import manifest_path

_logger = logging.getLogger(__name__)

#: Versions that are looked at for the one before the latest: some may have been withdrawn.
_LOOKED_BACK = 10


def dataset_pages(site: Site, source: DatasetSource, pages: PageWriter) -> None:
    """Make the page about a dataset.

    Raises:
        CorruptStore: when something of it cannot be read.
        OSError: when the store cannot be read or written.
    """
    place = dataset_place(source.dataset)
    fields = dictionary(source.store, source.manifest, source.snapshot.datasets.keys())
    context = _context(site, source, fields)
    if site.has_console:
        pages.put(queries_file(source.dataset), _json(context["examples"]))
    for language in LANGUAGES:
        context["paging"] = paging(site, place, language, source.manifest, context["preview"])
        context["feedback"] = feedback(source, language)
        pages.put(page_file(place, language), site.render("dataset.html.j2", place, language, **context))


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def _examples(site: Site, source: DatasetSource) -> Mapping[str, list[dict[str, str]]]:
    """Queries for the console; none where there is no console."""
    if not site.has_console:
        return {}
    return example_queries(source.manifest, source.facts.current.previous, source.versions(_LOOKED_BACK), source.charts)


def _context(site: Site, source: DatasetSource, fields: tuple[FieldEntry, ...]) -> dict[str, Any]:
    facts, manifest = source.facts, source.manifest
    described = schema_org.in_a_page(schema_org.dataset(facts, source.about)) if site.has_address else None
    newest = manifest.periods[-1] if manifest.periods else None
    numbers = [entry.name for entry in fields if entry.is_number]
    base = source.about.addresses.base if site.has_address else ""
    usage = Usage(base, facts.theme.id, facts.id, facts.current.version, _all_files(source), numbers)
    return {
        "facts": facts,
        "card": source.card,
        "manifest": manifest,
        "manifest_sha256": source.entry.manifest,
        "manifest_path": manifest_path(source.entry.manifest),
        "score": source.score,
        "preview": first_rows(source.store, manifest),
        "examples": _examples(site, source),
        "dictionary": fields,
        "codelist_paths": {entry.id: entry.path for entry in facts.codelists},
        "schema_org": described,
        "treated": treated(manifest, field_titles(source.catalog, facts.id)),
        "blurred": blurred(manifest),
        "rules_kept": rules_kept(manifest),
        "promises": promises(source.catalog, facts.id, facts.period, newest),
        "corrections": sum(line.corrects for line in source.lines),
        "versions": newest_versions(source),
        "version_count": len(source.lines),
        "charts": _drawn(source),
        "cited": cited(site, source),
        "snippets": usage.snippets(),
        "metadata_folder": dataset_folder(facts.id),
    }


def _drawn(source: DatasetSource) -> list[tuple[Chart, Mapping[str, Markup]]]:
    """The charts of the newest version, as they are drawn in each language; none where memory does not suffice."""
    try:
        found = charts_of(source.store, source.manifest, source.charts, source.catalog.codelists, source.work)
    except duckdb.Error as problem:
        _logger.error("portal: no charts of %s: %s", source.dataset, type(problem).__name__)
        return []
    return [(chart, {language: svg(chart, language) for language in LANGUAGES}) for chart in found]


def cited(site: Site, source: DatasetSource) -> Citation:
    """How the newest version is cited."""
    return citation_of(site, source, source.lines[0], source.manifest)


def _all_files(source: DatasetSource) -> tuple[FileFacts, ...]:
    """The files of the newest version; none where only some of its objects are named."""
    files = source.facts.current.files
    is_complete = source.store.size(files_path(source.dataset, source.facts.current.version)) is not None
    return files if is_complete or len(files) == len(source.manifest.parts) else ()


def feedback(source: DatasetSource, language: str) -> str:
    """A ``mailto:`` address with subject and first lines (RFC 6068: all but unreserved characters in percent, lines
    end in CR LF); empty where nobody can be written to."""
    facts = source.facts
    if not mailto(facts.contact.email):
        return ""
    params: Mapping[str, str] = {
        "title": facts.title[language], "dataset": facts.id, "version": facts.current.version,
    }  # fmt: skip
    subject = translate("portal-feedback-subject", language, **params)
    body = translate("portal-feedback-body", language, manifest=source.entry.manifest, **params)
    lines = "\r\n".join(line.strip() for line in body.splitlines())
    told = f"subject={quote(subject, safe='')}&body={quote(lines, safe='')}"
    return f"{mailto(facts.contact.email)}?{told}"
