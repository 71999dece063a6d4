"""Running the flow in tests, as ``gongkai run`` does, and the small deliveries it runs on."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer.testing
from reviewing import approve_plans, approving
from typer.testing import CliRunner, Result

from pipelines.cli.main import app
from pipelines.core.paths import Workspace
from pipelines.flow import Installation, PeriodResult, Work, pending, process, refresh_index, release, sign_releases
from pipelines.ingest import scan_inbox
from pipelines.registry import CatalogUnusable

HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note\n"
GOOD = "t1,ginkgo,999901,12.50,2020-03-01,,13800138000,by the gate\nt2,pine,999902,3,2021-03-01,,,\n"

# The runner makes the command anew for each call, which takes as long as most of what is run.
typer.testing._get_command = functools.cache(typer.testing._get_command)  # type: ignore[attr-defined]

#: Puts content into the inbox of an organisation, dataset and period.
Deliver = Callable[..., Path]


def run_all(inst: Installation) -> dict[Work, PeriodResult]:
    """What ``gongkai run`` does."""
    works = pending(inst, scan_inbox(inst.workspace, inst.catalog))
    results = {work: process(inst, work) for work in works}
    approving(inst.workspace.reviews, inst.catalog)
    release(inst)
    refresh_index(inst)
    sign_releases(inst)
    return results


class Command:
    """Runs ``gongkai`` in this process; before each run an officer has approved the plans, unless told otherwise."""

    def __init__(self, *, approves: bool = True) -> None:
        self.approves = approves

    def __call__(self, *arguments: str) -> Result:
        if self.approves and arguments[:1] == ("run",):
            with contextlib.suppress(CatalogUnusable):
                approve_plans(Workspace.default())
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json").stdout)
