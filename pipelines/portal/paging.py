"""What the script needs that pages through a version's rows on its dataset's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.portal.places import to_file
from pipelines.portal.preview import Preview
from pipelines.portal.rendering import Site
from pipelines.portal.script_texts import script_texts
from pipelines.publish import Manifest

READER = "hyparquet"
#: Messages that the script says, without their prefix, and the parameters of each.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "failed": (), "first": (), "last": (), "loading": (), "missing": ("status",), "missing-value": (), "next": (),
    "no-ranges": (), "previous": (), "row": (), "shown": ("first", "last", "rows"),
}  # fmt: skip


def paging(site: Site, place: str, language: str, manifest: Manifest, preview: Preview) -> dict[str, Any] | None:
    """The settings of the script, its addresses relative to the page; ``None`` where there is nothing to page through
    or nothing to do it with."""
    if READER not in site.bundles or manifest.rows <= len(preview.rows):
        return None
    return {
        "root": to_file(place, language, ""),
        "hyparquet": to_file(place, language, site.bundles[READER].path),
        "columns": preview.fields,
        "parts": [{"sha256": part.sha256, "rows": part.rows, "bytes": part.bytes} for part in manifest.parts],
        "rows": manifest.rows,
        "texts": script_texts("paging-", _TEXTS, language),
    }
