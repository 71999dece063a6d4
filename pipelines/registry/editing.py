"""Single values of a YAML document changed in place: comments, order and style of everything else stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def with_value(text: str, key: Sequence[str | int], value: str) -> str:
    """``text`` with a scalar at ``key``, whose parent is a mapping that is there.

    Args:
        text: a YAML document.
        key: names in mappings, positions in sequences.
        value: the scalar as YAML writes it.

    Raises:
        KeyError: the parent is not there, or is no mapping with keys.
    """
    # The parser in Python counts characters; the one in C would be quicker and counts them otherwise.
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in key[:-1]:
        node = _entry(node, part)
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
