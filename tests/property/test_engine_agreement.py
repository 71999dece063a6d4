"""The engine against frictionless, to the letter: random schemas, dialects and bytes."""

from __future__ import annotations

from random import Random

from drawing import often
from fuzz_engine import compare, random_case
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=often(200, 500))
@given(st.integers(0, 2**32))
def test_error_descriptors_are_those_of_frictionless(seed: int) -> None:
    # Several cases per example: they share the examples' overhead, and the seed names the failing one.
    for number in range(4):
        case = random_case(Random(f"{seed}.{number}"))
        _, difference = compare(case)
        assert difference is None, f"{difference}\n{case}"
