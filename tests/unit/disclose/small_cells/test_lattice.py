from __future__ import annotations

import itertools
import random

import pytest
from small_tables import plan

from pipelines.disclose.small_cells.lattice import Search
from pipelines.disclose.small_cells.plan import Known, Node, Step


def search(heights: tuple[int, ...], good: list[Node], seed: int) -> Search:
    chance = random.Random(seed)
    losses = [sorted(chance.random() for _ in range(height)) for height in heights]
    return Search(losses, lambda node: any(all(a >= b for a, b in zip(node, each, strict=True)) for each in good))


@pytest.mark.parametrize("seed", range(40))
def test_the_best_of_all_nodes_is_found_with_few_questions(seed: int) -> None:
    chance = random.Random(seed)
    heights = (4, 3, 5, 2, 4)
    nodes = list(itertools.product(*map(range, heights)))
    made = search(heights, chance.sample(nodes, 3), seed)
    floor = (0, 0, chance.randrange(3), 0, 1)
    found = made.best(floor)
    fitting = [
        node for node in nodes if made.holds(node) and all(a >= b for a, b in zip(node, floor, strict=True))
    ]  # fmt: skip
    assert found == min(fitting, key=lambda node: (made.loss(node), node), default=None)
    assert made.asked < len(nodes) / 5


def test_where_nothing_will_do_one_chain_is_enough() -> None:
    made = Search([[0.0, 1.0]] * 10, lambda _: False)
    assert made.best((0,) * 10) is None
    assert made.asked < 10


@pytest.mark.parametrize(
    ("step", "name", "covers"),
    [
        (Step("month"), "exact", True), (Step("month"), "quarter", False), (Step("year"), "quarter", True),
        (Step("band", 20), "band 10", True), (Step("band", 15), "band 10", False),
        (Step("prefix", 2), "prefix 4", True), (Step("all"), "band 10", True),
        (Step("prefix", 4), "prefix 2", False), (Step("codelist", 2), "codelist 1", False),
        (Step("exact"), "month", False), (Step("month"), "band 10", False), (Step("band", 10), "all", False),
    ],
)  # fmt: skip
def test_a_level_covers_finer_ones_of_its_kind(step: Step, name: str, covers: bool) -> None:
    assert step.covers(Known(name)) is covers


@pytest.mark.parametrize(
    ("today", "covers"),
    [
        ({"a1": "a", "a2": "a", "a": "a"}, True), ({"a1": "r", "a2": "r", "a": "r", "b": "r"}, True),
        ({"a1": "a", "a2": "b", "a": "a"}, False), ({"a1": "a", "a": "a"}, False),
        ({"a1": "x", "a2": "x", "a": "a"}, False),
    ],
)  # fmt: skip
def test_a_level_of_a_code_list_covers_codes_that_it_unites(today: dict[str, str], covers: bool) -> None:
    shown = {"a1": "a", "a2": "a", "a": "a"}
    assert Step("codelist", 1, today).covers(Known("codelist 5", shown)) is covers


def test_of_a_code_list_that_nobody_knows_any_more_nothing_is_shown() -> None:
    fitting, node = plan(5).covering([{"place": Known("codelist 1"), "day": Known("band 5")}])
    assert [each.steps[level].name for each, level in zip(fitting.hierarchies, node, strict=True)] == ["all", "band 5"]
