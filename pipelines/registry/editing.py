"""Parts of a YAML document changed in place: comments, order and style of everything else stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

_WIDTH = 1_000_000


def with_value(text: str, key: Sequence[str | int], value: str) -> str:
    """``text`` with a scalar at ``key``, whose parent is a mapping that is there.

    Args:
        text: a YAML document.
        key: names in mappings, positions in sequences.
        value: the scalar as YAML writes it.

    Raises:
        KeyError: the parent is not there, or is no mapping with keys.
    """
    node = _at(text, key[:-1])
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise KeyError(key)
    name = str(key[-1])
    for known, old in node.value:
        if known.value == name:
            return text[: old.start_mark.index] + value + text[old.end_mark.index :]
    if node.flow_style:
        end = node.value[-1][1].end_mark.index
        return f"{text[:end]}, {name}: {value}{text[end:]}"
    begin = node.value[0][0].start_mark
    return f"{text[: begin.index]}{name}: {value}\n{' ' * begin.column}{text[begin.index :]}"


def as_yaml(value: Any) -> str:
    """A value on one line, as YAML writes it."""
    # Within a list, so that a scalar is not followed by the end of a document.
    text: str = yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, sort_keys=False, width=_WIDTH)
    return text.strip()[1:-1]


def with_entry_after(text: str, key: Sequence[str | int], before: str, name: str, value: Any) -> str:
    """``text`` with a new entry of the mapping at ``key``, behind its entry ``before``; the last one when that is not.

    Raises:
        KeyError: the mapping is not there, or has no entries.
    """
    node = _at(text, key)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise KeyError(key)
    known, old = next((entry for entry in node.value if entry[0].value == before), node.value[-1])
    entry = as_yaml({name: value})[1:-1]
    end: int = old.end_mark.index
    if node.flow_style:
        return f"{text[:end]}, {entry}{text[end:]}"
    if not isinstance(old, yaml.ScalarNode) or old.style in {"|", ">"}:
        raise KeyError(key)
    return _with_line_after(text, end, " " * known.start_mark.column + entry)


def with_last_item(text: str, key: Sequence[str | int], item: str) -> str:
    """``text`` with a scalar at the end of the list at ``key``.

    Raises:
        KeyError: the list is not there, or is empty.
    """
    node = _at(text, key)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise KeyError(key)
    end: int = node.value[-1].end_mark.index
    if node.flow_style:
        return f"{text[:end]}, {as_yaml(item)}{text[end:]}"
    return _with_line_after(text, end, f"{' ' * node.start_mark.column}- {as_yaml(item)}")


def with_item_before(text: str, key: Sequence[str | int], place: int, item: Any) -> str:
    """``text`` with a new item of the list at ``key``, before the one at ``place`` and the comments above that.

    Raises:
        KeyError: the list is not there, is written in one line, or has no such item.
    """
    node = _at(text, key)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or place >= len(node.value):
        raise KeyError(key)
    column = node.start_mark.column
    dash = text.rfind("-", 0, node.value[place].start_mark.index + 1)
    begin = text.rfind("\n", 0, dash) + 1
    if text[begin:dash].strip():
        raise KeyError(key)
    while begin:
        above = text.rfind("\n", 0, begin - 1) + 1
        line = text[above:begin]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != column:
            break
        begin = above
    dumped: str = yaml.dump([item], Dumper=_Plain, allow_unicode=True, sort_keys=False, width=_WIDTH)
    indented = "".join(f"{' ' * column}{line}" for line in dumped.splitlines(keepends=True))
    return text[:begin] + indented + text[begin:]


def _with_line_after(text: str, index: int, line: str) -> str:
    """``text`` with a line behind that of ``index``, whose comment stays."""
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{line}{text[end:]}"


class _Plain(yaml.SafeDumper):
    """Writes everything out: names of anchors could be there already."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _at(text: str, key: Sequence[str | int]) -> yaml.Node | None:
    # The parser in Python counts characters; the one in C would be quicker and counts them otherwise.
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in key:
        node = _entry(node, part)
    return node


def _entry(node: yaml.Node | None, part: str | int) -> yaml.Node:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    if isinstance(node, yaml.MappingNode):
        for known, value in node.value:
            if known.value == part:
                entry: yaml.Node = value
                return entry
    raise KeyError(part)
