"""A version as one zip file: a data package with its CSV file, code lists, a description for people, and hashes."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.catalog.downloads.csv_file import write_csv
from pipelines.catalog.downloads.data_package import Resource, data_package
from pipelines.catalog.downloads.dictionary import Described
from pipelines.core.files import sha256_of
from pipelines.core.messages import translate
from pipelines.core.zip_entries import zip_entry
from pipelines.publish.codelists import COLUMNS
from pipelines.publish.records import canonical_json

_README = {"en": "README.md", "zh": "README.zh.md"}


def write_package(described: Described, csv: Path, schema: Mapping[str, Any], target: Path) -> None:
    """Write a version's package.

    Args:
        described: the version.
        csv: its CSV file.
        schema: a Table Schema that the file keeps to.
        target: a new file; files made for it are put beside it.
    """
    files = {csv.name: csv, **_codelist_files(described, target.parent)}
    sums = {path: sha256_of(file) for path, file in files.items()}
    schemas = {csv.name: schema}
    resources = [
        Resource(
            described.manifest.dataset if path == csv.name else f"codelist-{file.stem}",
            path, file.stat().st_size, sums[path], schemas.get(path, _codes_schema()),
        )
        for path, file in files.items()
    ]  # fmt: skip
    texts = {name: _readme(described, schema, language).encode() for language, name in _README.items()}
    texts["datapackage.json"] = canonical_json(data_package(described, resources))
    sums |= {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
    # The form that `sha256sum --check` reads.
    texts["SHA256SUMS"] = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items())).encode("ascii")
    with zipfile.ZipFile(target, "x") as archive:
        for name, text in texts.items():
            archive.writestr(zip_entry(name), text)
        for path, file in files.items():
            with file.open("rb") as source, archive.open(zip_entry(path, file.stat().st_size), "w") as stream:
                shutil.copyfileobj(source, stream, 1 << 20)


def _codelist_files(described: Described, folder: Path) -> dict[str, Path]:
    """The code lists as CSV files like that of the rows: path in the package → file."""
    files = {}
    for name, rows in described.codelists.items():
        columns = [pa.array([row[column] or None for row in rows], pa.string()) for column in COLUMNS]
        file = folder / f"{name}.csv"
        write_csv(COLUMNS, [pa.RecordBatch.from_arrays(columns, list(COLUMNS))], file)
        files[f"codelists/{file.name}"] = file
    return files


def _codes_schema() -> dict[str, Any]:
    fields = [{"name": name, "type": "string"} for name in COLUMNS]
    return {"fields": fields, "missingValues": [""]}


def _readme(described: Described, schema: Mapping[str, Any], language: str) -> str:
    manifest, told = described.manifest, described.manifest.metadata
    fields = [[translate(f"downloads-{name}", language) for name in ("field", "type", "title", "unit", "codelist")]]
    fields.append(["---"] * len(fields[0]))
    fields += [
        [entry["name"], entry["type"], (entry.get("titles") or {}).get(language, ""), entry.get("unit") or "",
         entry.get("codelist") or ""]
        for entry in schema["fields"]
    ]  # fmt: skip
    publishers = [entry["name"][language] for entry in told.get("publishers", ())]
    return translate(
        "downloads-readme", language, title=told["title"][language], description=told["description"][language],
        dataset=manifest.dataset, version=manifest.version, manifest=described.sha256, rows=manifest.rows,
        licence=str(told.get("licence", "-")), publishers=", ".join(publishers), csv=f"{described.name}.csv",
        fields="\n".join(_line(row) for row in fields),
    ) + "\n"  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in cells)} |"
