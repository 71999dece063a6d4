"""What the catalog is and promises, how programs read it, and the page for what is not there."""

from __future__ import annotations

from pipelines.portal.pages.card_lists import digest_of, put_pages
from pipelines.portal.places import ABOUT, LANGUAGES, NOT_FOUND_FILE
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter


def about_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the page about the catalog, and the one that hosts show where there is none.

    Hosts show the latter at any address, so its links are told in full where it is known where the catalog lies.
    """
    context = {"release": f"{source.snapshot.number:06d}"}
    put_pages(site, pages, "about.html.j2", ABOUT, digest_of(context), context)
    if not pages.is_made(NOT_FOUND_FILE, digest_of("")):
        content = site.render("not_found.html.j2", "", LANGUAGES[0], base=site.about.addresses.base)
        pages.put(NOT_FOUND_FILE, content, digest_of(""))
