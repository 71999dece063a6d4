"""Packages, resources and organizations as CKAN tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from pipelines.api.problems import Problem
from pipelines.api.releases import DATASETS, Released, Row, in_both_languages
from pipelines.api.v1.resources import ROOT

Document = dict[str, Any]
#: Format of a resource → its media type and, in CKAN's words, its format.
_RESOURCES = {
    "csv": ("text/csv", "CSV"),
    "json": ("application/json", "JSON"),
    "parquet": ("application/vnd.apache.parquet", "Parquet"),
}


def all_rows(released: Released) -> list[Row]:
    """All datasets of a release, by identifier."""
    found = released.ask(f"{DATASETS} ORDER BY d.dataset")
    return [row for row in found if not released.is_withdrawn(row["dataset"], row["version"])]


@lru_cache(maxsize=2)
def all_packages(released: Released, address: str) -> Sequence[Document]:
    """All of them, by name. They are made once for a release, as long as it is asked by the same address."""
    rows = all_rows(released)
    publishers = organisations(released, rows)
    return [package(row, address, publishers) for row in rows]


def package(row: Row, address: str, organisations: dict[str, Document]) -> Document:
    """A dataset as a package.

    Args:
        row: the dataset.
        address: of the server.
        organisations: by name.
    """
    resource = partial(_resource, row, address)
    publisher = row["publishers"][0] if row["publishers"] else None
    resources = [resource(form, position) for position, form in enumerate(_RESOURCES)]
    return {
        "id": row["dataset"], "name": row["dataset"], "title": row["title_en"], "notes": row["description_en"],
        "title_translated": in_both_languages(row, "title"), "notes_translated": in_both_languages(row, "description"),
        "state": "active", "type": "dataset", "private": False, "isopen": True, "version": row["version"],
        "url": f"{address}{ROOT}/datasets/{row['dataset']}", "license_id": row["licence"],
        "license_title": row["licence"], "author": None, "author_email": None, "maintainer": None,
        "maintainer_email": None, "metadata_created": _time(row["first_released"]),
        "metadata_modified": _time(row["released"]), "owner_org": publisher,
        "organization": organisations.get(publisher) if publisher else None,
        "groups": [{"id": row["theme"], "name": row["theme"], "title": row["theme_title_en"]}],
        "tags": [_tag(row["theme"]), _tag(row["disclosure_class"])], "num_tags": 2,
        "resources": resources, "num_resources": len(resources),
        "extras": [{"key": key, "value": str(row[key])} for key in
                   ("theme", "disclosure_class", "period", "first_period", "last_period", "rows")
                   if row[key] is not None],
        "relationships_as_object": [], "relationships_as_subject": [],
    }  # fmt: skip


def _resource(row: Row, address: str, form: str, position: int) -> Document:
    media, name = _RESOURCES[form]
    url = f"{address}{ROOT}/datasets/{row['dataset']}/rows?version={row['version']}&limit=all&format={form}"
    return {
        "id": f"{row['dataset']}.{form}", "package_id": row["dataset"], "name": f"{row['dataset']} ({name})",
        "description": row["description_en"], "format": name, "mimetype": media, "url": url, "url_type": None,
        "position": position, "state": "active", "hash": "", "size": None, "created": _time(row["first_released"]),
        "last_modified": _time(row["released"]), "metadata_modified": _time(row["released"]), "datastore_active": True,
    }  # fmt: skip


def dataset_of_resource(resource: str) -> str:
    """The dataset of a resource.

    Raises:
        Problem: when there is no such resource.
    """
    dataset, dot, form = resource.partition(".")
    if dot and form not in _RESOURCES:
        raise Problem(404, "no-resource", resource=ascii(resource[:64]))
    return dataset


def organisations(released: Released, rows: list[Row]) -> dict[str, Document]:
    """Those that publish the given datasets, by identifier; their names are in any of their datasets' manifests."""
    named: dict[str, Document] = {}
    counts: dict[str, int] = {}
    for row in rows:
        for publisher in row["publishers"]:
            counts[publisher] = counts.get(publisher, 0) + 1
        if not named.keys() >= set(row["publishers"]):
            for entry in released.version(row["dataset"], row["version"]).metadata["publishers"]:
                named.setdefault(entry["id"], entry["name"])
    return {
        name: {
            "id": name, "name": name, "title": named[name]["en"], "title_translated": dict(named[name]),
            "display_name": named[name]["en"], "description": "", "type": "organization", "state": "active",
            "is_organization": True, "approval_status": "approved", "image_url": "", "package_count": counts[name],
        }
        for name in sorted(counts)
    }  # fmt: skip


def _tag(name: str) -> Document:
    return {"id": name, "name": name, "display_name": name, "state": "active", "vocabulary_id": None}


def _time(time: Any) -> str:
    """As CKAN writes times: UTC without a zone, with microseconds."""
    return str(time.isoformat(timespec="microseconds"))
