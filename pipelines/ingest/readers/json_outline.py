"""The lists that a JSON document holds, and what their entries are: for whoever looks for its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from pipelines.ingest.readers.json_shapes import is_feature, label_of
from pipelines.ingest.readers.json_stream import lines
from pipelines.ingest.readers.json_window import JsonWindow

_DEEPEST = 3
#: Entries of a list that are looked at as labels; a list with more of them is no list of labels.
MOST_LABELS = 2_000


@dataclass
class Entries:
    """A list at ``path``. ``first`` is its first entry; ``names`` are the labels that its entries give, if all do.

    ``nested``: objects among the entries hold objects; of features, their properties do.
    """

    path: tuple[str, ...]
    length: int = 0
    first: Any = None
    objects: bool = True
    lists: bool = True
    features: bool = True
    nested: bool = False
    names: list[str] | None = field(default_factory=list)

    def add(self, entry: Any) -> None:
        """Look at the next entry."""
        if not self.length:
            self.first = entry
        self.length += 1
        self.objects = self.objects and isinstance(entry, Mapping)
        self.lists = self.lists and isinstance(entry, list)
        self.features = self.features and is_feature(entry)
        if isinstance(entry, Mapping):
            held = (entry["properties"] or {}) if self.features else entry
            self.nested = self.nested or any(isinstance(value, Mapping) for value in held.values())
        label = label_of(entry)
        if label is None or self.length > MOST_LABELS:
            self.names = None
        elif self.names is not None:
            self.names.append(label)


def lists_of(stream: TextIO) -> list[Entries]:
    """The lists of a document that a path can name: not within lists, and not too deep.

    Raises:
        ValueError: when the text is not one JSON value.
    """
    window = JsonWindow(stream)
    found = list(_lists(window, ()))
    if window.peek():
        raise ValueError("text after the document")
    return found


def entries_of_lines(stream: TextIO) -> Entries:
    """What the lines of JSON Lines hold.

    Raises:
        ValueError: when one is not JSON.
    """
    return _counted((), (value for _, value in lines(stream)))


def _lists(window: JsonWindow, path: tuple[str, ...]) -> Iterator[Entries]:
    mark = window.peek()
    if mark == "[":
        yield _counted(path, window.elements())
    elif mark == "{" and len(path) < _DEEPEST:
        for key in window.members():
            if "." in key:
                window.pass_over()
            else:
                yield from _lists(window, (*path, key))
    else:
        window.pass_over()


def _counted(path: tuple[str, ...], values: Iterable[Any]) -> Entries:
    entries = Entries(path)
    for value in values:
        entries.add(value)
    return entries
