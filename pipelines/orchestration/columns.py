"""The column schema a dataset's public asset shows: exactly the fields of the public copy."""

from __future__ import annotations

import dagster as dg

from pipelines.registry import Dataset, FieldSpec, published_name
from pipelines.registry.disclosures import Drop, Generalise, Round, TopCode
from pipelines.registry.types import sql_type


def column_schema(dataset: Dataset) -> dg.TableSchema:
    """Public fields with DuckDB types and bilingual titles, in the order of the schema."""
    columns = []
    for spec in dataset.fields:
        name = published_name(spec)
        if name is not None:
            columns.append(_column(name, spec))
    return dg.TableSchema(columns=columns)


def _column(name: str, spec: FieldSpec) -> dg.TableColumn:
    title = f"{spec.titles.zh} / {spec.titles.en}"
    return dg.TableColumn(
        name=name,
        type=_public_type(spec),
        description=f"{title} ({spec.unit})" if spec.unit else title,
    )


def _public_type(spec: FieldSpec) -> str:
    treatment = spec.disclosure.treatment
    if treatment is None or isinstance(treatment, (Drop, Round, TopCode)):
        return sql_type(spec)
    return "DATE" if isinstance(treatment, Generalise) and treatment.gives_date else "VARCHAR"
