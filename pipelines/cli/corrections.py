"""``gongkai rollback``, ``withdraw``, ``reinstate``, ``note`` and ``gc``: what an officer does to what was released."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.history import Dataset
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.summaries import show_waiting
from pipelines.core.paths import Workspace
from pipelines.core.versions import Change
from pipelines.flow import corrections, open_installation
from pipelines.publish.garbage import GRACE

ReasonZh = Annotated[str, typer.Option("--reason-zh", help=described("cli-reason-zh-help"))]
ReasonEn = Annotated[str, typer.Option("--reason-en", help=described("cli-reason-en-help"))]


def rollback(
    dataset: Dataset,
    version: Annotated[str, typer.Argument(help=described("cli-rollback-version-help"))],
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Release a dataset with the content of an earlier version. Exit code 1 where it shows just that already, or where
    it waits for an approval."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        done = corrections.rollback(inst, dataset, version, {"zh": reason_zh, "en": reason_en})
        made = done.versions[0] if done.versions else None
        number = done.snapshot.number if done.snapshot else None
        out.json({"dataset": dataset, "restored": version, "version": made.version if made else None,
                  "snapshot": number, "notices": [notice.as_dict() for notice in done.notices],
                  "waiting": [vars(entry) for entry in done.waiting]})  # fmt: skip
        for notice in done.notices:
            out.say("cli-run-notice", notice=out.of(notice))
        if done.waiting:
            show_waiting(out, done.waiting)
            out.say("cli-rollback-waiting")
            raise typer.Exit(EXIT_PROBLEMS)
        if made is None:
            out.say("cli-rollback-same", dataset=dataset, version=version)
            raise typer.Exit(EXIT_PROBLEMS)
        out.say("cli-rollback-done", dataset=dataset, restored=version, version=made.version, snapshot=number or 0)


def withdraw(
    dataset: Dataset,
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    versions: Annotated[list[str] | None, typer.Argument(help=described("cli-withdraw-versions-help"))] = None,
    every: Annotated[bool, typer.Option("--all", help=described("cli-withdraw-all-help"))] = False,
    basis: Annotated[str, typer.Option("--basis", help=described("cli-withdraw-basis-help"))] = "",
    remove_bytes: Annotated[
        bool, typer.Option("--remove-bytes", help=described("cli-withdraw-remove-bytes-help"))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=described("cli-withdraw-yes-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Withdraw versions of a dataset; a tombstone says so for good."""
    out = output(as_json, language)
    if bool(versions) == every:
        raise typer.BadParameter(out.text("cli-withdraw-which"))
    if remove_bytes and not yes:
        _confirm(out, dataset)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        done = corrections.withdraw(inst, dataset, versions or (), {"zh": reason_zh, "en": reason_en},
                                    basis=basis, remove_bytes=remove_bytes)  # fmt: skip
        out.json({"dataset": dataset, "versions": list(done.versions), "snapshot": done.snapshot.number,
                  "hidden": done.hidden, "removed": list(done.removed)})  # fmt: skip
        if done.versions:
            out.say("cli-withdraw-done", dataset=dataset, versions=", ".join(reversed(done.versions)),
                    snapshot=done.snapshot.number)  # fmt: skip
        else:
            out.say("cli-withdraw-same", dataset=dataset)
        if done.removed:
            out.say("cli-withdraw-removed", files=len(done.removed))
        if done.hidden:
            out.say("cli-withdraw-hidden", dataset=dataset)


def _confirm(out: Output, dataset: str) -> None:
    """Removed bytes do not come back: somebody at a terminal says yes, or ``--yes`` does."""
    question = out.text("cli-withdraw-confirm", dataset=dataset)
    if out.as_json or not sys.stdin.isatty():
        raise typer.BadParameter(question)
    typer.confirm(question, abort=True)


def reinstate(dataset: Dataset, as_json: Json = False, language: Language = ANY) -> None:
    """Let releases take up a dataset again that a withdrawal holds back. Exit code 1 where none does."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        was_held = corrections.reinstate(inst, dataset)
        out.json({"dataset": dataset, "reinstated": was_held})
        out.say("cli-reinstate-done" if was_held else "cli-reinstate-same", dataset=dataset)
        if not was_held:
            raise typer.Exit(EXIT_PROBLEMS)


def note(
    dataset: Dataset,
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    at_least: Annotated[Change, typer.Option("--raise", help=described("cli-note-raise-help"))] = Change.PATCH,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Say why a dataset's next version is made, and raise its number."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        follows = corrections.note(inst, dataset, {"zh": reason_zh, "en": reason_en}, at_least)
        out.json({"dataset": dataset, "follows": follows, "raise": at_least.value})
        out.say("cli-note-kept", dataset=dataset, follows=follows or "-", size=at_least.value)


def gc(
    grace: Annotated[float, typer.Option("--grace-days", min=0, help=described("cli-gc-grace-help"))] = GRACE.days,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=described("cli-gc-dry-run-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Remove files of the catalog that no release refers to."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        found = corrections.garbage(inst, dt.timedelta(days=grace), dry_run=dry_run)
        size = sum(entry.size for entry in found)
        out.json({"dry_run": dry_run, "bytes": size, "files": [entry.path for entry in found]})
        for entry in found if dry_run else ():
            out.say("cli-gc-file", path=entry.path, bytes=entry.size)
        out.say("cli-gc-would" if dry_run else "cli-gc-done", files=len(found), bytes=size)
