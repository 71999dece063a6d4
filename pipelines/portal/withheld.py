"""What disclosure did to a version's fields, in words: which are not there, which are shown otherwise, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, apart, long, same, short
from pipelines.core.messages import Message, listed, translate
from pipelines.core.records import FieldReceipt
from pipelines.disclose.small_cells.applying import SUPPRESSED, TREATMENT
from pipelines.portal.dictionary import field_title
from pipelines.publish import Manifest
from pipelines.registry import Catalog
from pipelines.registry.disclosures import Attribute

#: Values of a condition that are told.
_VALUES = 10


@dataclass(frozen=True)
class Treated:
    """A field that is not published as it was delivered.

    ``field`` is its delivered name, ``published_as`` the public one, ``None``: it is left out. ``attribute`` and
    ``treatment`` are in words, ``condition`` says in which rows, where not in all; ``rows`` are those concerned.
    """

    field: str
    title: Texts
    published_as: str | None
    attribute: Message
    treatment: Message
    condition: Texts | None
    basis: Texts
    rows: int


@dataclass(frozen=True)
class Blurred:
    """A field that could tell people apart. ``levels``: how it is shown, and in how many rows it is less exact by that;
    in ``suppressed`` rows it is absent; ``k`` persons at least share what is shown."""

    field: str
    title: Texts
    k: int
    levels: tuple[tuple[Message, int], ...]
    suppressed: int


def field_titles(catalog: Catalog, dataset: str) -> Mapping[str, Texts]:
    """What the registry calls fields of a dataset that are not published as they are; none of unknown ones."""
    known = catalog.datasets.get(dataset)
    return {
        spec.name: {language: short(spec.titles.in_language(language)) for language in LANGUAGES}
        for spec in (known.fields if known else ())
        if spec.disclosure.attribute is not Attribute.ACTIVE
    }


def treated(manifest: Manifest, titles: Mapping[str, Texts]) -> tuple[Treated, ...]:
    """The fields of a version that are left out or changed, in the order of its receipt.

    Args:
        manifest: the version.
        titles: what fields are called that have no public schema (:func:`field_titles`).
    """
    return tuple(_treated(manifest, titles))


def _treated(manifest: Manifest, titles: Mapping[str, Texts]) -> Iterator[Treated]:
    fields = _public_fields(manifest)
    for entry in manifest.receipt:
        if entry.treatment in {TREATMENT, SUPPRESSED}:
            continue
        known = fields.get(entry.published_as or "", {})
        said = known.get("disclosure", {})
        when = said.get("when")
        yield Treated(
            field=short(entry.field),
            title=field_title(known) if known else titles.get(entry.field, same(short(entry.field))),
            published_as=entry.published_as,
            attribute=_known("portal-attribute-", entry.attribute, ("active", "on_application", "withheld")),
            treatment=_treatment(entry, said.get("treatment") or {}),
            condition={language: _condition(when, language) for language in LANGUAGES} if when else None,
            basis=apart(long(entry.basis or "")),
            rows=entry.rows,
        )


def blurred(manifest: Manifest) -> tuple[Blurred, ...]:
    """The fields of a version that small cells are looked at by."""
    fields, found = _public_fields(manifest), dict[str, Blurred]()
    for entry in manifest.receipt:
        if entry.treatment not in {TREATMENT, SUPPRESSED}:
            continue
        name = entry.published_as or entry.field
        known = fields.get(name)
        title = field_title(known) if known else same(short(name))
        before = found.get(name) or Blurred(name, title, entry.k or 0, (), 0)
        if entry.treatment == SUPPRESSED:
            found[name] = dataclasses.replace(before, suppressed=before.suppressed + entry.rows)
        else:
            level = (_level(entry.level or "exact"), entry.rows)
            found[name] = dataclasses.replace(before, k=max(before.k, entry.k or 0), levels=(*before.levels, level))
    return tuple(found.values())


def newly_treated(now: Sequence[Treated], before: Sequence[Treated]) -> list[Treated]:
    """What is treated now and was not so, or not on that basis, before."""
    known = [dataclasses.replace(each, rows=0) for each in before]
    return [each for each in now if dataclasses.replace(each, rows=0) not in known]


def newly_blurred(now: Sequence[Blurred], before: Sequence[Blurred]) -> list[Blurred]:
    """What is shown at other levels now than before."""
    known = [(each.field, each.k, [level for level, _ in each.levels]) for each in before]
    return [each for each in now if (each.field, each.k, [level for level, _ in each.levels]) not in known]


def _public_fields(manifest: Manifest) -> Mapping[str, Mapping[str, Any]]:
    return {field["name"]: field for field in manifest.schema["fields"]}


def _known(prefix: str, name: str, names: tuple[str, ...]) -> Message:
    """A message by a name that a manifest has; names that are not known are told as they are."""
    if name in names:
        return Message(f"{prefix}{name.replace('_', '-')}")
    return Message("portal-as-it-is", {"name": short(name)})


_TREATMENTS = ("drop", "mask", "surrogate", "generalise", "round", "top_code")
_GENERALISED = ("prefix", "month", "quarter", "year", "band")


def _treatment(entry: FieldReceipt, said: Mapping[str, Any]) -> Message:
    match entry.treatment, said:
        case "mask", {"keep_first": first, "keep_last": last} if first or last:
            which = "both" if first and last else "first" if first else "last"
            return Message(f"portal-treatment-mask-{which}", {"first": int(first), "last": int(last)})
        case "generalise", {"to": to} if to in _GENERALISED:
            return Message(f"portal-treatment-generalise-{to}", {"length": int(said.get("length") or 0)})
        case "round", {"to": to}:
            return Message("portal-treatment-round-to", {"to": int(to)})
        case "drop", _ if entry.published_as is not None:
            return Message("portal-treatment-drop-cells")
    return _known("portal-treatment-", entry.treatment, _TREATMENTS)


def _condition(when: Mapping[str, Any], language: str) -> str:
    told = (f"{name} = {listed(map(str, list(values)[:_VALUES]), language)}{'…' if len(values) > _VALUES else ''}"
            for name, values in when.items())  # fmt: skip
    return translate("portal-treatment-when", language,
                     condition=short(translate("mark-semicolon", language).join(told)))  # fmt: skip


def _level(level: str) -> Message:
    kind, _, size = level.partition(" ")
    if kind in {"exact", "month", "quarter", "year", "all", "codelist", "band", "prefix"}:
        return Message(f"small-cells-level-{kind}", {"size": short(size)})
    return Message("portal-as-it-is", {"name": short(level)})
