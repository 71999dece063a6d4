"""The search for the best of all full-domain generalisations.

A node gives each quasi-identifier a level. Whether a node keeps people from being told apart is monotone: what holds
for a node holds for all coarser ones (P. Samarati, Protecting respondents' identities in microdata release, IEEE TKDE
13(6), 2001). So one answer decides for many nodes, and chains of ever coarser nodes are halved (K. El Emam et al., A
globally optimal k-anonymity method for the de-identification of health data, JAMIA 16(5), 2009). There the minimal
nodes of every chain are found first and the best of them is taken; here chains begin at the cheapest node that is still
open, so that nodes which lose more than the best known are never asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipelines.disclose.small_cells.plan import Node

#: Losses that differ by less are equal, so that the order of additions decides nothing.
_DIGITS = 9


@dataclass
class Search:
    """Finds the node of least loss.

    ``losses`` has, per quasi-identifier, the loss of each of its levels, ascending; a node's loss is their sum.
    ``holds`` tells whether a node will do; ``asked`` counts how often it was called.
    """

    losses: Sequence[Sequence[float]]
    holds: Callable[[Node], bool]
    asked: int = 0
    _good: list[Node] = field(default_factory=list)
    _bad: list[Node] = field(default_factory=list)

    def best(self, floor: Node) -> Node | None:
        """The node of least loss that is as coarse as ``floor``; of several, the one that is finer in the first
        quasi-identifiers. ``None`` when not even the coarsest will do."""
        ranges = [range(lowest, len(levels)) for lowest, levels in zip(floor, self.losses, strict=True)]
        best: tuple[float, Node] | None = None
        for node in sorted(product(*ranges), key=self._rank):
            if best is not None and self._rank(node) >= best:
                return best[1]
            if self._known(node) is None:
                found = self._lowest_on(self.chain(node))
                if found is None:
                    return None
                best = min(self._rank(found), best) if best is not None else self._rank(found)
                if found == node:
                    return best[1]
        return best[1] if best is not None else None

    def _rank(self, node: Node) -> tuple[float, Node]:
        return self.loss(node), node

    def loss(self, node: Node) -> float:
        """What a node loses."""
        return round(sum(self.losses[place][level] for place, level in enumerate(node)), _DIGITS)

    def chain(self, node: Node) -> list[Node]:
        """From a node to the coarsest, each time by the level that loses least."""
        chain = [node]
        while raised := [
            (*node[:place], level + 1, *node[place + 1 :])
            for place, level in enumerate(node)
            if level + 1 < len(self.losses[place])
        ]:
            node = min(raised, key=self._rank)
            chain.append(node)
        return chain

    def _lowest_on(self, chain: Sequence[Node]) -> Node | None:
        """The finest node of a chain that will do, by halving."""
        first, last = 0, len(chain)
        while first < last:
            middle = (first + last) // 2
            if self._ask(chain[middle]):
                last = middle
            else:
                first = middle + 1
        return chain[first] if first < len(chain) else None

    def _ask(self, node: Node) -> bool:
        known = self._known(node)
        if known is not None:
            return known
        self.asked += 1
        holds = self.holds(node)
        (self._good if holds else self._bad).append(node)
        return holds

    def _known(self, node: Node) -> bool | None:
        if any(_covers(node, good) for good in self._good):
            return True
        if any(_covers(bad, node) for bad in self._bad):
            return False
        return None


def _covers(coarser: Node, finer: Node) -> bool:
    return all(high >= low for high, low in zip(coarser, finer, strict=True))
