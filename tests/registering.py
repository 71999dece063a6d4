"""Registers in tests: the shipped ones, kept by the parks of the small city that tests have."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
REGISTERS = ("active_disclosure_catalog", "department_scoreboard", "corrections_register", "overdue_disclosures")


def keep_registers(schema: Path) -> None:
    """Add all registers to a folder of descriptors."""
    for name in REGISTERS:
        target = schema / "datasets" / "parks" / name
        shutil.copytree(PROJECT / "catalog_schema" / "datasets" / "openness" / name, target)
        document = yaml.safe_load((target / "dataset.yaml").read_text(encoding="utf-8"))
        document |= {"theme": "parks", "publishers": ["parks_office"]}
        document["disclosure"]["unit"] = "parks_office"
        (target / "dataset.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
