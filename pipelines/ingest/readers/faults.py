"""How parsers inside this room say what they cannot read; readers make findings of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.core.findings import Location, Severity
from pipelines.core.messages import Parameter
from pipelines.ingest.problems import Unreadable, read_finding


class Fault(Exception):
    """What makes a document unreadable; ``rule`` and ``params`` are the finding's."""

    def __init__(self, rule: str, **params: Parameter) -> None:
        self.rule, self.params = rule, params
        super().__init__(rule)

    def of(self, file: str) -> Unreadable:
        """The exception with the finding about ``file``."""
        return Unreadable(read_finding(self.rule, Location(file), Severity.ERROR, **self.params))


@contextmanager
def faults_of(file: str) -> Iterator[None]:
    """Tell a fault as a finding about ``file``.

    Raises:
        Unreadable: instead of ``Fault``.
    """
    try:
        yield
    except Fault as fault:
        raise fault.of(file) from fault
