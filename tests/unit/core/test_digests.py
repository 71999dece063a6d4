from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.digests import json_digest

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner),
    max_leaves=10,
)


def test_it_is_of_the_json_with_sorted_keys() -> None:
    text = '{"a": null, "b": [1, "树"]}'
    assert json_digest({"b": [1, "树"], "a": None}) == hashlib.sha256(text.encode()).hexdigest()


@given(_DOCUMENTS, _DOCUMENTS)
def test_the_same_documents_have_the_same_and_others_another(one: object, other: object) -> None:
    assert (json_digest([one]) == json_digest([other])) == (repr(_sorted(one)) == repr(_sorted(other)))


def _sorted(document: object) -> object:
    if isinstance(document, dict):
        return sorted((key, _sorted(value)) for key, value in document.items())
    return tuple(map(_sorted, document)) if isinstance(document, list) else document


def test_what_json_cannot_hold_is_refused_unless_something_stands_for_it() -> None:
    with pytest.raises(TypeError):
        json_digest(Decimal(1))
    assert json_digest(Decimal(1), repr) == json_digest("Decimal('1')")
