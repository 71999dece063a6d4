"""Rows of a finished draft that are called totals and were not left out: nothing proved what they sum up."""

from __future__ import annotations

from pipelines.core.databases import private_database
from pipelines.core.messages import Message
from pipelines.core.records import ROW_COLUMN, RawTable
from pipelines.core.sql import literal

#: Wider than what layouts leave rows out by: ``本年收入合计``, ``Total revenue``. Here it only tells.
_LIKE_TOTALS = (
    r"(?i)(?:[合总總小累]\s*[计計]|总额|總額)\s*[:：]?$|^[（(]?(?:sub-?\s*|grand\s+|sous-)?totals?\b|^(?:summe|gesamt|insgesamt)\b"
    r"|\b(?:sub-?)?total\s*[:：]?$"
)
_FIRST_COLUMNS = 4


def kept_totals(raw: RawTable) -> Message | None:
    """Tell of rows that may count others a second time.

    Args:
        raw: what the draft read of the file (``_row``, ``c0`` …), all text.
    """
    columns = [f"c{place}" for place in range(min(len(raw.labels), _FIRST_COLUMNS))]
    matches = " OR ".join(f"coalesce(regexp_matches(trim({column}), $1), false)" for column in columns)
    with private_database(None, threads=2) as connection:
        found = connection.execute(
            f"SELECT count(*), min({ROW_COLUMN}) FROM read_parquet({literal(str(raw.parquet))}) WHERE {matches}",
            [_LIKE_TOTALS],
        ).fetchone()
    if found is None or not found[0]:
        return None
    return Message("draft-kept-totals", {"count": found[0], "row": found[1]})
