"""The floors: reading a file as text, without a verdict."""

from __future__ import annotations

from benchmarks.validate.files.kinds import Task


def arrow_one_thread(task: Task) -> int:
    return _arrow(task, use_threads=False)


def arrow_threads(task: Task) -> int:
    return _arrow(task, use_threads=True)


def _arrow(task: Task, *, use_threads: bool) -> int:
    """Arrow's streaming reader in blocks of its default size, 1 MiB, which was the cheapest of 1, 4, 8 and 32."""
    import pyarrow as pa
    import pyarrow.csv

    kinds = {str(field["name"]): pa.string() for field in task.schema["fields"]}
    reader = pyarrow.csv.open_csv(
        task.path,
        pyarrow.csv.ReadOptions(use_threads=use_threads),
        pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
    )
    return sum(batch.num_rows for batch in reader)


def duckdb(task: Task) -> int:
    """DuckDB reads only the columns that are asked for, so the greatest text of each is."""
    import duckdb

    columns = ", ".join(f'max("{field["name"]}")' for field in task.schema["fields"])
    query = f"SELECT count(*), {columns} FROM read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"')"
    row = duckdb.execute(query, [str(task.path)]).fetchone()
    return int(row[0]) if row else 0
