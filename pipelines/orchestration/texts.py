"""Texts of the Dagster UI. It has no language switch, so every text is shown in Chinese and English."""

from __future__ import annotations

from functools import cache

from pipelines.core.messages import Parameter, in_both


def both(message_id: str, /, **params: Parameter) -> str:
    """The message in Chinese and then English, as two Markdown paragraphs."""
    return in_both(message_id, "\n\n", **params)


def line(message_id: str, /, **params: Parameter) -> str:
    """The message in both languages on one line, for places that show a single line."""
    return in_both(message_id, " / ", **params)


@cache
def constant(message_id: str) -> str:
    """:func:`both` for messages without parameters, built once however many datasets show it."""
    return both(message_id)
