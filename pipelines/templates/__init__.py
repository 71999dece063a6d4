"""Excel templates that departments fill in, made from a dataset's Table Schema and descriptor.

Here: what each column takes (labels, formats, drop-downs, bounds), the texts that explain it, and the workbook itself.

Not here: reading filled templates (``ingest``; the mark by which both know each other is ``registry.template_marks``),
and anything that judges values: what a template's cells refuse is for convenience, validation decides.
"""

from pipelines.templates.workbook import DEFAULT_ROWS, MAX_ROWS, Template, make_template

__all__ = ["DEFAULT_ROWS", "MAX_ROWS", "Template", "make_template"]
