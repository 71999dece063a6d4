"""An installation in the work folder that has nothing but the landed bytes, the descriptors and the surrogate key."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from pipelines.core.files import PRIVATE_FOLDER_MODE
from pipelines.core.paths import Workspace
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import Ledger


@contextlib.contextmanager
def scratch_installation(inst: Installation) -> Iterator[Installation]:
    """An installation with an empty ledger and no outcomes, which reads the same landed bytes and the same store.

    Its folder lies in the work folder and is removed on leaving; a killed process's is removed by the next command.
    """
    with inst.scratch("rebuild") as folder:
        real = inst.workspace
        workspace = Workspace.at(folder / "data", real.schema, real.catalog_address or str(real.catalog))
        workspace.private.mkdir(parents=True, mode=PRIVATE_FOLDER_MODE)
        # Only read: what lands comes from the inbox, and the inbox here is empty.
        workspace.landing.symlink_to(real.landing, target_is_directory=True)
        workspace.prepare()
        ledger = Ledger(workspace.ledger)
        try:
            yield dataclasses.replace(inst, workspace=workspace, ledger=ledger)
        finally:
            ledger.close()
