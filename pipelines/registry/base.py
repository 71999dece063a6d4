"""What all descriptor models share: unknown keys are refused, values are frozen."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
#: An address on the web that needs no escaping wherever it is written (the characters that RFC 3987 leaves out).
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\x00-\x20<>\"{}|\\^`]+$")]

#: The same, of a folder.
BaseAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\x00-\x20<>\"{}|\\^`?#]+/$")]


class Descriptor(BaseModel):
    """Base of all descriptor models."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Bilingual(Descriptor):
    """A text in Chinese and English."""

    zh: Text
    en: Text

    def in_language(self, language: str) -> str:
        """The text in ``zh`` or (any other language) ``en``."""
        return self.zh if language == "zh" else self.en


class BilingualKeywords(Descriptor):
    """Keywords in both languages (dcat:keyword)."""

    zh: tuple[Text, ...] = Field(min_length=1)
    en: tuple[Text, ...] = Field(min_length=1)
