"""The dataset folder on disk: ``dataset.yaml`` and ``schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pipelines.drafting.answers import Particulars
from pipelines.registry.fields import TABLE_SCHEMA_PROFILE


def dataset_document(dataset: str, about: Particulars, layout: dict[str, Any], share: float | None) -> dict[str, Any]:
    """``dataset.yaml`` as a mapping. ``share``: faulty rows that are put up with, where it is not the usual one."""
    document: dict[str, Any] = {
        "id": dataset,
        "title": about.title,
        "description": about.description,
        "theme": about.theme,
        "disclosure_class": about.disclosure_class.value,
        "publishers": [about.organisation],
        "period": about.period.value,
        **({"licence": about.licence} if about.licence else {}),
        "keywords": {language: [title] for language, title in about.title.items()},
        "disclosure": {
            "attribute": "active",
            "basis": about.basis,
            "unit": about.organisation,
            "review_date": about.review_date,
        },
        **({"acceptance": {"max_quarantined_share": share}} if share is not None else {}),
        "layouts": [layout],
    }
    return document


def schema_document(fields: Sequence[dict[str, Any]], key: Sequence[str]) -> dict[str, Any]:
    """``schema.json`` as a mapping."""
    return {
        "$schema": TABLE_SCHEMA_PROFILE,
        "fields": list(fields),
        "primaryKey": list(key),
        "missingValues": [""],
    }


def write_folder(folder: Path, dataset: dict[str, Any], schema: dict[str, Any]) -> None:
    """Write both descriptors into ``folder``, which is created with its ``examples``."""
    (folder / "examples").mkdir(parents=True, exist_ok=True)
    text = yaml.dump(dataset, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    # A dataset is only loaded with an example; its rows come once the file has been read.
    (folder / "examples" / "valid.csv").touch()


class _Dumper(yaml.SafeDumper):
    """Writes a list that occurs twice twice: people do not read aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True
