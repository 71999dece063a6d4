"""Themes: the list of them, and the datasets of each."""

from __future__ import annotations

from pipelines.catalog.metadata.addresses import theme_feed_path
from pipelines.core.identifiers import is_identifier
from pipelines.portal.pages.card_lists import card_pages
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import THEMES, theme_place
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter


def theme_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the pages about all themes that the catalog or a dataset has."""
    groups = source.groups
    titles = {**groups.theme_titles, **{theme.id: theme.title for theme in source.about.themes}}
    known = [theme.id for theme in source.about.themes]
    order = [*known, *sorted(name for name in titles.keys() - set(known) if is_identifier(name))]
    themes = [(name, titles[name], len(groups.themes.get(name, ()))) for name in order]
    put_pages(site, pages, "themes.html.j2", THEMES, {"themes": themes})
    for name in order:
        datasets = groups.themes.get(name, [])
        feed = theme_feed_path(name)
        context = {
            "title": titles[name], "parent": THEMES, "parent_title": "portal-themes", "summary": None,
            "count": len(datasets),
            # A theme that has never had a dataset has no feed.
            "feed": feed if source.store.size(feed) is not None else None,
        }  # fmt: skip
        card_pages(site, source, pages, "group.html.j2", theme_place(name), datasets, context)
