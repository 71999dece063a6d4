"""What the catalog is and promises, how programs read it, and the page for what is not there."""

from __future__ import annotations

from urllib.parse import urlsplit

from pipelines.core.web_pages import NOT_FOUND_AT_ROOT_FILE, NOT_FOUND_FILE
from pipelines.portal.pages.putting import digest_of, put_pages
from pipelines.portal.places import ABOUT, LANGUAGES
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter


def about_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the page about the catalog, and those that hosts show where there is none.

    Hosts show the latter at any address, so their links begin at the host's root: with the path under which the
    catalog is known, and without one for where it is looked at before it is put there.
    """
    context = {"release": f"{source.snapshot.number:06d}"}
    put_pages(site, pages, "about.html.j2", ABOUT, context)
    base = urlsplit(site.about.addresses.base).path or "/"
    for file, root in {NOT_FOUND_FILE: base, **({NOT_FOUND_AT_ROOT_FILE: "/"} if base != "/" else {})}.items():
        digest = digest_of(root)
        if not pages.is_made(file, digest):
            pages.put(file, site.render("not_found.html.j2", "", LANGUAGES[0], base=root), digest)
