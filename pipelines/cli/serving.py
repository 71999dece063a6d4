"""``gongkai serve``: the catalog as a website and as interfaces for programs."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Language, described, output, readable_errors
from pipelines.core.errors import GongkaiError
from pipelines.core.messages import translate
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore
from pipelines.publish.stores import open_store

_BASE = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


class ServeNeedsFolder(GongkaiError):
    """The catalog lies in a bucket, whose own server gives its files."""

    message_id = "cli-serve-needs-folder"

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


def serve(
    host: Annotated[str, typer.Option("--host", help=described("cli-serve-host-help"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=described("cli-serve-port-help"))] = 8080,
    base_url: Annotated[str | None, typer.Option("--base-url", help=described("cli-serve-base-help"))] = None,
    language: Language = ANY,
) -> None:
    """Serve the released catalog."""
    out = output(as_json=False, language=language)
    if base_url is not None and not _BASE.fullmatch(base_url):
        raise typer.BadParameter(translate("cli-serve-base-wrong", out.language), param_hint="--base-url")
    workspace = Workspace.default()
    with readable_errors(out):
        store = open_store(workspace.catalog_address or workspace.catalog, workspace.store_cache)
        if not isinstance(store, FolderStore):
            raise ServeNeedsFolder(store.address)
        from pipelines.api.serving import serve as run

        def started(address: str) -> None:
            out.say("cli-serve-started", address=address)
            sys.stdout.flush()

        run(store.root.resolve(), host, port, base_url, started)
