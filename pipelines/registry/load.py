"""Load ``catalog_schema/``: everything usable, and every problem with what is not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.core.identifiers import is_identifier
from pipelines.core.messages import Message, Parameter
from pipelines.registry.calendars import CalendarDescriptor
from pipelines.registry.catalog import ORGANISATIONS, Catalog, Dataset
from pipelines.registry.catalog_descriptor import CatalogDescriptor
from pipelines.registry.checks import DatasetChecker, Surroundings, circles, referenced_tables
from pipelines.registry.conditions import condition_values
from pipelines.registry.dataset import DatasetDescriptor
from pipelines.registry.documents import Document, Unreadable, read_document, without_block
from pipelines.registry.escalation import ESCALATION, EscalationDescriptor, escalation_problems
from pipelines.registry.expectations import ExpectationSuite
from pipelines.registry.fields import SchemaDescriptor
from pipelines.registry.harvest_checks import HarvestChecker
from pipelines.registry.harvests import HARVEST, HarvestDescriptor
from pipelines.registry.negative_list import NEGATIVE_LIST, NegativeList, scope_problems
from pipelines.registry.problems import Problem, from_validation
from pipelines.registry.tables import CodeList, Organisation, load_table

_Model = TypeVar("_Model", bound=BaseModel)
_SCHEMA_SUFFIX = ".schema.json"
#: What of a dataset's descriptor its outcomes do not depend on.
_LEFT_OUT = ("deadlines", "coverage", "charts")


class CatalogUnusable(Exception):
    """The parts that everything needs (``catalog.yaml``, organisations) have problems. Carries them all."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.file}: {p.message.text()}" for p in problems))


@dataclass
class _Loaded:
    """One dataset folder while it is being loaded."""

    prefix: str
    dataset: Dataset
    documents: dict[str, Document] = field(default_factory=dict)


def load_catalog(folder: Path) -> Catalog:
    """Read all descriptors under ``folder``.

    Returns:
        The catalog: usable datasets, and ``problems`` of all others.

    Raises:
        CatalogUnusable: when ``catalog.yaml`` or the organisations cannot be used.
    """
    problems: list[Problem] = []
    descriptor = _model(CatalogDescriptor, folder / "catalog.yaml", "catalog.yaml", problems, {})
    organisations, found = load_table(folder / ORGANISATIONS, ORGANISATIONS, "schema.json", "id")
    problems += found
    if descriptor is None or organisations is None:
        raise CatalogUnusable(tuple(problems))
    codelists = _codelists(folder / "codelists", problems)
    calendars = _calendars(folder / "calendars", problems)
    loaded = [entry for path in _dataset_folders(folder, problems) if (entry := _dataset(folder, path, problems))]
    datasets = _unique(loaded, codelists, problems)
    tables = {**codelists, ORGANISATIONS: organisations}
    around = Surroundings(descriptor, tables, {e.dataset.id: e.dataset for e in loaded}, calendars.keys())
    for entry in loaded:
        problems += DatasetChecker(entry.dataset, entry.documents, around, entry.prefix).problems()
    problems += _circle_problems(datasets, loaded)
    negative_list = _negative_list(folder, around, problems)
    escalation = _escalation(folder, problems)
    broken = frozenset(problem.dataset for problem in problems if problem.dataset is not None)
    harvests = _harvests(folder, descriptor, datasets, broken, problems)
    said = (dataset.descriptor.aggregate for name, dataset in datasets.items() if name not in broken)
    summed = {each.dataset for each in said if each is not None}
    usable = {
        dataset_id: replace(
            dataset,
            digest=_digest(dataset, tables, summed=dataset_id in summed),
            condition_values=condition_values(dataset, tables),
        )
        for dataset_id, dataset in sorted(datasets.items())
        if dataset_id not in broken
    }
    return Catalog(
        descriptor=descriptor,
        datasets=usable,
        codelists=codelists,
        organisations={row["id"]: Organisation(**_organisation(row)) for row in organisations.rows},
        organisations_table=organisations,
        problems=tuple(problems),
        broken=broken,
        negative_list=negative_list,
        calendars=calendars,
        escalation=escalation,
        harvests=harvests,
    )


