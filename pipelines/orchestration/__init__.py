"""Dagster, and only here: assets, checks, partitions, jobs, sensors and schedules, all built from the registry.

Here: one cached factory of ``Definitions`` (no code per dataset), the metadata that runs show, the sensors that
turn deliveries into runs and runs into releases, notification records, Dagster's home and its maintenance.

Not here: what is done with a delivery. An op calls ``pipelines.flow`` exactly as the command line does and only
shows the result. Nothing published depends on Dagster's storage: it can be deleted.

Importing this package imports Dagster (about a second): the command line imports it where it needs it.
"""

from pipelines.orchestration.factory import definitions_for
from pipelines.orchestration.home import prepare_home, run_ui
from pipelines.orchestration.reporting import report_run

__all__ = ["definitions_for", "prepare_home", "report_run", "run_ui"]
