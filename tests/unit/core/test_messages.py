from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

import pipelines
from pipelines.core.messages import LANGUAGES, Message, _entries, message_ids, translate

PACKAGE = Path(pipelines.__file__).parent

#: Text that a descriptor gives in both languages: each language uses its own parameter.
PASSED_THROUGH = {"described"}


def variables(language: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted((PACKAGE / "core" / "locale" / language).glob("*.ftl")):
        text = path.read_text(encoding="utf-8")
        for entry in FluentParser().parse(text).body:
            assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} is defined twice"
                source = text[entry.span.start : entry.span.end]
                found[entry.id.name] = set(re.findall(r"\$([a-z_]+)", source))
    return found


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    english, chinese = (variables(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys() == message_ids("en")
    assert {name for name in english if english[name] != chinese[name]} == PASSED_THROUGH


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_is_parsed_by_itself_as_in_its_file(language: str) -> None:
    for path in sorted((PACKAGE / "core" / "locale" / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, ast.Message):
                [alone] = FluentParser().parse(_entries(language)[entry.id.name]).body
                assert alone.equals(entry, ignored_fields=["span", "comment"])


def test_every_message_that_code_names_exists() -> None:
    known = message_ids("en")
    named = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?:Message|translate|\.say|described)\(\s*"([a-z]+-[a-z0-9-]+)"', text))
        named |= set(re.findall(r'message_id = "([a-z][a-z0-9-]+)"', text))
    assert named - known == set()
    assert len(named) > 100


def test_a_missing_parameter_is_an_error_not_a_hole() -> None:
    with pytest.raises(KeyError):
        translate("error-invalid-version", "en")


def test_lists_are_told_as_the_language_writes_them() -> None:
    message = Message("portal-check-key", {"fields": ("a", "b")})
    assert "a, b" in message.text("en") and "a、b" in message.text("zh")
    assert Message.from_dict(json.loads(json.dumps(message.as_dict()))) == message


def test_numbers_are_written_as_they_are() -> None:
    message = Message("validate-no-rows")
    assert message.text("zh") != message.text("en")
    assert "1000000" in translate("check-too-large", "en", limit=1_000_000).replace(",", "")
