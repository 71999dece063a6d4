"""Give a stored outcome other findings: its rows and all else stay as they are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from pipelines.core.files import replace_file
from pipelines.core.findings import Finding
from pipelines.core.records import CheckSummary
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.lookups import OUTCOME_FILE, outcome_document
from pipelines.flow.outcomes import checks_as_json, install, load_result
from pipelines.validate import FindingLog
from pipelines.validate.report import FINDINGS_FILE
from pipelines.validate.summary import SUMMARY_FILE, write_summary


def rewrite(inst: Installation, outcome: StoredOutcome, findings: Iterable[Finding],
            finish: Callable[[Path], None] | None = None, **changes: object) -> None:  # fmt: skip
    """Put a new folder in the place of an outcome's, in one step.

    Args:
        findings: all of them, old and new.
        finish: writes further files into the new folder, each under a new name or in one step.
        changes: keys of ``outcome.json`` that change.
    """
    stored = inst.workspace.outcomes / outcome.folder
    ran = {check for check, summary in load_result(inst, outcome).checks.items() if summary.ran}
    with inst.scratch(outcome.delivery) as folder:
        # Links, for the rows may be many; what is written anew must not be one, or the old would change with it.
        written = shutil.ignore_patterns(FINDINGS_FILE, SUMMARY_FILE, OUTCOME_FILE)
        shutil.copytree(stored, folder, ignore=written, copy_function=os.link, dirs_exist_ok=True)
        with FindingLog(folder) as log:
            log.extend(findings)
        summaries = {
            check: CheckSummary(check in ran, summary.errors, summary.warnings, summary.rules)
            for check, summary in log.summaries().items()
        }
        document = outcome_document(stored)
        document.update(changes, checks=checks_as_json(summaries))
        replace_file(folder / OUTCOME_FILE, json.dumps(document, ensure_ascii=False, indent=1).encode(), mode=0o600)
        if finish is not None:
            finish(folder)
        write_summary(folder)
        install(folder, stored)
