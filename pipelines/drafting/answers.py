"""What only people know about a dataset: as they answered, and what stands in when they did not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.core.identifiers import is_identifier
from pipelines.core.messages import LANGUAGES, Message, translate
from pipelines.core.periods import PeriodClass
from pipelines.drafting.refusals import cannot
from pipelines.registry import Catalog
from pipelines.registry.dataset import DisclosureClass
from pipelines.registry.selections import CellRange

_REVIEWED_AGAIN = dt.timedelta(days=365)


@dataclass(frozen=True)
class Answers:
    """Answers about a dataset and hints on how to read its file; ``None``: nobody said."""

    title: str | None = None
    title_en: str | None = None
    organisation: str | None = None
    theme: str | None = None
    licence: str | None = None
    period: str | None = None
    disclosure_class: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_rows: int | None = None
    range: str | None = None


@dataclass(frozen=True)
class Particulars:
    """What the dataset's descriptor says about it, complete."""

    title: dict[str, str]
    description: dict[str, str]
    organisation: str
    theme: str
    licence: str | None
    period: PeriodClass
    disclosure_class: DisclosureClass
    basis: dict[str, str]
    review_date: str
    """When disclosure is to be looked at again: ISO 8601."""


def check_answers(dataset: str, answers: Answers, catalog: Catalog) -> None:
    """Refuse what cannot be used before any file is opened.

    Raises:
        CannotDraft: an identifier, theme, organisation or word that is not known.
    """
    if not is_identifier(dataset):
        raise cannot("identifier", True, name=ascii(dataset)[1:-1])
    for kind, value, known in (
        ("theme", answers.theme, [theme.id for theme in catalog.descriptor.themes]),
        ("organisation", answers.organisation, list(catalog.organisations)),
        ("period", answers.period, [kind.value for kind in PeriodClass]),
        ("disclosure-class", answers.disclosure_class, [kind.value for kind in DisclosureClass]),
    ):
        if value is not None and value not in known:
            raise cannot("unknown-answer", True, option=f"--{kind}", value=ascii(value)[1:-1], known=", ".join(known))
    if answers.range is not None:
        try:
            CellRange.of(answers.range)
        except ValueError as problem:
            raise cannot("range-text", True, value=ascii(answers.range)[1:-1]) from problem


def particulars(dataset: str, answers: Answers, catalog: Catalog) -> tuple[Particulars, list[Message]]:
    """Complete the answers by defaults; the messages say which are to be looked at."""
    assumed: list[Message] = []

    def assume(option: str, value: str) -> str:
        assumed.append(Message("draft-assumed", {"option": f"--{option}", "value": value}))
        return value

    spoken = dataset.replace("_", " ").capitalize()
    title = answers.title or answers.title_en or assume("title", spoken)
    return Particulars(
        {"zh": title, "en": answers.title_en or title},
        both("draft-description", title=title),
        answers.organisation or assume("organisation", catalog.descriptor.publisher),
        answers.theme or assume("theme", catalog.descriptor.themes[0].id),
        answers.licence,
        PeriodClass(answers.period or assume("period", PeriodClass.NONE.value)),
        DisclosureClass(answers.disclosure_class or assume("disclosure-class", DisclosureClass.RESULT.value)),
        both("draft-basis"),
        (dt.date.today() + _REVIEWED_AGAIN).isoformat(),
    ), assumed


def both(message_id: str, /, **params: str) -> dict[str, str]:
    """A text of the catalogue in both languages, as descriptors hold it."""
    return {language: translate(message_id, language, **params) for language in reversed(LANGUAGES)}