def _negative_list(folder: Path, around: Surroundings, problems: list[Problem]) -> NegativeList:
    """The negative list; an absent one is empty.

    Raises:
        CatalogUnusable: it cannot be read, or is about something that there is not: nothing is to be published then.
    """
    if not (folder / NEGATIVE_LIST).is_file():
        return NegativeList()
    found: list[Problem] = []
    listed = _model(NegativeList, folder / NEGATIVE_LIST, NEGATIVE_LIST, found, {})
    if listed is not None:
        found += scope_problems(listed, around.fields, around.tables[ORGANISATIONS].by_key)
    if listed is None or found:
        raise CatalogUnusable((*problems, *found))
    return listed


def _escalation(folder: Path, problems: list[Problem]) -> EscalationDescriptor | None:
    if not (folder / ESCALATION).exists():
        return None
    documents: dict[str, Document] = {}
    escalation = _model(EscalationDescriptor, folder / ESCALATION, ESCALATION, problems, documents)
    if escalation is not None:
        problems += escalation_problems(escalation, documents[ESCALATION].lines)
    return escalation


def _organisation(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row.get(name, "") for name in Organisation.__dataclass_fields__}


def _codelists(folder: Path, problems: list[Problem]) -> dict[str, CodeList]:
    codelists: dict[str, CodeList] = {}
    for path in sorted(folder.glob("*.csv")):
        if not is_identifier(path.stem):
            problems.append(_stray(f"codelists/{path.name}"))
            continue
        table, found = load_table(folder, path.stem, path.stem + _SCHEMA_SUFFIX, "code")
        problems += found
        if table is not None:
            codelists[path.stem] = table
    return codelists


def _calendars(folder: Path, problems: list[Problem]) -> dict[str, CalendarDescriptor]:
    calendars: dict[str, CalendarDescriptor] = {}
    for path in sorted(folder.glob("*.yaml")):
        file = f"calendars/{path.name}"
        calendar = _model(CalendarDescriptor, path, file, problems, {})
        if calendar is not None and calendar.id != path.stem:
            message = Message("check-calendar-name", {"name": path.stem, "id": calendar.id})
            problems.append(Problem(file, message, Message("check-calendar-name-remedy")))
        elif calendar is not None:
            calendars[calendar.id] = calendar
    return calendars


def _harvests(folder: Path, descriptor: CatalogDescriptor, datasets: Mapping[str, Dataset], broken: frozenset[str],
              problems: list[Problem]) -> dict[str, HarvestDescriptor | None]:  # fmt: skip
    usable = {name: dataset for name, dataset in datasets.items() if name not in broken}
    harvests: dict[str, HarvestDescriptor | None] = {}
    places: set[tuple[str, str, str, str]] = set()
    for path in sorted((folder / HARVEST).glob("*.yaml")):
        file = f"{HARVEST}/{path.name}"
        if not is_identifier(path.stem):
            problems.append(_stray(file))
            continue
        documents: dict[str, Document] = {}
        harvest = _model(HarvestDescriptor, path, file, problems, documents)
        harvests[path.stem] = harvest
        if harvest is not None:
            checker = HarvestChecker(file, harvest, descriptor, usable, broken, documents[path.name].lines, places)
            found = list(checker.problems())
            problems += found
            harvests[path.stem] = None if found else harvest
    return harvests


