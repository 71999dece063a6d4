"""Time limits in words: what registers and pages say of the rules of ``deadlines:``."""

from __future__ import annotations

from pipelines.core.messages import translate
from pipelines.registry.catalog import Dataset
from pipelines.registry.deadlines import DeadlineRule


def time_limit(dataset: Dataset, rule: DeadlineRule, language: str) -> str:
    """A rule as a sentence: of what, within how long, counted from which event.

    Args:
        dataset: whose rule it is.
        rule: one of its time limits.
        language: ``en`` or ``zh``.
    """
    said = {"subject": rule.subject.in_language(language), "unit": rule.within.unit.value}
    return translate(
        "register-time-limit", language, count=rule.within.count, **said, **_event(dataset, rule, language)
    )


def _event(dataset: Dataset, rule: DeadlineRule, language: str) -> dict[str, str]:
    if rule.event_field is None:
        return {"event": rule.event}
    return {"event": "field", "field": dataset.field(rule.event_field).titles.in_language(language)}
