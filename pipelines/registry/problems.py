"""Problems of descriptors: every one of them, with file, line, key and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from pipelines.core.messages import Message

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One problem. ``file`` is relative to the descriptors' folder; ``key`` is the path of keys in the document."""

    file: str
    message: Message
    remedy: Message
    key: str = ""
    line: int | None = None
    dataset: str | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "dataset": self.dataset,
            "message": self.message.as_dict(),
            "remedy": self.remedy.as_dict(),
        }


def written(key: Iterable[str | int]) -> str:
    """A key path as people write it: ``layouts[0].steps[2].fields``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def line_of(key: Key, lines: Mapping[Key, int]) -> int | None:
    """The line of ``key`` or of its nearest parent that stands in the document."""
    while key not in lines and key:
        key = key[:-1]
    return lines.get(key)


def from_validation(
    error: ValidationError, file: str, lines: Mapping[Key, int], dataset: str | None = None
) -> list[Problem]:
    """Every entry of a pydantic error as a problem."""
    problems = []
    for entry in error.errors(include_url=False, include_input=False):
        key = _document_key(entry["loc"], lines)
        message, remedy = _explain(entry["type"], entry["msg"], key, entry.get("ctx") or {})
        problems.append(Problem(file, message, remedy, written(key), line_of(key, lines), dataset))
    return problems


def _document_key(location: tuple[int | str, ...], lines: Mapping[Key, int]) -> Key:
    """Pydantic puts the names of union members into the path; only keys that stand in the document are kept."""
    key: Key = ()
    for position, part in enumerate(location):
        if (*key, part) in lines or position == len(location) - 1:
            key = (*key, part)
    return key


def _explain(kind: str, text: str, key: Key, context: Mapping[str, Any]) -> tuple[Message, Message]:
    name = str(key[-1]) if key else ""
    if kind == "missing":
        return Message("check-missing-key", {"key": name}), Message("check-missing-key-remedy", {"key": name})
    if kind == "extra_forbidden":
        return Message("check-unknown-key", {"key": name}), Message("check-unknown-key-remedy")
    if kind in {"enum", "literal_error", "union_tag_invalid"}:
        expected = str(context.get("expected") or context.get("expected_tags"))
        return Message("check-not-allowed", {"key": name}), Message("check-not-allowed-remedy", {"expected": expected})
    if kind == "value_error":
        return Message("check-rule", {"reason": text.removeprefix("Value error, ")}), Message("check-rule-remedy")
    return Message("check-invalid-value", {"key": name, "reason": text}), Message("check-invalid-value-remedy")
