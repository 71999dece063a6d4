"""Registers after a release: what cannot be told of them takes nothing of the release back, and holds nothing up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.core.errors import GongkaiError
from pipelines.core.messages import Message
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.registers.delivering import update_registers
from pipelines.flow.results import Work


@dataclass(frozen=True)
class RegistersTold:
    """Datasets and periods of registers that are to be processed. ``failure``: why they could not be told, if so."""

    works: tuple[Work, ...] = ()
    failure: Message | None = None


def try_registers(inst: Installation, at: dt.datetime) -> RegistersTold:
    """Deliver what registers say after the newest release, or tell why that cannot be done; the next call tries again.

    Args:
        inst: the installation.
        at: the time to tell deadlines at, with its zone.
    """
    try:
        with machine_trouble():
            return RegistersTold(update_registers(inst, at))
    except GongkaiError as problem:
        return RegistersTold(failure=problem.message)
    except (OSError, MemoryError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        return RegistersTold(failure=Message("registers-machine", {"reason": reason}))
