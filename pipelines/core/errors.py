"""The error tree. An error holds fields; its sentence comes from the message catalogue, built once.

A delivery that cannot go on is not an error of the program: stages raise :class:`DeliveryRejected`
with the findings, and the run records it and goes on with the next delivery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.messages import Message, Parameter

if TYPE_CHECKING:
    from pipelines.core.findings import Finding


class GongkaiError(Exception):
    """Base of all errors that people are meant to read."""

    message_id = "error-internal"

    def __init__(self, **params: Parameter) -> None:
        self.message = Message(self.message_id, params)
        super().__init__(self.message.text())


class InvalidPeriod(GongkaiError):
    """A period is not written as its class writes periods."""

    message_id = "error-invalid-period"

    def __init__(self, text: str, period_class: str) -> None:
        super().__init__(text=text, period_class=period_class)


class InvalidVersion(GongkaiError):
    """A version number is not ``MAJOR.MINOR.PATCH``."""

    message_id = "error-invalid-version"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class UnsafePath(GongkaiError):
    """A name from outside would lead out of its folder, through a link, or is not a plain name."""

    message_id = "error-unsafe-path"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class UnknownDataset(GongkaiError):
    """No dataset of that identifier can be used: it does not exist or its folder has problems."""

    message_id = "error-unknown-dataset"

    def __init__(self, dataset: str, known: str) -> None:
        super().__init__(dataset=dataset, known=known)


class UnknownVersion(GongkaiError):
    """A dataset has no version of that number."""

    message_id = "error-unknown-version"

    def __init__(self, dataset: str, version: str, known: str) -> None:
        super().__init__(dataset=dataset, version=version, known=known)


class UnknownHarvest(GongkaiError):
    """No catalog of that name is described to be harvested."""

    message_id = "harvest-unknown"

    def __init__(self, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class UnknownDelivery(GongkaiError):
    """No delivery of that identifier has been landed."""

    message_id = "error-unknown-delivery"

    def __init__(self, delivery: str) -> None:
        super().__init__(delivery=delivery)


class NothingReleased(GongkaiError):
    """The catalog has no snapshot yet."""

    message_id = "error-nothing-released"

    def __init__(self, folder: str) -> None:
        super().__init__(folder=folder)


class CorruptStore(GongkaiError):
    """Stored bytes are missing or are not what their name or manifest says."""

    message_id = "error-corrupt-store"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path=path, reason=reason)


class DeliveryRejected(Exception):
    """A stage cannot go on with this delivery. Carries the findings that say why."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.rule for finding in findings))
