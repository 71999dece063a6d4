"""YAML and JSON documents with the line of every key; broken ones become problems, not exceptions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import yaml

from pipelines.core.messages import Message
from pipelines.registry.problems import Key, Problem

#: Descriptors are written by hand; anything larger is a mistake or an attack.
MAX_BYTES = 2_000_000
#: Places remembered for messages; aliases within aliases would give more than there are lines.
_MAX_KEYS = 100_000
#: Escapes that a JSON text has half a character in, unless two of them follow each other.
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
#: What PyYAML's constructors raise on scalars that are not of the type that their tag names (``!!int ''``).
_MISTYPED = (ArithmeticError, LookupError, TypeError)


@dataclass(frozen=True)
class Document:
    """A parsed file. Where its keys stand is worked out only when somebody has to be told."""

    content: Any
    text: str

    @cached_property
    def lines(self) -> Mapping[Key, int]:
        """Line of every key path, from 1; none where they cannot be told."""
        try:
            # JSON is YAML flow syntax but for tabs between tokens and escapes in pairs, so one parser gives positions
            # for both.
            node = _root(self.text.replace("\t", " "))
        except (yaml.YAMLError, RecursionError):
            return {}
        return _lines(node) if node is not None else {}


class Unreadable(Exception):
    """The file is not a document. Carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message.text())


def read_document(path: Path, file: str, dataset: str | None = None) -> Document:
    """Read a ``.yaml`` or ``.json`` file of UTF-8 text.

    Raises:
        Unreadable: with the problem: absent, too large, not UTF-8, not well-formed, keys given twice or that are no
            text, a value that contains itself.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise Unreadable(_problem("check-too-large", file, dataset, limit=MAX_BYTES))
        text = raw.decode("utf-8-sig")
    except FileNotFoundError as problem:
        raise Unreadable(_problem("check-absent", file, dataset)) from problem
    except OSError as problem:
        raise Unreadable(_problem("check-unreadable", file, dataset, reason=problem.strerror or "")) from problem
    except UnicodeDecodeError as problem:
        raise Unreadable(_problem("check-not-utf8", file, dataset)) from problem
    try:
        content = _load_json(text) if path.suffix == ".json" else _load_yaml(text)
    except json.JSONDecodeError as problem:
        raise Unreadable(
            _problem("check-not-well-formed", file, dataset, problem.lineno, reason=problem.msg)
        ) from problem
    except _Repeated as problem:
        raise Unreadable(_problem("check-repeated-key", file, dataset, problem.line, key=problem.key)) from problem
    except (yaml.YAMLError, RecursionError, ValueError, *_MISTYPED) as problem:
        mark = getattr(problem, "problem_mark", None)
        reason = str(getattr(problem, "problem", None) or type(problem).__name__)
        line = mark.line + 1 if mark is not None else None
        raise Unreadable(_problem("check-not-well-formed", file, dataset, line, reason=reason)) from problem
    return Document(content, text)


def without_block(content: bytes, key: str) -> bytes:
    """A YAML mapping's text without one of its keys at the outermost level and all that stands below it.

    The text is as it is where there is no such key, and where what is taken out might be referred to from elsewhere.
    """
    text = content.decode("utf-8-sig")
    node = _root(text)
    entries = node.value if isinstance(node, yaml.MappingNode) else []
    for position, (name, _) in enumerate(entries):
        if name.value == key:
            following = entries[position + 1][0].start_mark.index if position + 1 < len(entries) else len(text)
            start = name.start_mark.index
            return content if "&" in text[start:following] else (text[:start] + text[following:]).encode()
    return content


class _Repeated(Exception):
    """A mapping has the same key twice: both parsers would silently keep the last."""

    def __init__(self, key: str, line: int | None = None) -> None:
        self.key, self.line = key, line
        super().__init__(key)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found


def _load_json(text: str) -> Any:
    content = json.loads(text, object_pairs_hook=_unrepeated)
    if _HALF_CHARACTER.search(text):
        json.dumps(content, ensure_ascii=False).encode()  # a ValueError where half a character stands alone
    return content


def _root(text: str) -> yaml.Node | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    return node


def _load_yaml(text: str) -> Any:
    node = _root(text)
    if node is None:
        return None
    _refuse_repeated(node)
    if "&" in text:
        _refuse_cycles(node)
    return _Constructor().construct_document(node)


class _Constructor(yaml.constructor.SafeConstructor):
    """Dates stay text, as YAML 1.2 and editors' JSON Schemas have them; models read them."""

    yaml_constructors: ClassVar = {
        **yaml.constructor.SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:timestamp": yaml.constructor.SafeConstructor.construct_yaml_str,
    }


def _refuse_repeated(node: yaml.Node) -> None:
    # An alias is the same node again: walking each node once keeps a few nested aliases from costing minutes.
    walked: set[int] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if id(current) in walked:
            continue
        walked.add(id(current))
        if isinstance(current, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in current.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise yaml.MarkedYAMLError(problem="found a key that is no text", problem_mark=key.start_mark)
                if key.value in seen:
                    raise _Repeated(str(key.value), key.start_mark.line + 1)
                seen.add(key.value)
                waiting.append(value)
        elif isinstance(current, yaml.SequenceNode):
            waiting.extend(current.value)


def _refuse_cycles(root: yaml.Node) -> None:
    """Refuse an alias inside of what it stands for: nobody who walks such a value comes to an end."""
    open_nodes: set[int] = set()
    walked: set[int] = set()

    def walk(node: yaml.Node) -> None:
        if id(node) in open_nodes:
            raise yaml.MarkedYAMLError(problem="found a value that contains itself", problem_mark=node.start_mark)
        if id(node) in walked or not isinstance(node, yaml.CollectionNode):
            return
        walked.add(id(node))
        open_nodes.add(id(node))
        for entry in node.value:
            walk(entry[1] if isinstance(node, yaml.MappingNode) else entry)
        open_nodes.remove(id(node))

    walk(root)


def _lines(root: yaml.Node) -> dict[Key, int]:
    lines: dict[Key, int] = {}
    waiting: list[tuple[yaml.Node, Key]] = [(root, ())]
    while waiting and len(lines) <= _MAX_KEYS:
        node, key = waiting.pop()
        lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key_node, value in node.value:
                inner = (*key, str(key_node.value))
                lines[inner] = key_node.start_mark.line + 1
                waiting.append((value, inner))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend((value, (*key, position)) for position, value in enumerate(node.value))
    return lines


def _problem(kind: str, file: str, dataset: str | None, line: int | None = None, **params: str | int) -> Problem:
    return Problem(file, Message(kind, params), Message(f"{kind}-remedy"), line=line, dataset=dataset)
