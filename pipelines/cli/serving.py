"""``gongkai serve``: the catalog as a website and as interfaces for programs."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Language, described, output, readable_errors
from pipelines.core.messages import translate
from pipelines.core.paths import Workspace
from pipelines.publish.stores import open_store

_BASE = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


def serve(
    host: Annotated[str, typer.Option("--host", help=described("cli-serve-host-help"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=described("cli-serve-port-help"))] = 8080,
    base_url: Annotated[str | None, typer.Option("--base-url", help=described("cli-serve-base-help"))] = None,
    copies_mb: Annotated[int, typer.Option("--copies-mb", min=1, help=described("cli-serve-copies-help"))] = 4096,
    language: Language = ANY,
) -> None:
    """Serve the released catalog."""
    out = output(as_json=False, language=language)
    if base_url is not None and not _BASE.fullmatch(base_url):
        raise typer.BadParameter(translate("cli-serve-base-wrong", out.language), param_hint="--base-url")
    workspace = Workspace.default()
    with readable_errors(out):
        store = open_store(workspace.catalog_address or workspace.catalog, workspace.serve_cache)
        from pipelines.api.places.choosing import place_of
        from pipelines.api.serving import serve as run

        def started(address: str) -> None:
            out.say("cli-serve-started", address=address)
            sys.stdout.flush()

        run(place_of(store, copies_mb << 20), host, port, base_url, started)
