"""Excel templates that departments fill in, made from a dataset's Table Schema and descriptor.

Here: what each column takes (labels, formats, drop-downs, bounds), the texts that explain it, and the workbook itself.

Not here: reading filled templates (``ingest``; the mark by which both know each other is ``registry.template_marks``),
and anything that judges values: what a template's cells refuse is for convenience, validation decides.

The library that writes workbooks takes a while to load: ``workbook`` is imported when a template is made.
"""

#: Rows with checks, unless told otherwise; and as many as a sheet has below its header.
DEFAULT_ROWS, MAX_ROWS = 10_000, 1_048_575
