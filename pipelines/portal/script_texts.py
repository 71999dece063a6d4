"""Messages for scripts: in the page's language, written into the page."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.core.messages import translate


def script_texts(prefix: str, texts: Mapping[str, tuple[str, ...]], language: str) -> dict[str, str]:
    """Messages for a script, which puts parameters where ``{name}`` stands.

    Args:
        prefix: of the messages' identifiers.
        texts: the rest of each identifier, and its parameters.
        language: the page's.
    """
    return {
        name: translate(f"{prefix}{name}", language, **{each: f"{{{each}}}" for each in params})
        for name, params in texts.items()
    }
