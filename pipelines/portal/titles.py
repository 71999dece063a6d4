"""Names that the message catalogue has of what the registry names by an identifier."""

from __future__ import annotations

from pipelines.catalog.metadata.texts import LANGUAGES, Texts
from pipelines.core.messages import translate
from pipelines.registry.dataset import DisclosureClass


def class_title(name: str) -> Texts:
    """One of the five disclosures."""
    return {language: translate(f"site-class-{name}", language) for language in LANGUAGES}


def class_titles() -> dict[str, dict[str, str]]:
    """Language → disclosure → its name."""
    return {
        language: {each.value: class_title(each.value)[language] for each in DisclosureClass} for language in LANGUAGES
    }
