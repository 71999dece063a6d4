"""The SQL console: its page, and the list of tables that it finds names in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipelines.portal.places import CONSOLE, LANGUAGES, page_file, to_file
from pipelines.portal.rendering import Site
from pipelines.portal.script_texts import script_texts
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter

TABLES = f"{CONSOLE}tables.json"
#: What a reader loads once: the programs, compressed.
_PROGRAMS = {"duckdb": "duckdb-eh.wasm.packed", "parquet-wasm": "parquet_wasm_bg.wasm.packed"}
#: What a browser can hold well of all that is loaded: bytes of Parquet, and rows.
_MOST_BYTES, _MOST_ROWS = 60_000_000, 3_000_000
#: Messages that the scripts say, without their prefix, and the parameters of each.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "about": ("version", "rows", "theme"), "altered": ("path",), "cancelled": (), "chart": (), "chart-across": (),
    "chart-bar": (), "chart-cut": ("most",), "chart-description": (), "chart-kind": (), "chart-line": (),
    "chart-title": ("up", "across"), "chart-up": (), "empty": (), "enum": ("column",), "failed": (), "find": (),
    "found": ("shown", "found"), "link-copied": (), "link-in-address": (), "loading": ("table", "size"),
    "missing": ("path", "status"), "missing-value": (), "need": ("table", "rows", "size"), "not-started": ("problem",),
    "needs": ("tables", "size"), "reading": ("rows",), "result": ("rows",), "result-cut": ("rows", "shown"),
    "running": (), "save-csv": (), "save-parquet": (), "shared": (), "starting": ("size",),
    "too-large-for-files": (), "too-much": ("rows", "size"), "took": ("seconds",),
    "unknown-version": ("dataset", "version"), "unreachable": ("path",),
}  # fmt: skip
_MARKS: Mapping[str, tuple[str, ...]] = {"colon": (), "semicolon": ()}


def console_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the console's page, which says so where it cannot run, and its list of tables."""
    if site.has_console:
        pages.put(TABLES, _tables(source))
    size = sum(site.bundles[name].size(file) for name, file in _PROGRAMS.items()) if site.has_console else 0
    for language in LANGUAGES:
        settings = _settings(site, language, size) if site.has_console else {}
        page = site.render("console.html.j2", CONSOLE, language, settings=settings, size=size)
        pages.put(page_file(CONSOLE, language), page)


def _settings(site: Site, language: str, size: int) -> dict[str, Any]:
    """What the page tells its scripts; addresses are relative to it."""

    def at(path: str) -> str:
        return to_file(CONSOLE, language, path)

    return {
        "root": at(""),
        "language": language,
        "duckdb": at(site.bundles["duckdb"].path),
        "parquet": at(site.bundles["parquet-wasm"].path),
        "guard": at(site.assets["duckdb_guard.js"].path),
        "parquet_worker": at(site.assets["parquet_worker.js"].path),
        "bytes": size,
        "most_bytes": _MOST_BYTES,
        "most_rows": _MOST_ROWS,
        "texts": script_texts("console-", _TEXTS, language) | script_texts("mark-", _MARKS, language),
    }


def _tables(source: SiteSource) -> bytes:
    """All datasets with what it takes to load their latest version, and all code lists."""
    datasets: dict[str, Any] = {}
    codelists: dict[str, tuple[str, str]] = {}
    for _, card in source.shelf():
        if (entry := source.snapshot.datasets.get(card.id)) is None:
            continue
        datasets[card.id] = {
            "theme": card.theme, "version": card.version, "manifest": entry.manifest, "rows": card.rows,
            "bytes": card.size, "title_zh": card.title["zh"], "title_en": card.title["en"],
        }  # fmt: skip
        if withdrawn := sorted(source.snapshot.tombstones.get(card.id, {})):
            datasets[card.id]["withdrawn"] = withdrawn
        for name, sha256 in card.codelists.items():
            codelists[name] = max(codelists.get(name, ("", "")), (card.released, sha256))
    document = {"datasets": datasets, "codelists": {name: sha256 for name, (_, sha256) in sorted(codelists.items())}}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
