"""The basic catalog of active disclosure (主动公开基本目录): every dataset, delivered or not.

A version's manifest is read once: its newest period is remembered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.core.messages import translate
from pipelines.flow.installation import Installation
from pipelines.flow.registers.telling import Told, remembered
from pipelines.publish import Snapshot, latest_snapshot, load_manifest
from pipelines.registry import Dataset
from pipelines.registry.deadline_texts import time_limit


def active_disclosure(inst: Installation, dataset: Dataset, at: dt.datetime) -> Told:
    """One row per dataset: subject, content, time limit, method, responsible unit, and whether it is published.

    Raises:
        CorruptStore: the newest snapshot, or a version that it has, cannot be read.
    """
    del at
    newest = _newest_periods(inst, latest_snapshot(inst.store), remembered(inst, dataset))
    return Told({"all": list(_entries(inst, newest))}, {"newest_periods": newest})


def _newest_periods(inst: Installation, snapshot: Snapshot | None, state: Mapping[str, Any]) -> dict[str, list[str]]:
    """Per published dataset, its version's manifest and the newest period in it; registers are left out."""
    known: Mapping[str, list[str]] = state.get("newest_periods", {})
    found: dict[str, list[str]] = {}
    for dataset_id, entry in snapshot.datasets.items() if snapshot else ():
        dataset = inst.catalog.datasets.get(dataset_id)
        if dataset is None or dataset.descriptor.register_of is not None:
            continue
        found[dataset_id] = known.get(dataset_id, ["", ""])
        if found[dataset_id][0] != entry.manifest:
            segments = load_manifest(inst.store, entry.manifest).segments
            found[dataset_id] = [entry.manifest, max((segment.period for segment in segments), default="")]
    return found


def _entries(inst: Installation, newest: Mapping[str, list[str]]) -> Iterator[dict[str, object]]:
    for dataset_id, dataset in sorted(inst.catalog.datasets.items()):
        said = dataset.descriptor
        # Registers follow every release: what this one said of them and itself would make one version after another.
        is_register = said.register_of is not None
        is_published = dataset_id in newest or is_register
        status = "published" if is_published else "nothing_released" if dataset.is_disclosed else "not_disclosed"
        yield {
            "entry_id": dataset_id,
            "disclosure_class": said.disclosure_class.value,
            "subject_zh": said.title.zh,
            "subject_en": said.title.en,
            "content_zh": said.description.zh,
            "content_en": said.description.en,
            "attribute": said.disclosure.attribute.value,
            "basis_zh": said.disclosure.basis.zh,
            "basis_en": said.disclosure.basis.en,
            "time_limit_zh": _time_limits(dataset, "zh"),
            "time_limit_en": _time_limits(dataset, "en"),
            "method_zh": translate("register-method", "zh", dataset=dataset_id),
            "method_en": translate("register-method", "en", dataset=dataset_id),
            "responsible_unit": said.disclosure.unit,
            "publishers": " ".join(said.publishers),
            "period_class": said.period.value,
            "newest_period": newest[dataset_id][1] if dataset_id in newest else "",
            "status": status,
            "review_date": said.disclosure.review_date.isoformat(),
        }


def _time_limits(dataset: Dataset, language: str) -> str:
    """The rules as a sentence each; a dataset without any is published as it comes."""
    texts = [time_limit(dataset, rule, language) for rule in dataset.descriptor.deadlines]
    return "；".join(texts) if language == "zh" else "; ".join(texts)
