"""A JSON or YAML document from a file, within limits."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.registry.problems import Key, written
from pipelines.validate.any_file.intake import require_file, shown
from pipelines.validate.any_file.refusals import Complaint, Unusable, complaint, unusable

#: Schemas are written by hand or by a program from a header; anything larger is a mistake or an attack.
MAX_BYTES = 8 << 20
#: YAML is parsed a hundred times slower than JSON.
MAX_YAML_BYTES = 1 << 20
MAX_DEPTH, MAX_VALUES = 50, 500_000
_YAML_SUFFIXES = {".yaml", ".yml"}


def read_document(path: Path) -> dict[str, Any]:
    """The object that a JSON or YAML file holds.

    Raises:
        Unusable: it is absent, too large, not well-formed, no object, or holds what cannot be written as JSON.
    """
    require_file(path)
    name, is_yaml = shown(path), path.suffix.lower() in _YAML_SUFFIXES
    limit = MAX_YAML_BYTES if is_yaml else MAX_BYTES
    if path.stat().st_size > limit:
        raise unusable("schema-too-large", name, limit=limit >> 20)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = _yaml(text, name) if is_yaml else json.loads(text)
    except UnicodeDecodeError as problem:
        raise unusable("schema-not-utf8", name) from problem
    except RecursionError as problem:
        raise unusable("schema-too-deep", name, depth=MAX_DEPTH) from problem
    except (json.JSONDecodeError, yaml.MarkedYAMLError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else mark.line + 1 if mark else 1
        raise unusable("schema-not-well-formed", name, line=line) from problem
    except (yaml.YAMLError, ValueError) as problem:
        raise unusable("schema-not-well-formed", name, line=1) from problem
    if not isinstance(content, dict):
        raise unusable("no-schema", name)
    complaints = list(_unwritable(content))
    if complaints:
        raise Unusable(complaints, name)
    return content


def _yaml(text: str, name: str) -> Any:
    # A few aliases of aliases stand for any amount of content.
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.AliasToken):
            raise unusable("schema-alias", name)
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  (a safe loader)


class _PlainLoader(yaml.CSafeLoader):
    """A safe loader that leaves dates as they are written, as JSON does."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _unwritable(content: Any) -> Iterator[Complaint]:
    """What no JSON document can hold, or only one that is meant to do harm."""
    waiting: list[tuple[Key, Any]] = [((), content)]
    seen = 0
    while waiting:
        key, value = waiting.pop()
        seen += 1
        if len(key) > MAX_DEPTH or seen > MAX_VALUES:
            yield complaint("schema-too-deep", written(key[:4]), depth=MAX_DEPTH)
            return
        if isinstance(value, float) and not math.isfinite(value):
            yield complaint("schema-not-a-number", written(key))
        elif isinstance(value, str) and not _is_text(value):
            yield complaint("schema-not-text", written(key))
        elif isinstance(value, Mapping):
            if not all(isinstance(name, str) and _is_text(name) for name in value):
                yield complaint("schema-not-text", written(key))
                continue
            waiting += [((*key, name), entry) for name, entry in value.items()]
        elif isinstance(value, list):
            waiting += [((*key, place), entry) for place, entry in enumerate(value)]


def _is_text(text: str) -> bool:
    """Half of a surrogate pair is no character: it cannot be written anywhere."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
