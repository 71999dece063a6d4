"""Long lists on pages: so many entries on each, under headings that may go on over several pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Heading:
    """What entries are listed under: a key, how many there are of it, and the page on which they begin, from 1."""

    key: str
    count: int
    page: int


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """A page: its number from 1, how many there are, and its entries by heading."""

    number: int
    total: int
    parts: tuple[tuple[Heading, tuple[T, ...]], ...]


def headings(counts: Iterable[tuple[str, int]], per_page: int) -> tuple[Heading, ...]:
    """Where each heading begins, of keys and numbers of entries in the order of the list."""
    found, before = [], 0
    for key, count in counts:
        found.append(Heading(key, count, before // per_page + 1))
        before += count
    return tuple(found)


def entry_pages(found: Sequence[Heading], entries: Iterable[T], per_page: int) -> Iterator[ListPage[T]]:
    """All pages, of which one is held at a time; at least one, which may be empty.

    Args:
        found: the headings, in the order of the list.
        entries: as many as the headings say, in the same order.
        per_page: entries on a page.
    """
    total = max(1, -(-sum(heading.count for heading in found) // per_page))
    rest, number, room = iter(entries), 1, per_page
    parts: list[tuple[Heading, tuple[T, ...]]] = []
    for heading in found:
        left = heading.count
        while left:
            taken = tuple(islice(rest, min(left, room)))
            parts.append((heading, taken))
            left, room = left - min(left, room), room - min(left, room)
            if room == 0 and number < total:
                yield ListPage(number, total, tuple(parts))
                number, room, parts = number + 1, per_page, []
    yield ListPage(number, total, tuple(parts))
