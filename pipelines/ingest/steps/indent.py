"""The hierarchy that labels show by their indent, as columns."""

from __future__ import annotations

from pipelines.ingest.batches import Batch, is_empty
from pipelines.ingest.grids import Cell
from pipelines.ingest.indents import width_of
from pipelines.ingest.steps.base import StepContext, Streaming
from pipelines.registry.steps import Indent

#: Levels of one hierarchy; deeper than any budget, and few enough for paths to stay short.
MAX_LEVELS = 20
_SEPARATOR = "/"


class IndentStep(Streaming):
    """Levels, parents and paths of the labels at ``place``. ``changed`` counts the labels that lost an indent.

    Blank rows and rows without a label have no level and end nothing.
    """

    def __init__(self, labels: tuple[str, ...], place: int, step: Indent, context: StepContext) -> None:
        self.labels = (*labels, *(name for name in step.made if name not in labels))
        self.changed = 0
        self._place, self._step, self._context = place, step, context
        #: The labels that the next one may be below: how far each is indented, and its text.
        self._open: list[tuple[int, str]] = []
        self._too_deep = False

    def apply(self, batch: Batch) -> Batch:
        """Take the indents away and write down what they say."""
        batch.columns += [[None] * len(batch) for _ in range(len(self.labels) - len(batch.columns))]
        made: dict[str, list[Cell]] = {name: [None] * len(batch) for name in self._step.made}
        cells = batch.columns[self._place]
        for row, cell in enumerate(cells):
            if cell is None or is_empty(cell):
                continue
            label = cell.strip()
            self.changed += cell != label
            cells[row] = label
            self._enter(width_of(cell), label, batch.numbers[row])
            for name, text in self._says().items():
                made[name][row] = text
        for name, column in made.items():
            batch.columns[self.labels.index(name)] = column
        return batch

    def _enter(self, width: int, label: str, row: int) -> None:
        while self._open and self._open[-1][0] >= width:
            self._open.pop()
        if len(self._open) == MAX_LEVELS:
            self._open.pop()
            if not self._too_deep:
                self._too_deep = True
                name = self._step.field
                self._context.report("indent-too-deep", field=name, row=row, column=name, limit=MAX_LEVELS)
        self._open.append((width, label))

    def _says(self) -> dict[str, Cell]:
        step, labels = self._step, [label for _, label in self._open]
        said: dict[str | None, Cell] = {
            step.level_field: str(len(labels)),
            step.parent_field: labels[-2] if len(labels) > 1 else None,
            step.path_field: _SEPARATOR.join(labels),
        }
        return {name: text for name, text in said.items() if name is not None}
