"""``gongkai review``: what waits for an officer's decision, and deciding it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import TypeAdapter, ValidationError

from pipelines.cli.context import ANY, Json, Language, described, output, program, readable_errors, show_problems
from pipelines.cli.output import EXIT_USAGE, Output
from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import DecisionKind, Entry, ReviewLedger, SubjectKind
from pipelines.flow import open_installation
from pipelines.flow.reviewing import (
    Recorded,
    Review,
    State,
    decide,
    find_review,
    findings_of,
    reviews_of,
    take_over,
)
from pipelines.registry.documents import Unreadable, read_document
from pipelines.registry.problems import from_validation

app = typer.Typer(help=described("cli-review-help"), no_args_is_help=True)

Digest = Annotated[str, typer.Argument(metavar="DIGEST", help=described("cli-review-digest-help"))]
By = Annotated[str, typer.Option("--by", envvar="GONGKAI_OFFICER", help=described("cli-review-by-help"))]
Basis = Annotated[str, typer.Option("--basis", help=described("cli-review-basis-help"))]
Reason = Annotated[str, typer.Option("--reason", help=described("cli-review-reason-help"))]


@app.command("list", help=described("cli-review-list-help"))
def list_(
    everything: Annotated[bool, typer.Option("--all", help=described("cli-review-all-help"))] = False,
    findings: Annotated[bool, typer.Option("--findings", help=described("cli-review-findings-help"))] = False,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """List what waits for a decision."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        known = findings_of(inst) if findings else reviews_of(inst)
        found = [review for review in known if everything or review.state is not State.APPROVED]
        out.json({"reviews": [_row(review) for review in found]})
        if not found:
            out.say("cli-review-nothing")
            return
        columns = (
            "cli-review-digest",
            "cli-review-subject",
            "cli-dataset",
            "cli-review-state",
            "cli-periods",
            "cli-rows",
        )
        rows = [
            (review.id, out.text(f"cli-review-kind-{review.subject.kind}"), review.subject.dataset or "-",
             out.text(f"cli-review-state-{review.state}"), _place(review) or ", ".join(review.periods),
             review.rows or "")
            for review in found
        ]  # fmt: skip
        out.table(columns, rows, right=("cli-rows",))
        first = next((review for review in found if review.state is State.WAITING), None)
        if first is not None:
            out.say("cli-review-next", program=program(), digest=first.id)


@app.command("show", help=described("cli-review-show-help"))
def show(digest: Digest, as_json: Json = False, language: Language = ANY) -> None:
    """Show what would be decided."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        review = find_review(inst, digest)
        out.json({**_row(review), "document": review.document})
        out.say("cli-review-headline", subject=out.text(f"cli-review-kind-{review.subject.kind}"),
                dataset=review.subject.dataset or "-", state=out.text(f"cli-review-state-{review.state}"),
                digest=review.subject.digest)  # fmt: skip
        if not out.as_json:
            _show_document(out, review)
        if review.decided is not None:
            out.say("cli-review-decided", decision=out.text(f"cli-review-did-{review.decided.decision.kind}"),
                    by=review.decided.decision.by, at=review.decided.at, basis=review.decided.decision.basis,
                    reason=review.decided.decision.reason or "-")  # fmt: skip


@app.command("approve", help=described("cli-review-approve-help"))
def approve(digest: Digest, by: By, basis: Basis, reason: Reason = "", as_json: Json = False,
            language: Language = ANY) -> None:  # fmt: skip
    """Approve a plan, a version or the negative list."""
    _decide(DecisionKind.APPROVE, digest, by, basis, reason, output(as_json, language))


@app.command("reject", help=described("cli-review-reject-help"))
def reject(digest: Digest, by: By, basis: Basis, reason: Reason, as_json: Json = False,
           language: Language = ANY) -> None:  # fmt: skip
    """Reject a plan, a version or the negative list."""
    _decide(DecisionKind.REJECT, digest, by, basis, reason, output(as_json, language))


@app.command("import", help=described("cli-review-import-help"))
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Record approvals that were decided elsewhere."""
    out = output(as_json, language)
    recorded = _recorded(file, out)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        taken = take_over(inst, recorded)
        out.json({"approved": [_row(review) for review in taken.approved],
                  "overruled": [_row(review) for review in taken.overruled],
                  "not_applicable": [{"kind": entry.kind.value, "dataset": entry.dataset, "digest": entry.digest}
                                     for entry in taken.other]})  # fmt: skip
        out.say("cli-review-imported", approved=len(taken.approved), known=len(taken.known))
        for review in taken.overruled:
            out.say("cli-review-overruled", subject=out.text(f"cli-review-kind-{review.subject.kind}"),
                    dataset=review.subject.dataset or "-", digest=review.id, program=program())  # fmt: skip
        for entry in taken.other:
            out.say("cli-review-not-applicable", subject=out.text(f"cli-review-kind-{entry.kind}"),
                    dataset=entry.dataset or "-", digest=entry.digest)  # fmt: skip


