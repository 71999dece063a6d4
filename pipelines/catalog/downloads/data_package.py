"""The descriptor of a package of downloads: Data Package v2 (https://datapackage.org/standard/data-package/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.downloads.dictionary import Described

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


@dataclass(frozen=True)
class Resource:
    """A CSV file of a package. ``schema`` is a Table Schema that the file keeps to."""

    name: str
    path: str
    bytes: int
    sha256: str
    schema: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Its descriptor."""
        return {
            "name": self.name,
            "path": self.path,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": self.bytes,
            "hash": f"sha256:{self.sha256}",
            "schema": self.schema,
        }


def data_package(described: Described, resources: Sequence[Resource]) -> dict[str, Any]:
    """The descriptor of a version's package with these files."""
    manifest = described.manifest
    return {
        "$schema": _PROFILE,
        "name": manifest.dataset,
        "version": manifest.version,
        "title": manifest.metadata["title"]["en"],
        "description": manifest.metadata["description"]["en"],
        "licenses": [{"name": manifest.metadata["licence"]}],
        "resources": [resource.as_dict() for resource in resources],
    }
