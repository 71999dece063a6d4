"""A changed descriptor on trial: the catalog loads with it, and it reads the delivery that it was changed for."""

from __future__ import annotations

from pathlib import Path

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Severity
from pipelines.core.records import Delivery
from pipelines.flow.installation import Installation
from pipelines.flow.layout_errors import LayoutDoesNotLoad, LayoutDoesNotRead
from pipelines.ingest import read
from pipelines.registry import Dataset, load_catalog

_DATASETS, DESCRIPTOR = "datasets", "dataset.yaml"


def try_descriptor(inst: Installation, dataset: Dataset, delivery: Delivery, text: str, folder: Path) -> None:
    """Try the descriptor ``text`` of a dataset.

    Args:
        folder: private; filled with links to the rest of the catalog, and with what is read.

    Raises:
        LayoutDoesNotLoad: the dataset would have problems.
        LayoutDoesNotRead: the delivery would be rejected while it is read.
    """
    root = folder / "schema"
    _link(inst.workspace.schema, root, (_DATASETS,))
    own = dataset.folder.relative_to(inst.workspace.schema / _DATASETS)
    source, target = inst.workspace.schema / _DATASETS, root / _DATASETS
    for part in (*own.parts, DESCRIPTOR):
        _link(source, target, (part,))
        source, target = source / part, target / part
    target.write_text(text, encoding="utf-8")
    catalog = load_catalog(root)
    if dataset.id not in catalog.datasets:
        raise LayoutDoesNotLoad([problem.message for problem in catalog.problems if problem.dataset == dataset.id])
    try:
        read(delivery, catalog.datasets[dataset.id], catalog, folder / "read")
    except DeliveryRejected as rejected:
        errors = [finding.message for finding in rejected.findings if finding.severity is Severity.ERROR]
        raise LayoutDoesNotRead(delivery.id, errors) from rejected


def _link(source: Path, target: Path, without: tuple[str, ...]) -> None:
    """A folder with links to all that is in another, but for what is going to be there anew."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.name not in without:
            (target / entry.name).symlink_to(entry.resolve(), target_is_directory=entry.is_dir())
