"""The pages of a dataset that the catalog has no more: its addresses stay, and say when it left and why."""

from __future__ import annotations

from pipelines.catalog.metadata.texts import shorts
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.pages.versions import list_versions, told_withdrawal, withdrawn_page
from pipelines.portal.places import dataset_place
from pipelines.portal.rendering import Site
from pipelines.portal.sources import GoneSource
from pipelines.portal.writing import PageWriter
from pipelines.publish import load_tombstone, manifest_path


def gone_pages(site: Site, source: GoneSource, pages: PageWriter) -> None:
    """Make them: the dataset's, the list of its versions, and one of each version.

    Raises:
        CorruptStore: when a tombstone cannot be read.
        OSError: when the store cannot be read or written.
    """
    title = shorts(source.manifest.metadata["title"])
    stones = dict.fromkeys(source.stones[line.version] for line in source.lines if line.version in source.stones)
    told = [load_tombstone(source.store, sha256) for sha256 in stones]
    context = {
        "dataset": source.dataset, "title": title, "theme": source.entry.theme, "last": source.entry.version,
        "withdrawals": [told_withdrawal(stone) for stone in told],
        "held": source.entry.version in source.stones, "manifest_path": manifest_path(source.entry.manifest),
        "manifest_sha256": source.entry.manifest,
    }  # fmt: skip
    put_pages(site, pages, "dataset_gone.html.j2", dataset_place(source.dataset), context)
    list_versions(site, source, title, pages)
    for line in source.lines:
        withdrawn_page(site, source, line, title, None, pages)
