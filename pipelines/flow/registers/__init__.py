"""Registers: what the catalog delivers about itself, as datasets like any other.

Here: the rows of each register, and the files that they are delivered in.

Not here: what a register's dataset looks like (its folder in ``catalog_schema/``), and how deliveries are processed.
"""

from pipelines.flow.registers.aggregate import unsummed
from pipelines.flow.registers.delivering import update_registers
from pipelines.flow.registers.trying import RegistersTold, try_registers

__all__ = ["RegistersTold", "try_registers", "unsummed", "update_registers"]
