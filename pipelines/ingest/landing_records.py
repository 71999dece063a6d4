"""Landing records: which bytes made up each delivery. Created once, never changed, numbered from 1 per key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore, InvalidPeriod, UnknownDelivery
from pipelines.core.identifiers import is_identifier, is_sha256
from pipelines.core.paths import Workspace, is_plain_name
from pipelines.core.periods import Period, PeriodClass
from pipelines.core.records import Delivery, DeliveryKey, LandedFile

_RECORD_NAME = re.compile(r"[0-9]{6,}\.json")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,8}")


def object_path(workspace: Workspace, sha256: str) -> Path:
    """Where the bytes of that digest lie in the landing store."""
    return workspace.landing / "objects" / sha256[:2] / sha256


def record_path(workspace: Workspace, key: DeliveryKey, sequence: int) -> Path:
    """Where the landing record of that delivery lies.

    Raises:
        UnknownDelivery: when a part of the key is not written as identifiers and periods are.
    """
    if not (is_identifier(key.dataset) and is_identifier(key.organisation) and _is_period(key.period)):
        raise UnknownDelivery(ascii(str(key)))
    folder = workspace.landing / "deliveries" / key.dataset / key.period / key.organisation
    return folder / f"{sequence:06d}.json"


def digest_of(files: Iterable[LandedFile]) -> str:
    """SHA-256 over the sorted names and content digests: what makes two deliveries the same."""
    digest = hashlib.sha256()
    for name, sha256 in sorted((file.name, file.sha256) for file in files):
        digest.update(f"{name}\0{sha256}\n".encode())
    return digest.hexdigest()


def encode(delivery: Delivery) -> bytes:
    """The bytes of a landing record; no wall-clock time, so that they depend on the delivery alone."""
    record = {
        "dataset": delivery.key.dataset,
        "period": delivery.key.period,
        "organisation": delivery.key.organisation,
        "sequence": delivery.sequence,
        "digest": delivery.digest,
        "files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in delivery.files],
    }
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()


def landings(workspace: Workspace, key: DeliveryKey) -> list[Delivery]:
    """Every landed delivery of a key, oldest first.

    Raises:
        CorruptStore: when a record is not what its place says.
    """
    folder = record_path(workspace, key, 1).parent
    try:
        names = [entry.name for entry in folder.iterdir() if _RECORD_NAME.fullmatch(entry.name)]
    except FileNotFoundError:
        return []
    return [_load(workspace, key, sequence) for sequence in sorted(int(name[:-5]) for name in names)]


def load_delivery(workspace: Workspace, delivery_id: str) -> Delivery:
    """The landed delivery ``<dataset>.<period>.<organisation>.<sequence>``.

    Raises:
        UnknownDelivery: when nothing has been landed under that identifier.
        CorruptStore: when its record is not what its place says.
    """
    parts = delivery_id.split(".")
    if len(parts) != 4 or _SEQUENCE.fullmatch(parts[3]) is None:
        raise UnknownDelivery(ascii(delivery_id))
    try:
        return _load(workspace, DeliveryKey(*parts[:3]), int(parts[3]))
    except FileNotFoundError:
        raise UnknownDelivery(delivery_id) from None


def _is_period(text: str) -> bool:
    for kind in PeriodClass:
        try:
            Period.parse(text, kind)
        except InvalidPeriod:
            continue
        return True
    return False


def _load(workspace: Workspace, key: DeliveryKey, sequence: int) -> Delivery:
    path = record_path(workspace, key, sequence)
    shown = path.relative_to(workspace.private).as_posix()
    try:
        record = json.loads(path.read_bytes())
        files = tuple(_file(workspace, entry) for entry in record["files"])
        delivery = Delivery(key, sequence, record["digest"], files)
    except (ValueError, KeyError, TypeError) as problem:
        raise CorruptStore(shown, type(problem).__name__) from problem
    # Encoding again is the strictest check: anything added, moved or renamed by hand shows.
    if digest_of(files) != delivery.digest or json.loads(encode(delivery)) != record:
        raise CorruptStore(shown, "digest")
    return delivery


def _file(workspace: Workspace, entry: dict[str, Any]) -> LandedFile:
    name, sha256, size = str(entry["name"]), str(entry["sha256"]), int(entry["size"])
    if not is_plain_name(name) or not is_sha256(sha256):
        raise ValueError("file")
    return LandedFile(name, sha256, size, object_path(workspace, sha256))
