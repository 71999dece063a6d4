"""How frictionless reads a text file: dialect and labels, looked at before it judges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.validate.engine.opening import Request, resource_of


@dataclass(frozen=True)
class Opened:
    """What frictionless found. ``dialect``: what it gives to ``csv.reader``; ``layout``: its Table Dialect."""

    dialect: Any
    labels: tuple[str, ...]
    layout: Any


def look_at(request: Request) -> Opened | None:
    """See how frictionless splits a text file; ``None``: it cannot, and will say why when it judges.

    Only its parser is opened: it would infer a schema, or compare the labels with one.
    """
    from frictionless import system
    from frictionless.formats import CsvControl

    try:
        resource = resource_of(request)
        with system.create_parser(resource) as parser:
            dialect = resource.detector.detect_dialect(parser.sample, dialect=resource.dialect)
            labels = dialect.read_labels(parser.sample)
            return Opened(CsvControl.from_dialect(resource.dialect).to_python(), tuple(labels), dialect)
    except Exception:  # whatever it is, frictionless meets it again and tells it
        return None
