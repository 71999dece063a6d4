"""What was decided for the rows of a period: the levels, and which rows lose their quasi-identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.disclose.small_cells.plan import Known, Node, Plan


@dataclass(frozen=True)
class Decision:
    """By quasi-identifier: the name of its level, and in how many rows it is generalised and suppressed. ``codes`` has,
    of those shown by a code list's level, which code is shown for each. ``rows`` are those about people, ``hidden``
    those of them that lose all quasi-identifiers."""

    levels: Mapping[str, str]
    generalised: Mapping[str, int]
    suppressed: Mapping[str, int]
    codes: Mapping[str, Mapping[str, str]]
    rows: int
    hidden: int

    @property
    def known(self) -> Mapping[str, Known]:
        """What later versions may not be finer than."""
        return {name: Known(level, self.codes.get(name)) for name, level in self.levels.items()}

    def node(self, plan: Plan) -> tuple[Plan, Node]:
        """The levels in a plan's hierarchies.

        Raises:
            ValueError: when the plan does not have them, or its code lists show other codes by them.
        """
        hierarchies = tuple(
            each.with_all() if self.levels.get(each.name) == "all" else each for each in plan.hierarchies
        )
        levels = [each.level(self.levels.get(each.name, "")) for each in hierarchies]
        if set(self.levels) != {each.name for each in hierarchies} or None in levels:
            raise ValueError("the plan does not have these levels")
        node = tuple(level or 0 for level in levels)
        for each, level in zip(hierarchies, node, strict=True):
            codes = each.codes(level)
            if codes is not None and not self.codes.get(each.name, {"": ""}).items() <= codes.items():
                raise ValueError("the plan shows other codes by these levels")
        return replace(plan, hierarchies=hierarchies), node

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Decision:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(
            levels={str(name): str(level) for name, level in document["levels"].items()},
            generalised={str(name): int(rows) for name, rows in document["generalised"].items()},
            suppressed={str(name): int(rows) for name, rows in document["suppressed"].items()},
            codes={
                str(name): {str(code): str(above) for code, above in codes.items()}
                for name, codes in document["codes"].items()
            },
            rows=int(document["rows"]),
            hidden=int(document["hidden"]),
        )
