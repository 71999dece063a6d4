"""Treatments: masks reveal no more than they keep, surrogates are a function of text, domain and key."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclose import SurrogateKey
from pipelines.disclose.treatments import masked_text, surrogate
from pipelines.registry.disclosures import Mask

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
KEYS = st.binary(min_size=32, max_size=32).map(SurrogateKey.of)


@given(TEXTS, st.integers(0, 4), st.integers(0, 4), st.one_of(st.none(), st.integers(1, 20)))
def test_masks_keep_the_ends_at_most(text: str, first: int, last: int, length: int | None) -> None:
    masked = masked_text(text, Mask(type="mask", keep_first=first, keep_last=last, length=length))
    if len(text) <= first + last:
        assert set(masked) <= {"*"}
    else:
        middle = masked[first : len(masked) - last]
        assert masked == text[:first] + middle + text[len(text) - last :]
        assert middle == "*" * (length or len(text) - first - last)


@given(TEXTS, KEYS, KEYS)
def test_surrogates_depend_on_text_domain_and_key_alone(text: str, key: SurrogateKey, other: SurrogateKey) -> None:
    first = surrogate(text, "person", key)
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert surrogate(f" {text}\u3000", "person", key) == first
    assert surrogate(text, "account", key) != first
    assert (surrogate(text, "person", other) == first) == (key == other)
