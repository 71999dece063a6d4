"""Killing the process that ``gongkai run`` works in right before a named step."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from typing import Any

#: Every boundary between steps that leave something on disk: (module or class, function).
STEPS = {
    "land": ("pipelines.flow.periods", "land"),
    "record_landing": ("pipelines.flow.ledger:Ledger", "record_landing"),
    "read": ("pipelines.flow.outcomes", "read"),
    "validate": ("pipelines.flow.outcomes", "validate"),
    "disclose": ("pipelines.flow.outcomes", "disclose"),
    "install_outcome": ("pipelines.flow.outcomes", "install"),
    "record_outcome": ("pipelines.flow.ledger:Ledger", "record_outcome"),
    "build_segment": ("pipelines.flow.composition", "build_segment"),
    "save_candidate": ("pipelines.flow.composition", "save_candidate"),
    "record_composition": ("pipelines.flow.ledger:Ledger", "record_composition"),
    "release": ("pipelines.flow.releasing", "publish"),
    "commit_snapshot": ("pipelines.publish.release", "commit_snapshot"),
    "remove_candidates": ("pipelines.publish.release", "remove_candidates"),
    "index": ("pipelines.flow.releasing", "build_index"),
    "report": ("pipelines.cli.running", "_tell_dagster"),
    "mark_reported": ("pipelines.flow.ledger:Ledger", "mark_reported"),
}


def _killed(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str, call: int) -> None:
    """Make the ``call``-th call (from 1) of a step kill this process instead."""
    place, name = STEPS[step]
    module, _, owner = place.partition(":")
    target: Any = importlib.import_module(module)
    target = getattr(target, owner) if owner else target
    real: Callable[..., Any] = getattr(target, name)
    calls = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        return _killed() if calls == call else real(*arguments, **options)

    setattr(target, name, counted)
