"""What every command begins with: its output, its workspace, and errors that people can read."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.errors import NoEarlierVersion
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_UNFINISHED, EXIT_USAGE, Output, default_language
from pipelines.core.errors import (
    GongkaiError,
    InvalidPeriod,
    UnknownDataset,
    UnknownDelivery,
    UnknownHarvest,
    UnknownVersion,
)
from pipelines.core.messages import LANGUAGES, translate
from pipelines.core.paths import Workspace
from pipelines.flow import CatalogMissing
from pipelines.flow.machine import machine_trouble
from pipelines.flow.reviewing import DigestTooShort
from pipelines.flow.tracing import UnusableKey
from pipelines.publish import FileExists, VersionWithdrawn
from pipelines.publish.signing import UnusablePublicKey
from pipelines.publish.verifying import UnknownRelease
from pipelines.registry import CatalogUnusable, Problem
from pipelines.validate.annotate.errors import CannotAnnotate


def described(message_id: str) -> str:
    """A help text, in the language of the environment."""
    return translate(message_id, default_language())


Json = Annotated[bool, typer.Option("--json", help=described("cli-json-help"))]
Language = Annotated[str, typer.Option("--lang", help=described("cli-lang-help"), metavar="en|zh")]

#: Errors of whoever gave the command: it names something that there is not.
_WRONG_USE = (InvalidPeriod, UnknownDataset, UnknownDelivery, UnknownHarvest, UnknownVersion, VersionWithdrawn,
              NoEarlierVersion, FileExists, CannotAnnotate, UnusableKey, UnusablePublicKey, UnknownRelease,
              DigestTooShort)  # fmt: skip

#: The default of ``--lang``: the environment's language.
ANY = ""


def program() -> str:
    """How to type this command again from the current folder."""
    if shutil.which("gongkai"):
        return "gongkai"
    path = Path(sys.argv[0])
    return os.path.relpath(path) if path.name == "gongkai" else f"{os.path.relpath(sys.executable)} -m pipelines.cli"


def output(as_json: bool, language: str) -> Output:
    """The output of a command.

    Raises:
        typer.BadParameter: when ``language`` is neither empty nor one of the catalogue's languages.
    """
    if language and language not in LANGUAGES:
        raise typer.BadParameter(translate("cli-lang-unknown", default_language(), language=language))
    return Output(language or default_language(), as_json)


@contextlib.contextmanager
def readable_errors(out: Output) -> Iterator[None]:
    """Turn errors that people can do something about into a sentence and an exit code."""
    try:
        with machine_trouble():
            yield
    except CatalogUnusable as unusable:
        show_problems(out, unusable.problems)
        raise typer.Exit(EXIT_PROBLEMS) from unusable
    except GongkaiError as error:
        out.json({"error": error.message.as_dict()})
        out.error(out.of(error.message))
        usage = isinstance(error, _WRONG_USE)
        missing = isinstance(error, CatalogMissing)
        raise typer.Exit(EXIT_UNFINISHED if missing else EXIT_USAGE if usage else EXIT_PROBLEMS) from error
    except (OSError, MemoryError) as error:
        reason = machine_reason(error)
        out.json({"error": {"id": "cli-machine-error", "params": {"reason": reason}}})
        out.error(out.text("cli-machine-error", reason=reason))
        raise typer.Exit(EXIT_UNFINISHED) from error


def machine_reason(error: OSError | MemoryError) -> str:
    """What the machine could not do, in one line."""
    if isinstance(error, MemoryError):
        return type(error).__name__
    return f"{type(error).__name__}: {error.strerror or ''} {error.filename or ''}".strip()


def show_problems(out: Output, problems: tuple[Problem, ...]) -> None:
    """Print problems of descriptors."""
    out.json({"problems": [problem.as_dict() for problem in problems]})
    for problem in () if out.as_json else problems:
        place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
        out.console.print(f"{place}  {problem.key}".rstrip(), style="bold", soft_wrap=True)
        out.console.print(f"  {out.of(problem.message)}", soft_wrap=True)
        out.console.print(f"  → {out.of(problem.remedy)}", soft_wrap=True)


def log_to_file(workspace: Workspace) -> None:
    """Keep a log in the private folder, and structured lines on standard error where no terminal shows progress."""
    folder = workspace.private / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "gongkai.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    (folder / "gongkai.log").chmod(0o600)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("pipelines")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
