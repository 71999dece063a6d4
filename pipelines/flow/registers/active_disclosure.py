"""The basic catalog of active disclosure (主动公开基本目录): every dataset, delivered or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from pipelines.core.messages import translate
from pipelines.flow.installation import Installation
from pipelines.publish import latest_snapshot, load_manifest
from pipelines.registry import Dataset
from pipelines.registry.deadlines import DeadlineRule


def active_disclosure(inst: Installation, dataset: Dataset, at: dt.datetime) -> Mapping[str, list[dict[str, object]]]:
    """One row per dataset: subject, content, time limit, method, responsible unit, and whether it is published."""
    del dataset, at
    return {"all": list(_entries(inst))}


def _entries(inst: Installation) -> Iterator[dict[str, object]]:
    snapshot = latest_snapshot(inst.store)
    shown = snapshot.datasets if snapshot else {}
    for dataset_id, dataset in sorted(inst.catalog.datasets.items()):
        said, entry = dataset.descriptor, shown.get(dataset_id)
        periods = [segment.period for segment in load_manifest(inst.store, entry.manifest).segments] if entry else []
        # Registers follow every release: what this one said of them and itself would make one version after another.
        is_register = said.register_of is not None
        is_published = entry is not None or is_register
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
            "time_limit_zh": _time_limits(said.deadlines, "zh"),
            "time_limit_en": _time_limits(said.deadlines, "en"),
            "method_zh": translate("register-method", "zh", dataset=dataset_id),
            "method_en": translate("register-method", "en", dataset=dataset_id),
            "responsible_unit": said.disclosure.unit,
            "publishers": " ".join(said.publishers),
            "period_class": said.period.value,
            "newest_period": "" if is_register else max(periods, default=""),
            "status": status,
            "review_date": said.disclosure.review_date.isoformat(),
        }


def _time_limits(rules: tuple[DeadlineRule, ...], language: str) -> str:
    """The rules as a sentence each; a dataset without any is published as it comes."""
    texts = [
        translate("register-time-limit", language, subject=rule.subject.in_language(language),
                  count=rule.within.count, unit=rule.within.unit.value, event=_event(rule))
        for rule in rules
    ]  # fmt: skip
    return "；".join(texts) if language == "zh" else "; ".join(texts)


def _event(rule: DeadlineRule) -> str:
    return "field" if rule.event_field is not None else rule.event
