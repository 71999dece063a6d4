from __future__ import annotations

import re
from pathlib import Path

from pipelines.cli.main import app

PROJECT = Path(__file__).parents[2]


def test_every_command_and_option_is_documented() -> None:
    guide = (PROJECT / "docs" / "officer.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"`gongkai {command.name}" in guide


def test_documents_name_files_that_exist() -> None:
    for document in [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} names {target}"


def test_every_dependency_is_explained() -> None:
    explained = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    block = project[project.index("dependencies = [") : project.index("[project.scripts]")]
    for name in re.findall(r'^  "([a-zA-Z0-9._-]+)', block, flags=re.MULTILINE):
        assert name in explained or name.startswith("types-"), name
