"""``gongkai requests``: open requests for disclosure, and what is asked for often."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS
from pipelines.core.paths import Workspace
from pipelines.flow import open_installation
from pipelines.flow.requests import requests as requests_at

At = Annotated[dt.datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help=described("cli-requests-at-help"))]


def requests(at: At = None, as_json: Json = False, language: Language = ANY) -> None:
    """Show open requests, and topics that should be disclosed actively. Exit code 1 when a reply is overdue."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        zone = ZoneInfo(inst.catalog.descriptor.time_zone)
        moment = at.replace(hour=12, tzinfo=zone) if at is not None else dt.datetime.now(zone)
        found = requests_at(inst, moment)
        out.json({
            "at": moment.isoformat(),
            "open": [{**vars(entry), "received": entry.received.isoformat(), "due": entry.due.isoformat()}
                     for entry in found.open],
            "topics": [vars(entry) for entry in found.topics],
        })  # fmt: skip
        columns = ("cli-requests-key", "cli-requests-topic", "cli-requests-organisation", "cli-requests-received",
                   "cli-requests-due", "cli-review-state")  # fmt: skip
        rows = [
            (entry.key, entry.topic_names[out.language], entry.organisation_names[out.language], entry.received,
             entry.due if entry.is_certain else f"≤ {entry.due}",
             out.text("cli-requests-overdue" if entry.is_overdue else "cli-requests-open"))
            for entry in found.open
        ]  # fmt: skip
        if rows:
            out.table(columns, rows)
        else:
            out.say("cli-requests-none")
        for topic in found.topics:
            if topic.proposed:
                out.say("cli-requests-proposed", topic=topic.topic_names[out.language], requests=topic.requests)
        if any(entry.is_overdue for entry in found.open):
            raise typer.Exit(EXIT_PROBLEMS)
