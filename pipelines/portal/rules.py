"""Time limits in words, as the registry has them: what entries of the overdue list were measured by."""

from __future__ import annotations

import hashlib
from functools import cache

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, same, shorts
from pipelines.portal.register_rows import TimeLimits
from pipelines.registry import Catalog
from pipelines.registry.deadline_texts import time_limit


def rules_digest(catalog: Catalog) -> str:
    """Changes whenever a time limit does, or the name of a calendar that one is counted by."""
    digest = hashlib.sha256()
    for name, dataset in sorted(catalog.datasets.items()):
        if dataset.descriptor.deadlines:
            digest.update(f"{name} {dataset.descriptor.deadlines!r}\n".encode())
    digest.update(repr(sorted((name, each.title) for name, each in catalog.calendars.items())).encode())
    return digest.hexdigest()


def time_limits(catalog: Catalog) -> TimeLimits:
    """Gives time limits in words; of one that the registry does not know any more, its identifier."""

    @cache
    def in_words(dataset_id: str, rule_id: str) -> Texts:
        dataset = catalog.datasets.get(dataset_id)
        for rule in dataset.descriptor.deadlines if dataset else ():
            if dataset is not None and rule.id == rule_id:
                return shorts({language: time_limit(dataset, rule, language) for language in LANGUAGES})
        return same(rule_id)

    return in_words