def _dataset_folders(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for theme in sorted((folder / "datasets").glob("*")):
        if theme.name.startswith("."):
            continue
        if not theme.is_dir():
            problems.append(_stray(f"datasets/{theme.name}"))
            continue
        for path in sorted(theme.glob("*")):
            if path.name.startswith("."):
                continue
            if path.is_dir():
                yield path
            else:
                problems.append(_stray(f"datasets/{theme.name}/{path.name}"))


def _stray(file: str) -> Problem:
    return Problem(file, Message("check-stray", {"name": file}), Message("check-stray-remedy"))


def _dataset(root: Path, folder: Path, problems: list[Problem]) -> _Loaded | None:
    prefix = folder.relative_to(root).as_posix()
    documents: dict[str, Document] = {}
    name = folder.name
    before = len(problems)
    descriptor = _model(DatasetDescriptor, folder / "dataset.yaml", prefix, problems, documents, name)
    schema = _model(SchemaDescriptor, folder / "schema.json", prefix, problems, documents, name)
    suite: ExpectationSuite | None = None
    if (folder / "expectations.yaml").exists():
        suite = _model(ExpectationSuite, folder / "expectations.yaml", prefix, problems, documents, name)
    if not (folder / "examples" / "valid.csv").is_file():
        problems.append(_folder_problem(prefix, "examples/valid.csv", name, "check-no-example"))
    if descriptor is None or schema is None or any(p.file.endswith("expectations.yaml") for p in problems[before:]):
        return None
    misplaced = False
    for what, value, expected in (("id", descriptor.id, folder.name), ("theme", descriptor.theme, folder.parent.name)):
        if value != expected:
            misplaced = misplaced or what == "id"
            problems.append(_folder_problem(prefix, "dataset.yaml", name, "check-folder-name", folder=expected,
                                            what=what, value=value))  # fmt: skip
    return None if misplaced else _Loaded(prefix, Dataset(descriptor, schema, suite, folder, ""), documents)


def _folder_problem(prefix: str, file: str, dataset_id: str, kind: str, /, **params: Parameter) -> Problem:
    return Problem(f"{prefix}/{file}", Message(kind, params), Message(f"{kind}-remedy"), dataset=dataset_id)


def _model(model: type[_Model], path: Path, prefix: str, problems: list[Problem], documents: dict[str, Document],
           dataset: str | None = None) -> _Model | None:  # fmt: skip
    file = f"{prefix}/{path.name}" if dataset else prefix
    try:
        document = read_document(path, file, dataset)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        return None
    documents[path.name] = document
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        problems += from_validation(error, file, document.lines, dataset)
        return None


def _unique(loaded: list[_Loaded], codelists: Mapping[str, CodeList], problems: list[Problem]) -> dict[str, Dataset]:
    datasets: dict[str, Dataset] = {}
    for entry in loaded:
        dataset_id = entry.dataset.id
        if dataset_id in datasets:
            problems.append(_folder_problem(entry.prefix, "dataset.yaml", dataset_id, "check-dataset-twice",
                                            dataset=dataset_id))  # fmt: skip
        if dataset_id in codelists or dataset_id == ORGANISATIONS:
            problems.append(_folder_problem(entry.prefix, "dataset.yaml", dataset_id, "check-name-taken",
                                            name=dataset_id))  # fmt: skip
        datasets[dataset_id] = entry.dataset
    return datasets


def _circle_problems(datasets: Mapping[str, Dataset], loaded: list[_Loaded]) -> list[Problem]:
    prefixes = {entry.dataset.id: entry.prefix for entry in loaded}
    found = []
    for first, second, *further in circles(datasets):
        by_key = second in {key.reference.resource for key in datasets[first].foreign_keys}
        file = "schema.json" if by_key else "expectations.yaml"
        names = " → ".join((first, second, *further))
        found.append(_folder_problem(prefixes[first], file, first, "check-reference-circle", circle=names))
    return found


def _digest(dataset: Dataset, tables: Mapping[str, CodeList], *, summed: bool) -> str:
    """Hash of all that the dataset's outcomes depend on: its own files and the tables it uses.

    Not its deadlines, which say when something should be published, not what, nor what it is said to be about, nor how
    it is drawn: so nothing is made anew for them.
    """
    digest = hashlib.sha256()
    for name in ("dataset.yaml", "schema.json", "expectations.yaml"):
        path = dataset.folder / name
        if path.exists():
            content = path.read_bytes()
            for key in _LEFT_OUT if name == "dataset.yaml" else ():
                if getattr(dataset.descriptor, key):
                    content = without_block(content, key)
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    if summed and not dataset.is_disclosed:
        digest.update(b"summed")  # Deliveries are refused unless sums are made of them.
    for table in sorted({ORGANISATIONS, *referenced_tables(dataset)} & tables.keys()):
        digest.update(table.encode() + b"\0" + tables[table].digest.encode())
    return digest.hexdigest()


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schemas of the descriptors by file name, for completion and checks in editors (JSON Schema 2020-12)."""
    models: dict[str, type[BaseModel]] = {
        "calendar.schema.json": CalendarDescriptor,
        "catalog.schema.json": CatalogDescriptor,
        "dataset.schema.json": DatasetDescriptor,
        "escalation.schema.json": EscalationDescriptor,
        "expectations.schema.json": ExpectationSuite,
        "harvest.schema.json": HarvestDescriptor,
        "negative_list.schema.json": NegativeList,
        "schema.schema.json": SchemaDescriptor,
    }
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        for name, model in models.items()
    }
