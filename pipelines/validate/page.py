"""A report as a page: HTML without scripts, in one language, every delivered text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.core.messages import Message, Parameter, translate
from pipelines.validate.summary import FindingGroup


@cache
def environment() -> Environment:
    """Templates of pages, every text escaped."""
    return Environment(
        loader=PackageLoader("pipelines.validate"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def report_page(outcome: Mapping[str, Any], dataset: str, groups: Sequence[FindingGroup], language: str) -> str:
    """The report of a delivery as an HTML document.

    Args:
        outcome: what ``outcome.json`` holds.
        dataset: the dataset's title in that language.
        groups: its findings, grouped.
        language: ``en`` or ``zh``.
    """

    def text(message_id: str, **params: Parameter) -> str:
        return translate(message_id, language, **params)

    def message(told: Message) -> str:
        return told.text(language)

    verdict = text(f"cli-verdict-{outcome['verdict'].replace('_', '-')}")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            {
                **outcome,
                "dataset": dataset,
                "groups": groups,
                "language": language,
                "verdict": verdict,
                "judged_by": _judged_by(outcome["engine"], language),
                "t": text,
                "m": message,
            }
        )
    )


def _judged_by(engine: Mapping[str, Any], language: str) -> str | None:
    """The engine that judged the rows; ``None``: none has come so far."""
    if engine["name"] is None:
        return None
    reason = Message.from_dict(engine["reason"]).text(language) if engine["reason"] is not None else ""
    return translate(f"report-engine-{engine['name']}", language, reason=reason)
