"""What ``gongkai validate`` prints for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from pipelines.cli.output import Output

if TYPE_CHECKING:
    from pipelines.validate.any_file import Judgement
    from pipelines.validate.any_file.grouping import Example, Group
    from pipelines.validate.any_file.refusals import Complaint

_SHOWN_GROUPS = 30
_SHOWN_COMPLAINTS = 50


def show_complaints(out: Output, subject: str, complaints: Sequence[Complaint]) -> None:
    """Why the command cannot be carried out."""
    out.json({"file": subject, "problems": [entry.as_dict() for entry in complaints]})
    for entry in complaints[:_SHOWN_COMPLAINTS]:
        out.error(f"{subject}{': ' if entry.key else ''}{entry.key}: {out.of(entry.message)}")
        out.error(f"  → {out.of(entry.remedy)}")


def show_judgement(
    out: Output, judgement: Judgement, groups: Sequence[Group], errors: int, folder: Path | None
) -> None:  # fmt: skip
    """The verdict, how the file was read, and the errors by group, most frequent first."""
    from pipelines.validate.any_file.words import reading, verdict

    if out.as_json:
        return
    style = "bold red" if errors else "bold green"
    out.console.print(Text(out.of(verdict(judgement, errors)), style=style), soft_wrap=True)
    if judgement.refusal is None:
        out.console.print(Text(reading(judgement, out.language)), soft_wrap=True)
    for note in judgement.notes:
        out.console.print(Text(f"! {out.of(note)}", style="yellow"), soft_wrap=True)
    for group in groups[:_SHOWN_GROUPS]:
        _show_group(out, group)
    if len(groups) > _SHOWN_GROUPS:
        out.say("file-more-groups", groups=len(groups) - _SHOWN_GROUPS)
    if folder is not None:
        out.console.print()
        out.say("file-written", folder=str(folder))


def _show_group(out: Output, group: Group) -> None:
    told = group.told
    field = group.field or out.text("file-table")
    out.console.print(Text(f"\n{field} · {group.kind} × {group.count}", style="bold"), soft_wrap=True)
    if told.each:
        for example in group.examples:
            out.console.print(Text(f"  {out.of(example.told.message)}"), soft_wrap=True)
    else:
        expected = "" if group.expected is None else f" ({out.text('file-expected', expected=out.of(group.expected))})"
        out.console.print(Text(f"  {out.of(told.message)}{expected}"), soft_wrap=True)
    out.console.print(Text(f"  → {out.of(told.remedy)}"), soft_wrap=True)
    places = [] if told.each else [_place(out, example) for example in group.examples]
    listed = ", ".join(filter(None, places))
    more = group.count - len(group.examples)
    rest = out.text("file-more", count=more) if more else ""
    if listed or rest:
        out.console.print(Text(f"  {listed}{'; ' if listed and rest else ''}{rest}"), soft_wrap=True)


def _place(out: Output, example: Example) -> str:
    from pipelines.validate.any_file.words import place

    value = example.told.value
    where = place(example, out.language)
    return f"{where} [{value}]" if value else where
