"""From a file to a dataset folder in its place: look, profile, decide, write, try, and only then move."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.core.errors import DeliveryRejected
from pipelines.core.messages import Message
from pipelines.core.periods import Period
from pipelines.core.records import DeliveryKey, RawTable
from pipelines.drafting.answers import Answers, Particulars, check_answers, particulars
from pipelines.drafting.examples import write_examples
from pipelines.drafting.fields import FieldDraft, hierarchy_descriptor, place_descriptor
from pipelines.drafting.folder import dataset_document, schema_document, write_folder
from pipelines.drafting.intake import Intake, take_in
from pipelines.drafting.kept_totals import kept_totals
from pipelines.drafting.keys import find_key, is_key
from pipelines.drafting.layouts import PLACE_FIELDS, ROW_FIELD, Adjustments, names_by_place, whole_layout
from pipelines.drafting.learning import errors, learn, remarks
from pipelines.drafting.personal import disclosure
from pipelines.drafting.profiles import Profile
from pipelines.drafting.refusals import cannot, of_findings
from pipelines.drafting.tables import decide_fields, profile_plain, read_plain
from pipelines.drafting.totals import totals_plans
from pipelines.drafting.trial import Trial, load_draft, try_draft
from pipelines.ingest import read
from pipelines.registry import Catalog, Dataset, load_catalog

Progress = Callable[[int], None]
_MOST_TRIALS = 16


@dataclass(frozen=True)
class Drafted:
    """What was drafted. ``assumed`` is to be looked at; ``faulty`` counts rows kept out of the catalog by rule.

    ``delivery``: as what the file may be delivered; its period is today's, the file does not say another.
    """

    dataset: str
    folder: Path
    delivery: DeliveryKey
    rows: int
    rows_in_file: int
    excluded: Mapping[str, int]
    quarantined: int
    faulty: Mapping[str, int]
    fields: tuple[FieldDraft, ...]
    key: tuple[str, ...]
    examples: tuple[str, ...]
    assumed: tuple[Message, ...]


def draft_dataset(schema: Path, dataset: str, file: Path, answers: Answers, work: Path,
                  progress: Progress | None = None) -> Drafted:  # fmt: skip
    """Draft ``<schema>/datasets/<theme>/<dataset>`` from ``file``; ``work`` is a private folder for tables.

    Raises:
        CannotDraft: an answer is not known, the dataset exists, or the file cannot be read.
        CatalogUnusable: the catalog itself has problems.
    """
    catalog = load_catalog(schema)
    check_answers(dataset, answers, catalog)
    about, assumed = particulars(dataset, answers, catalog)
    target = schema / "datasets" / about.theme / dataset
    if dataset in {*catalog.datasets, *catalog.broken, *catalog.tables} or target.exists():
        raise cannot("exists", True, dataset=dataset)
    (schema / "datasets").mkdir(exist_ok=True)
    # Beside its place, so that moving it there is one step.
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=schema / "datasets") as beside:
        drafting = _Drafting(schema, catalog, dataset, about, Path(beside), work, progress)
        drafted = drafting.run(file.resolve(), answers)
        target.parent.mkdir(exist_ok=True)
        drafting.folder.rename(target)
    return replace(drafted, folder=target, assumed=(*assumed, *drafted.assumed))


@dataclass
class _Drafting:
    """One draft on its way. ``beside`` is where the folder grows."""

    schema: Path
    catalog: Catalog
    dataset: str
    about: Particulars
    beside: Path
    work: Path
    progress: Progress | None
    adjustments: Adjustments = field(default_factory=Adjustments)

    @property
    def folder(self) -> Path:
        """Where the draft is written."""
        return self.beside / "datasets" / self.about.theme / self.dataset

    def run(self, file: Path, answers: Answers) -> Drafted:
        """Draft until the file comes through, each time with what the last trial has shown."""
        period = Period.containing(dt.datetime.now(tz=dt.UTC).date(), self.about.period)
        key = DeliveryKey(self.dataset, str(period), self.about.organisation)
        scratch = self.work / "members"
        scratch.mkdir()
        intake = take_in(file, key, answers, scratch)
        plain = read_plain(intake, self.catalog, self.about, self.adjustments, self.work / "plain", self.progress)
        indented = intake.guess.indented
        # A note outside the range is not read: the layout names the unit itself.
        self.adjustments.unit_note = intake.guess.units_inside
        plans, kept = totals_plans(plain.parquet, len(plain.labels), indented)
        self.adjustments.plans, self.adjustments.given_up = plans, kept
        self.adjustments.levels = intake.guess.levels
        profiles, plan = profile_plain(plain, intake, self.adjustments), self.adjustments.plan
        for _ in range(_MOST_TRIALS):
            if self.adjustments.plan != plan:
                profiles, plan = profile_plain(plain, intake, self.adjustments), self.adjustments.plan
            attempt = self._attempt(intake, profiles)
            if self._shows_no_parents(attempt.trial):
                self.adjustments.drop_plan()
                continue
            if "blank-row" in attempt.trial.faulty:
                self.adjustments.leave_out_blanks = True
                continue
            if not attempt.trial.findings:
                return self._finished(intake, attempt)
            if not learn(attempt.trial.findings, attempt.fields, self.adjustments):
                break
        raise of_findings(attempt.trial.findings, attempt.trial.faulty)

    def _attempt(self, intake: Intake, profiles: list[Profile]) -> _Attempt:
        """Write the draft, read the file with it, find the key, and judge what was read."""
        fields = decide_fields(profiles, intake, self.catalog, self.adjustments)
        places = self._places(intake)
        catalog, dataset = self._written(intake, fields, places, (fields[0].name,))
        folder = self.work / "trial"
        try:
            raw = read(intake.delivery, dataset, catalog, folder, self.progress)
        except DeliveryRejected as rejected:
            return _Attempt(Trial(findings=tuple(errors(rejected.findings))), catalog, dataset, fields)
        columns = [(draft, f"c{raw.labels.index(draft.name)}") for draft in fields]
        key = self._key(raw, columns, places)
        if not key or any(draft.is_measure for draft in fields if draft.name in key):
            # Figures differ by chance.
            key = self._path_key(raw, intake, fields, places) or key
        if not key:
            self.adjustments.next_key(intake.places)
            return self._attempt(intake, profiles)
        catalog, dataset = self._written(intake, fields, places, key)
        return _Attempt(try_draft(dataset, catalog, raw, self.work / "judged"), catalog, dataset, fields)

    def _shows_no_parents(self, trial: Trial) -> bool:
        """Whether rows are indented, but no row is below another: nothing was left out, so nothing was proved."""
        plan = self.adjustments.plan
        excluded = trial.raw.excluded.get("total", 0) if trial.raw is not None else None
        return plan is not None and plan.indent is not None and excluded == 0

    def _places(self, intake: Intake) -> list[tuple[str, str]]:
        """Fields from the row's place, as (field, source): for the key where columns alone do not tell rows apart."""
        places = [(PLACE_FIELDS[place], place) for place in intake.places] if self.adjustments.place_key else []
        return [*places, (ROW_FIELD, "row")] if self.adjustments.row_key else places

    def _key(self, raw: RawTable, columns: list[tuple[FieldDraft, str]],
             places: list[tuple[str, str]]) -> tuple[str, ...]:  # fmt: skip
        names = tuple(name for name, _ in places)
        if self.adjustments.row_key:
            return names
        if not self.adjustments.number_key:
            columns = [(draft, column) for draft, column in columns if not draft.counts_rows]
        found = find_key(raw.parquet, columns, self.work, [f"c{raw.labels.index(name)}" for name in names])
        return (*names, *found) if found else ()

    def _path_key(self, raw: RawTable, intake: Intake, fields: list[FieldDraft],
                  places: list[tuple[str, str]]) -> tuple[str, ...]:  # fmt: skip
        """The path of a label, which may tell rows apart where labels alone do not; after them come other ways."""
        names = tuple(name for name, _ in places)
        hierarchy = self.adjustments.hierarchy(names_by_place(intake, fields))
        path = next((name for name, kind in hierarchy if kind == "path"), None)
        if path is None or self.adjustments.row_key:
            return ()
        whole = (*names, path)
        columns = [f"c{raw.labels.index(name)}" for name in whole]
        return whole if is_key(raw.parquet, columns, self.work) else ()

    def _written(self, intake: Intake, fields: list[FieldDraft], places: list[tuple[str, str]],
                 key: tuple[str, ...]) -> tuple[Catalog, Dataset]:  # fmt: skip
        steps = [{"step": "from_delivery", "field": name, "source": source} for name, source in places]
        layout = whole_layout(intake, fields, self.adjustments, steps)
        described = [
            draft.descriptor(disclosure(draft.suspected, draft.name, self.about.organisation, self.about.review_date))
            for draft in fields
        ]
        hierarchy = self.adjustments.hierarchy(names_by_place(intake, fields))
        described += [hierarchy_descriptor(name, kind) for name, kind in hierarchy]
        described += [place_descriptor(name, source) for name, source in places]
        share = self.adjustments.max_quarantined_share
        write_folder(self.folder, dataset_document(self.dataset, self.about, layout, share),
                     schema_document(described, key))  # fmt: skip
        return load_draft(self.schema, self.beside, self.dataset)

    def _finished(self, intake: Intake, attempt: _Attempt) -> Drafted:
        trial = attempt.trial
        if trial.raw is None or trial.validated is None:
            raise AssertionError("a trial without findings has its tables")
        written = write_examples(attempt.dataset, attempt.catalog, trial.raw, trial.validated)
        return Drafted(
            self.dataset, self.folder, intake.delivery.key, trial.raw.rows, trial.raw.rows_in_files, trial.raw.excluded,
            trial.validated.rows_quarantined, trial.faulty, tuple(attempt.fields), attempt.dataset.primary_key,
            tuple(written),
            (*intake.assumed, *remarks(intake, attempt.fields, self.adjustments), *_doubtful_rows(trial.raw)),
        )  # fmt: skip


def _doubtful_rows(raw: RawTable) -> tuple[Message, ...]:
    kept = kept_totals(raw)
    return () if kept is None else (kept,)


@dataclass(frozen=True)
class _Attempt:
    trial: Trial
    catalog: Catalog
    dataset: Dataset
    fields: list[FieldDraft]
