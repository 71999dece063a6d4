"""The trial: the draft is loaded as any dataset and reads, judges and clears the very file it was made from."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding
from pipelines.core.records import RawTable, ValidatedTable
from pipelines.disclose import SurrogateKey, disclose
from pipelines.drafting.learning import errors
from pipelines.drafting.refusals import CannotDraft
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.validate.report import FindingLog
from pipelines.validate.validation import Validation, validate

#: A key for the trial alone: nothing that it makes is kept.
_KEY = SurrogateKey.of(b"a trial's key, used for nothing but trials")
_LINKED = ("organisations", "codelists", "catalog.yaml")


@dataclass(frozen=True)
class Trial:
    """How far the file came. ``findings`` are what stopped it; ``faulty`` counts the rows kept out by rule."""

    raw: RawTable | None = None
    validated: ValidatedTable | None = None
    findings: tuple[Finding, ...] = ()
    faulty: Mapping[str, int] = field(default_factory=dict)


def load_draft(schema: Path, root: Path, dataset: str) -> tuple[Catalog, Dataset]:
    """Load the draft under ``root`` in a copy of what the catalog in ``schema`` says for all datasets.

    Raises:
        CannotDraft: the draft has problems.
    """
    for name in _LINKED:
        if not (root / name).exists() and (schema / name).exists():
            (root / name).symlink_to(schema / name)
    catalog = load_catalog(root)
    if catalog.problems:
        raise CannotDraft([(problem.message, problem.remedy) for problem in catalog.problems])
    return catalog, catalog.dataset(dataset)


def try_draft(dataset: Dataset, catalog: Catalog, raw: RawTable, folder: Path) -> Trial:
    """Judge and clear what was read of the file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    validated = None
    with FindingLog(folder) as log:
        stopped: Sequence[Finding] = ()
        try:
            validated = validate(raw, Validation(dataset, catalog, {}, None), log, folder)
            disclose(validated, dataset, catalog.tables, _KEY, folder)
        except DeliveryRejected as rejected:
            stopped = rejected.findings
        rules: dict[str, int] = {}
        for summary in log.summaries().values():
            rules |= {rule: count for rule, count in summary.rules.items() if summary.errors}
    return Trial(raw, validated, tuple(errors(stopped)), rules)
