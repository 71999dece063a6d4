"""Errors of publishing. None of them shows a value of a row."""

from __future__ import annotations

from pipelines.core.errors import GongkaiError


class DuplicateAcrossDeliveries(GongkaiError):
    """Deliveries of different departments for one period have rows with the same public key."""

    message_id = "publish-duplicate-across-deliveries"

    def __init__(self, key: tuple[str, ...], deliveries: tuple[str, ...], keys: int) -> None:
        self.key = key
        self.deliveries = deliveries
        self.keys = keys
        super().__init__(key=", ".join(key), deliveries=", ".join(deliveries), keys=keys)


class VersionWithdrawn(GongkaiError):
    """A version has been withdrawn: it is not shown, and cannot be brought back."""

    message_id = "publish-version-withdrawn"

    def __init__(self, dataset: str, version: str) -> None:
        super().__init__(dataset=dataset, version=version)


class NothingToRestore(GongkaiError):
    """Nothing of a version may be public any more."""

    message_id = "publish-nothing-to-restore"

    def __init__(self, dataset: str, version: str) -> None:
        super().__init__(dataset=dataset, version=version)


class NotDisclosed(GongkaiError):
    """The registry does not disclose a dataset actively."""

    message_id = "publish-not-disclosed"

    def __init__(self, dataset: str, attribute: str) -> None:
        super().__init__(dataset=dataset, attribute=attribute)


class ColumnsDiffer(GongkaiError):
    """A disclosed table does not have the columns that its record says."""

    message_id = "publish-columns-differ"

    def __init__(self, delivery: str, fields: tuple[str, ...]) -> None:
        self.delivery = delivery
        self.fields = fields
        super().__init__(delivery=delivery, fields=", ".join(fields))


class StoreAddressRefused(GongkaiError):
    """A catalog's address cannot be used. The address itself is not shown: it may hold a secret."""

    message_id = "publish-store-address"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class CreateOnlyMissing(GongkaiError):
    """A store does not keep writers of the same name apart, so two releases could overwrite each other."""

    message_id = "publish-create-only"

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(address=address, reason=reason)


class FileExists(GongkaiError):
    """A file that was to be written is there already. It is never replaced."""

    message_id = "publish-file-exists"

    def __init__(self, path: str) -> None:
        super().__init__(path=path)


class Unprotected(GongkaiError):
    """A dataset has small cells, and a segment was to be built without anything that looks after them."""

    message_id = "small-cells-unprotected"

    def __init__(self, dataset: str) -> None:
        super().__init__(dataset=dataset)
