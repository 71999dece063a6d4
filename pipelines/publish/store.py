"""The public store: files named by the SHA-256 of their bytes, never changed once there.

::

    objects/ab/<sha256>.parquet     rows
    manifests/ab/<sha256>.json      dataset versions
    sources/ab/<sha256>.json        the deliveries that segments are made of
    codelists/ab/<sha256>.csv       code lists that versions refer to
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pipelines.core.errors import CorruptStore
from pipelines.publish.stores import Store

T = TypeVar("T")

# Reasons of CorruptStore; the message catalogue has a sentence for each.
MISSING, WRONG_SIZE, WRONG_HASH, MALFORMED = "missing", "size", "sha256", "malformed"


def object_path(sha256: str) -> str:
    """Where rows lie, relative to the store's root."""
    return f"objects/{sha256[:2]}/{sha256}.parquet"


def manifest_path(sha256: str) -> str:
    """Where a manifest lies, relative to the store's root."""
    return f"manifests/{sha256[:2]}/{sha256}.json"


def sources_path(sha256: str) -> str:
    """Where the deliveries of a segment are told, relative to the store's root."""
    return f"sources/{sha256[:2]}/{sha256}.json"


def codelist_path(sha256: str) -> str:
    """Where a code list lies, relative to the store's root."""
    return f"codelists/{sha256[:2]}/{sha256}.csv"


def put_object(store: Store, source: Path, sha256: str, size: int) -> bool:
    """Give rows' bytes their name in the store; tell whether they were new.

    Bytes that are there already count as written now: they may be about to be removed as unreferenced.

    Raises:
        FileNotFoundError: when neither ``source`` nor the object exists.
        CorruptStore: when an object of that name has another size.
    """
    relative = object_path(sha256)
    created = not store.touch(relative) and store.upload(relative, source)
    if store.size(relative) != size:
        raise CorruptStore(relative, WRONG_SIZE)
    return created


def put_manifest(store: Store, content: bytes) -> str:
    """Store a manifest; return its SHA-256.

    Raises:
        CorruptStore: when a manifest of that name has another size.
    """
    return put_document(store, manifest_path, content)


def put_document(store: Store, path: Callable[[str], str], content: bytes) -> str:
    """Store a document under the path that its SHA-256 has; return that.

    Raises:
        CorruptStore: when a file of that name has another size.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    relative = path(sha256)
    if not store.touch(relative):
        store.create(relative, content)
    if store.size(relative) != len(content):
        raise CorruptStore(relative, WRONG_SIZE)
    return sha256


def read_verified(store: Store, relative: str, sha256: str) -> bytes:
    """A stored document's bytes, after comparing them with their hash.

    Raises:
        CorruptStore: when it is missing or is not what its name says.
    """
    try:
        content = store.read(relative)
    except FileNotFoundError:
        raise CorruptStore(relative, MISSING) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CorruptStore(relative, WRONG_HASH)
    return content


def load_document(store: Store, relative: str, sha256: str, read: Callable[[Any], T]) -> T:
    """A stored JSON document, compared with its hash and read by ``read``.

    Raises:
        CorruptStore: when it is missing, altered, or not what ``read`` takes.
    """
    content = read_verified(store, relative, sha256)
    try:
        return read(json.loads(content))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(relative, MALFORMED) from problem


def check_object(store: Store, sha256: str, size: int) -> None:
    """Look after rows' bytes: that they are there and of the right size.

    Raises:
        CorruptStore: when they are not.
    """
    relative = object_path(sha256)
    found = store.size(relative)
    if found is None:
        raise CorruptStore(relative, MISSING)
    if found != size:
        raise CorruptStore(relative, WRONG_SIZE)
