"""The module that Dagster loads: ``dagster dev -m pipelines.orchestration.definitions``."""

from __future__ import annotations

from pipelines.core.paths import Workspace
from pipelines.orchestration.factory import definitions_for

defs = definitions_for(Workspace.default())
