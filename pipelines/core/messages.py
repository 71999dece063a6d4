"""The message catalogue: every text for people, in English and Chinese, by identifier.

Texts are Project Fluent resources in ``locale/<language>.ftl``. Code names a message and gives its
parameters; the sentence is built when somebody reads it, in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")

#: A message with the lines that go on with it, which are indented or close a choice.
_ENTRY = re.compile(r"^([a-zA-Z][\w-]*) *=.*(?:\n(?:[ \t}].*)?)*", re.MULTILINE)

Parameter = str | int | float | tuple[str, ...]
"""What a message is given; a tuple is told as a list."""


@dataclass(frozen=True)
class Message:
    """A text by identifier, with parameters: what findings, errors and reports carry."""

    id: str
    params: Mapping[str, Parameter] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """The sentence in ``language`` (``en`` or ``zh``)."""
        return translate(self.id, language, **self.params)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Message:
        """The message of a JSON form."""
        params = {key: tuple(value) if isinstance(value, list) else value for key, value in document["params"].items()}
        return cls(document["id"], params)

    def as_dict(self) -> dict[str, Any]:
        """JSON form: the identifier, the parameters and both sentences."""
        return {"id": self.id, "params": dict(self.params), **{lang: self.text(lang) for lang in LANGUAGES}}


@cache
def _bundle(language: str) -> Any:
    from fluent.runtime import FluentBundle

    return FluentBundle([language], use_isolating=False)


@cache
def _entries(language: str) -> Mapping[str, str]:
    """The source of each message: parsing all of them would take longer than most commands."""
    folder = resources.files("pipelines.core") / "locale" / language
    texts = [part.read_text(encoding="utf-8") for part in folder.iterdir() if part.name.endswith(".ftl")]
    return {match[1]: match[0] for text in texts for match in _ENTRY.finditer(text)}


def message_ids(language: str) -> frozenset[str]:
    """All identifiers that the catalogue of ``language`` defines."""
    return frozenset(_entries(language))


def _parsed(message_id: str, language: str) -> Any:
    from fluent.runtime import FluentResource

    bundle = _bundle(language)
    if not bundle.has_message(message_id):
        bundle.add_resource(FluentResource(_entries(language)[message_id]))
    return bundle


def in_both(message_id: str, separator: str = " | ", /, **params: Parameter) -> str:
    """The sentence in Chinese and then English, for places where no reader's language is known."""
    return separator.join(translate(message_id, language, **params) for language in reversed(LANGUAGES))


def listed(texts: Iterable[str], language: str) -> str:
    """Texts one after the other, as ``language`` writes them in a sentence."""
    return translate("mark-list", language).join(texts)


def _written(value: Parameter, language: str) -> str | int:
    if isinstance(value, tuple):
        return listed(value, language)
    # Numbers are written as given: grouping and rounding would change figures that people compare.
    return str(value) if isinstance(value, float) else value


def translate(message_id: str, language: str = "en", /, **params: Parameter) -> str:
    """Build the sentence ``message_id`` in ``language``.

    Raises:
        KeyError: when the catalogue has no such message, or a parameter it uses is not given.
    """
    bundle = _parsed(message_id, language)
    pattern = bundle.get_message(message_id).value
    if pattern is None:
        raise KeyError(message_id)
    text, errors = bundle.format_pattern(pattern, {key: _written(value, language) for key, value in params.items()})
    if errors:
        raise KeyError(f"{message_id}: {errors[0]}")
    return str(text)
