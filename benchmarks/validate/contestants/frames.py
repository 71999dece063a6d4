"""A file as a pandas frame of text; only the empty cell is a missing value, as in the schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def read_text(path: Path) -> pd.DataFrame:
    """Read a CSV file."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
