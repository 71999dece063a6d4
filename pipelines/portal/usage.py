"""What to type to use a version: for DuckDB, Python, R, Excel and a shell, with its own addresses and names."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pipelines.catalog.metadata.facts import FileFacts
from pipelines.core.sql import identifier, literal

#: Files beyond so many are not told one by one.
MOST_FILES = 12


@dataclass(frozen=True)
class Snippet:
    """Something to copy. ``name`` says for what: ``portal-use-<name>`` is its title."""

    name: str
    code: str


@dataclass(frozen=True)
class Usage:
    """What can be used.

    ``base`` is the catalog's address with a slash at the end; empty where it is not known, then paths are those in the
    catalog's folder. ``files`` are all of the version's, or none; ``numbers`` fields with figures.
    """

    base: str
    theme: str
    dataset: str
    version: str
    files: Sequence[FileFacts]
    numbers: Sequence[str]

    def snippets(self) -> tuple[Snippet, ...]:
        """All of them."""
        return tuple(self._snippets())

    def _snippets(self) -> Iterator[Snippet]:
        parquet, csv, sheet = (self._of(code) for code in ("PARQUET", "CSV", "XLSX"))
        yield Snippet("duckdb", self.in_catalog())
        if parquet:
            yield Snippet("duckdb-file", f"FROM {self._scan(parquet)} LIMIT 5;")
            yield Snippet("python", _lines("import pandas as pd", "", *self._pandas_parquet(parquet)))
        if csv:
            yield Snippet("python-csv", _lines("import pandas as pd", "", *self._pandas_csv(csv[0])))
        if parquet:
            yield Snippet("r", self._r(parquet, csv))
        if csv or sheet:
            yield Snippet("excel", self._power_query(csv[0]) if csv else "")
        if self._to_fetch():
            yield Snippet("shell", self.in_shell())

    def in_catalog(self) -> str:
        """SQL for the dataset in the catalog's index, the newest version and this one."""
        root = self.base.rstrip("/") or "."
        table = f"{identifier(self.theme)}.{identifier(self.dataset)}"
        return _lines(
            f"ATTACH {literal(self._at('catalog.duckdb'))} AS catalog (READ_ONLY);",
            f"SET VARIABLE catalog_root = {literal(root)};",
            "USE catalog;",
            f"FROM {table} LIMIT 5;",
            f"FROM {table}({literal(self.version)}) LIMIT 5;",
        )

    def in_shell(self) -> str:
        """Downloading, and checking what came."""
        files = self._to_fetch()
        sums = [f"{file.sha256}  {file.name if self.base else file.path}" for file in files]
        fetched = [f"curl --fail --silent --show-error --output {shlex.quote(file.name)} "
                   f"{shlex.quote(self._at(file.path))}" for file in files if self.base]  # fmt: skip
        return _lines(*fetched, "sha256sum --check <<'SUMS'", *sums, "SUMS")

    def _to_fetch(self) -> Sequence[FileFacts]:
        return [file for file in self.files if file.type.code in {"PARQUET", "CSV"}]

    def _of(self, code: str) -> list[FileFacts]:
        return [file for file in self.files if file.type.code == code]

    def _at(self, path: str) -> str:
        return f"{self.base}{quote(path)}" if self.base else path

    def _scan(self, files: Sequence[FileFacts]) -> str:
        named = [literal(self._at(file.path)) for file in files]
        listed = named[0] if len(named) == 1 else f"[{', '.join(named)}]"
        return f"read_parquet({listed})"

    def _pandas_parquet(self, files: Sequence[FileFacts]) -> Iterator[str]:
        if len(files) == 1:
            yield f"rows = pd.read_parquet({_quoted(self._at(files[0].path))})"
            return
        yield "rows = pd.concat([pd.read_parquet(file) for file in ["
        yield from (f"    {_quoted(self._at(file.path))}," for file in files)
        yield "]], ignore_index=True)"

    def _pandas_csv(self, file: FileFacts) -> Iterator[str]:
        yield f'rows = pd.read_csv({_quoted(self._at(file.path))}, dtype="string")'
        for name in self.numbers[:1]:
            yield f"rows[{_quoted(name)}] = pd.to_numeric(rows[{_quoted(name)}])"

    def _r(self, parquet: Sequence[FileFacts], csv: Sequence[FileFacts]) -> str:
        lines = []
        if csv:
            text = 'readr::cols(.default = "c")'
            lines += [f"rows <- readr::read_csv({_quoted(self._at(csv[0].path))}, col_types = {text})", ""]
        if self.base:
            name = _quoted(parquet[0].name)
            lines += [f'download.file({_quoted(self._at(parquet[0].path))}, {name}, mode = "wb")',
                      f"rows <- arrow::read_parquet({name})"]  # fmt: skip
        else:
            lines.append(f"rows <- arrow::read_parquet({_quoted(parquet[0].path)})")
        query = _quoted(f"FROM {self._scan(parquet)} LIMIT 5")
        return _lines(*lines, "", "con <- DBI::dbConnect(duckdb::duckdb())", f"DBI::dbGetQuery(con, {query})")

    def _power_query(self, file: FileFacts) -> str:
        # M has one escape in texts: a quotation mark is written twice.
        address = self._at(file.path).replace('"', '""')
        source = f'Web.Contents("{address}")' if self.base else f'File.Contents("{address}")'
        return _lines(
            "let",
            f'    Source = Csv.Document({source}, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),',
            "    Rows = Table.PromoteHeaders(Source, [PromoteAllScalars = true])",
            "in",
            "    Rows",
        )


def _quoted(text: str) -> str:
    """A text as Python and R write it, which agree on what JSON has."""
    return json.dumps(text, ensure_ascii=False)


def _lines(*lines: str) -> str:
    return "\n".join(lines)
