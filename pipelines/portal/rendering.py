"""Templates into pages: in one language, every text escaped, all links relative."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.catalog.metadata.addresses import numbered
from pipelines.catalog.metadata.facts import CatalogFacts
from pipelines.core.messages import Message, Parameter, translate
from pipelines.core.web_pages import PAGE_POLICY
from pipelines.portal.assets import Asset
from pipelines.portal.bundles import PlacedBundle
from pipelines.portal.filters import FILTERS
from pipelines.portal.places import LANGUAGES, to_file, to_page


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=PackageLoader("pipelines.portal"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters.update(FILTERS)
    return made


@cache
def templates_digest() -> str:
    """Changes whenever a template does."""
    digest = hashlib.sha256()
    for entry in sorted(
        resources.files("pipelines.portal").joinpath("templates").iterdir(), key=lambda each: each.name
    ):
        digest.update(f"{entry.name}\n".encode())
        digest.update(entry.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Site:
    """What all pages share: the catalog, and the files that they use.

    ``has_address``: whether it is known where the public finds it, so that links may be told in full; ``bundles`` are
    other people's scripts, as far as they are at hand.
    """

    about: CatalogFacts
    assets: Mapping[str, Asset]
    has_address: bool = True
    bundles: Mapping[str, PlacedBundle] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Changes whenever something changes that all pages depend on."""
        names = sorted(asset.path for asset in self.assets.values())
        names += sorted(bundle.path for bundle in self.bundles.values())
        parts = [templates_digest(), PAGE_POLICY, *names, repr(self.about), str(self.has_address)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def has_console(self) -> bool:
        """Whether statements can be run in the browser."""
        return {"duckdb", "parquet-wasm"} <= self.bundles.keys()

    def render(self, template: str, place: str, language: str, **context: Any) -> bytes:
        """A page.

        Args:
            template: its file in ``templates/``.
            place: where it lies, without its language.
            language: ``zh`` or ``en``.
            context: what the template shows.
        """

        def text(message_id: str, **params: Parameter) -> str:
            return translate(message_id, language, **params)

        def message(told: Message) -> str:
            return told.text(language)

        def page(target: str, of: str | None = None) -> str:
            return to_page(place, language, target, of)

        def file(path: str) -> str:
            return to_file(place, language, path)

        def asset(name: str) -> str:
            return to_file(place, language, self.assets[name].path)

        def bundle(name: str) -> str:
            return to_file(place, language, self.bundles[name].path)

        common = {
            "about": self.about, "language": language, "languages": LANGUAGES, "place": place, "t": text, "m": message,
            "page": page, "file": file, "asset": asset, "assets": self.assets, "has_address": self.has_address,
            "bundle": bundle, "has_console": self.has_console, "numbered": numbered, "in_language": translate,
            "policy": PAGE_POLICY,
        }  # fmt: skip
        return environment().get_template(template).render({**common, **context}).encode()
