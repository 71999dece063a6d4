"""Cards: what lists of datasets and search show of a dataset, kept so that a list reads no manifest."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.facts import DatasetFacts
from pipelines.catalog.metadata.texts import LANGUAGES, Texts, cut
from pipelines.core.messages import listed, translate
from pipelines.publish import Manifest

#: Characters of a description, and departments, that a list shows.
SUMMARY, _PUBLISHERS = 180, 2


@dataclass(frozen=True)
class Card:
    """A dataset in a list.

    ``publishers`` are identifiers of organisations and their names, ``unit`` is the one that answers for it;
    ``attribute`` is ``active`` or, where fields of it are withheld or changed, ``partly``; ``period`` its class,
    ``periods`` the first and the last one; ``formats`` names of file types; ``fields`` titles of its fields;
    ``released`` is when the newest version came, UTC; ``points`` are those of metadata quality, 405 at most;
    ``codelists`` are SHA-256 of the code lists that it refers to.
    """

    id: str
    title: Texts
    summary: Texts
    theme: str
    theme_title: Texts
    publishers: Mapping[str, Texts]
    unit: str
    keywords: Mapping[str, Sequence[str]]
    fields: Mapping[str, Sequence[str]]
    disclosure_class: str
    attribute: str
    period: str
    periods: tuple[str, str] | None
    formats: tuple[str, ...]
    version: str
    issued: str
    released: str
    rows: int
    size: int
    points: int | None
    codelists: Mapping[str, str]

    def as_json(self) -> str:
        """As it is kept."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)

    def facts(self, language: str) -> list[str]:
        """What a list says in short: who publishes it, its periods, rows and formats."""
        names = [name[language] for name in self.publishers.values()]
        said = names[:_PUBLISHERS]
        if more := len(names) - len(said):
            said.append(translate("portal-more-publishers", language, count=more))
        if self.periods:
            said.append("–".join(dict.fromkeys(self.periods)))
        return [*said, translate("portal-rows", language, rows=self.rows), listed(self.formats, language)]

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read what :meth:`as_json` wrote."""
        said: dict[str, Any] = json.loads(text)
        periods = said.pop("periods")
        formats = tuple(said.pop("formats"))
        return cls(**said, periods=tuple(periods) if periods else None, formats=formats)


def card_of(facts: DatasetFacts, manifest: Manifest, points: int | None) -> Card:
    """The card of a dataset.

    Args:
        facts: what is known of it.
        manifest: its newest version.
        points: its metadata quality.
    """
    fields = facts.schema["fields"]
    periods = manifest.periods
    return Card(
        id=facts.id,
        title=facts.title,
        summary={language: cut(facts.description[language].replace("\n", " "), SUMMARY) for language in LANGUAGES},
        theme=facts.theme.id,
        theme_title=facts.theme.title,
        publishers={agent.id: agent.name for agent in facts.creators},
        unit=facts.publisher.id,
        keywords=facts.keywords,
        fields={
            language: [field.get("titles", {}).get(language) or field["name"] for field in fields]
            for language in LANGUAGES
        },
        disclosure_class=manifest.metadata["disclosure_class"],
        attribute="partly" if any(entry.attribute != "active" for entry in manifest.receipt) else "active",
        period=facts.period.value,
        periods=(periods[0], periods[-1]) if facts.is_series else None,
        formats=tuple(dict.fromkeys(file.type.name for file in facts.current.files)),
        version=facts.current.version,
        issued=facts.issued,
        released=facts.current.released,
        rows=manifest.rows,
        size=manifest.size,
        points=points,
        codelists=manifest.codelists,
    )