@app.command("log", help=described("cli-review-log-help"))
def log(as_json: Json = False, language: Language = ANY) -> None:
    """Show the whole ledger."""
    out = output(as_json, language)
    with readable_errors(out):
        entries = ReviewLedger(Workspace.default().reviews).entries()
        out.json({"entries": [_entry(entry) for entry in entries]})
        columns = ("cli-review-number", "cli-review-at", "cli-review-decision", "cli-review-subject", "cli-dataset",
                   "cli-review-digest", "cli-review-by", "cli-review-basis", "cli-review-reason")  # fmt: skip
        rows = [
            (entry.number, entry.at[:19], out.text(f"cli-review-did-{entry.decision.kind}"),
             out.text(f"cli-review-kind-{entry.decision.subject.kind}"), entry.decision.subject.dataset or "-",
             entry.decision.subject.digest[:12], entry.decision.by, entry.decision.basis,
             entry.decision.reason)
            for entry in entries
        ]  # fmt: skip
        out.table(columns, rows, right=("cli-review-number",))


def _decide(kind: DecisionKind, digest: str, by: str, basis: str, reason: str, out: Output) -> None:
    for option, text in (("--by", by), ("--basis", basis), ("--reason", reason)):
        if not text.strip() and option != "--reason":
            raise typer.BadParameter(out.text("cli-review-empty", option=option))
        if any("\ud800" <= character <= "\udfff" for character in text):  # bytes that were typed in another encoding
            raise typer.BadParameter(out.text("cli-review-no-text", option=option))
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        review = find_review(inst, digest)
        entry = decide(inst, review, kind, by.strip(), basis.strip(), reason.strip())
        out.json(_entry(entry))
        is_cleared = review.subject.kind is SubjectKind.FINDING and review.state is State.APPROVED
        done = "taken-back" if is_cleared and kind is DecisionKind.REJECT else kind.value
        out.say(f"cli-review-done-{done}", subject=out.text(f"cli-review-kind-{review.subject.kind}"),
                dataset=review.subject.dataset or "-", number=entry.number, program=program(),
                next=_next_command(review))  # fmt: skip


def _next_command(review: Review) -> str:
    """What publishes something once it is approved: a rollback is released by who asked for it, all else by a run."""
    restores = review.document.get("restores")
    return f"{program()} rollback {review.subject.dataset} {restores} …" if restores else f"{program()} run"


def _recorded(file: Path, out: Output) -> list[Recorded]:
    try:
        document = read_document(file, str(file))
        return TypeAdapter(list[Recorded]).validate_python(document.content)
    except Unreadable as unreadable:
        problems = [unreadable.problem]
    except ValidationError as error:
        problems = from_validation(error, str(file), document.lines)
    show_problems(out, tuple(problems))
    raise typer.Exit(EXIT_USAGE)


def _show_document(out: Output, review: Review) -> None:
    """The plan's fields as a table; all else that is decided as YAML."""
    fields = review.document.get("fields", {}) if review.subject.kind is SubjectKind.DISCLOSURE_PLAN else {}
    rest = {key: value for key, value in review.document.items() if not (fields and key == "fields")}
    if rest:
        out.console.print(yaml.safe_dump(rest, allow_unicode=True, sort_keys=False), soft_wrap=True)
    if not fields:
        return
    columns = (
        "cli-review-field",
        "cli-review-attribute",
        "cli-review-treatment",
        "cli-review-basis",
        "cli-review-unit",
    )
    rows = [
        (field, said["attribute"], _treatment(said), said.get("basis", ""), said.get("unit", ""))
        for field, said in fields.items()
    ]
    out.table(columns, rows)


def _place(review: Review) -> str:
    """Where a finding is; empty for other subjects."""
    if review.subject.kind is not SubjectKind.FINDING:
        return ""
    said = review.document
    names = ("delivery", "file", "sheet", "row", "field", "kind")
    return ", ".join(str(said[name]) for name in names if said.get(name))


def _treatment(said: dict[str, Any]) -> str:
    treatment = dict(said.get("treatment", {}))
    parts = [str(treatment.pop("type", "")), *(f"{key} {value}" for key, value in treatment.items())]
    if said.get("personal_data"):
        parts.append("≠ " + ", ".join(said["personal_data"]))
    parts += [f"{field} = {' | '.join(values)}" for field, values in said.get("when", {}).items()]
    parts += [f"{field} ≠ {' | '.join(values)}" for field, values in said.get("spared", {}).items()]
    return ", ".join(part for part in parts if part)


def _row(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "kind": review.subject.kind.value,
        "dataset": review.subject.dataset or None,
        "digest": review.subject.digest,
        "state": review.state.value,
        "version": review.version,
        "periods": list(review.periods),
        "rows": review.rows,
        "finding": dict(review.document) if review.subject.kind is SubjectKind.FINDING else None,
        "decided": _entry(review.decided) if review.decided else None,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "decision": entry.decision.kind.value,
        "kind": entry.decision.subject.kind.value,
        "dataset": entry.decision.subject.dataset or None,
        "digest": entry.decision.subject.digest,
        "by": entry.decision.by,
        "account": entry.decision.account,
        "basis": entry.decision.basis,
        "reason": entry.decision.reason,
        "sha256": entry.sha256,
        "previous": entry.previous,
    }
