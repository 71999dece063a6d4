"""One page in all languages, made only where what it shows has changed."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from pipelines.core.digests import json_digest
from pipelines.portal.places import LANGUAGES, page_file
from pipelines.portal.rendering import Site
from pipelines.portal.writing import PageWriter


def digest_of(said: object) -> str:
    """Changes whenever something does that a page shows; of records by what they are written as, of sets by their
    members."""
    return json_digest(said, _written)


def _written(said: object) -> object:
    # What a set is written as begins with another member in another process.
    return sorted(said) if isinstance(said, Set) else repr(said)


def are_made(pages: PageWriter, place: str, digest: str) -> bool:
    """Whether a page was made of this in all languages; it is kept then."""
    return all(pages.is_made(page_file(place, language), digest) for language in LANGUAGES)


def put_pages(
    site: Site, pages: PageWriter, template: str, place: str, context: Mapping[str, Any], digest: str | None = None
) -> None:
    """Make a page in all languages, unless it was made of the same.

    Args:
        site: what all pages share.
        pages: takes what is made.
        template: its file.
        place: where it lies, without its language.
        context: what it shows.
        digest: of what it was made of, where that is not ``context``.
    """
    made_of = digest_of(context) if digest is None else digest
    for language in LANGUAGES:
        path = page_file(place, language)
        if not pages.is_made(path, made_of):
            pages.put(path, site.render(template, place, language, **context), made_of)
