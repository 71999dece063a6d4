"""Suspicion of personal data, by what a field is called and by what stands in it, and the treatment proposed for it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipelines.drafting.answers import both

_TREATMENTS = {
    "identity_number": "surrogate",
    "name": "mask",
}


#: French labels that say whose name it is: a place's, a public body's, a thing's. Any other word keeps the suspicion.
_THINGS = (
    "lieu|commune|communes|epci|departement|département|region|région|pays|ville|voie|rue|quartier|site|station|zone|"
    "compteur|secteur|sect|programme|prog|projet|operation|opération|organisme|orga|collectivite|collectivité|"
    "etablissement|établissement|ecole|école|college|collège|lycee|lycée|equipement|équipement|ligne|arret|arrêt|"
    "parking|jeu|fichier|champ|produit|attribuant"
)
_NAME_OF_A_THING = re.compile(
    rf"(?:(?:{_THINGS}) )*nom(?: (?:de la|de|du|des|d|l))*(?: (?:{_THINGS}))+|(?:(?:{_THINGS}) )+nom"
)


@dataclass(frozen=True)
class Suspicion:
    """``kinds`` of personal data; ``by_label`` says that the label gave rise to it, not the values."""

    kinds: tuple[str, ...]
    by_label: bool


def suspicion(label: str, found: Collection[str]) -> Suspicion | None:
    """What a field may hold: ``found`` are the kinds that its values look like."""
    if found:
        return Suspicion(tuple(sorted(found)), False)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", unicodedata.normalize("NFKC", label)).lower().strip()
    for kind, pattern in _labels():
        if pattern.search(spaced) and not (kind == "name" and _NAME_OF_A_THING.fullmatch(spaced)):
            return Suspicion((kind,), True)
    return None


def disclosure(suspected: Suspicion | None, name: str, organisation: str, review_date: str) -> dict[str, Any]:
    """The ``disclosure`` property of a field: active without suspicion, else withheld under a treatment."""
    if suspected is None:
        return {"attribute": "active"}
    return {
        "attribute": "withheld",
        "basis": both("draft-personal-basis")["zh"],
        "unit": organisation,
        "review_date": review_date,
        "treatment": _treatment(suspected.kinds, name),
    }


def _treatment(kinds: tuple[str, ...], name: str) -> dict[str, Any]:
    match _TREATMENTS.get(kinds[0]) if len(kinds) == 1 else None:
        case "surrogate":
            return {"type": "surrogate", "published_as": f"{name[:50]}_surrogate", "domain": "person"}
        case "mask":
            return {"type": "mask", "keep_first": 1, "length": 2}
        case _:
            return {"type": "drop"}


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    with (resources.files("pipelines.drafting") / "personal_labels.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    patterns = []
    for row in rows:
        words = [
            re.escape(word) if not word.isascii() else rf"\b{re.escape(word)}\b" for word in row["words"].split("|")
        ]
        patterns.append((row["kind"], re.compile("|".join(words))))
    return tuple(patterns)
