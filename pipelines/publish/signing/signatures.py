"""Signing a release: what its signature covers, and in which order it is written.

::

    sums/<dataset>/<version>.SHA256SUMS    a version's manifest, Parquet files and code lists; immutable
    releases/000042/SHA256SUMS             the snapshot and the one before, each dataset's manifest and list, all
                                           tombstones, the public key, and what is derived from the release
    releases/000042/SHA256SUMS.sig         Ed25519 over SHA256SUMS, 64 bytes
    keys/<id>.pem                          public keys

Nothing is hashed again: names are hashes, and the lists of versions that were there before are in the list before.
The snapshot is committed by then, so a crash leaves a release without signature, and the next run signs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from pipelines.core.errors import CorruptStore
from pipelines.publish.manifests import Manifest, load_manifest
from pipelines.publish.signing.keys import PublicKey, SigningKey, key_path
from pipelines.publish.signing.sums import MalformedSums, format_sums, parse_sums
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, latest_number, load_snapshot, snapshot_path
from pipelines.publish.store import MISSING, WRONG_HASH, manifest_path, object_path
from pipelines.publish.stores import Store
from pipelines.publish.tombstones import tombstone_path

#: What is derived from a snapshot of that number and signed with it: path → SHA-256.
Derived = Callable[[int], Mapping[str, str]]

_KEYS = "keys/"
_TRUTH = ("snapshots/", "manifests/", "tombstones/", "sums/", "releases/", _KEYS)
#: Other processes may sign the same release, with other derived files, at the same time.
_ATTEMPTS = 20


def nothing_derived(_snapshot: int) -> Mapping[str, str]:
    """No derived files."""
    return {}


def list_path(number: int) -> str:
    """Where the signed list of a release lies, relative to the catalog's root."""
    return f"releases/{number:06d}/SHA256SUMS"


def signature_path(number: int) -> str:
    """Where the signature of a release lies."""
    return f"{list_path(number)}.sig"


def version_sums_path(dataset: str, version: str) -> str:
    """Where the list of a dataset's version lies."""
    return f"sums/{dataset}/{version}.SHA256SUMS"


def version_sums(manifest: Manifest, sha256: str) -> bytes:
    """The list of a version: its manifest, whose SHA-256 is given, its Parquet files, sources and code lists."""
    files = {object_path(part.sha256): part.sha256 for part in manifest.parts}
    return format_sums({manifest_path(sha256): sha256, **files, **manifest.documents})


def is_derived(path: str) -> bool:
    """Tell whether a listed path is something that is made from a release, and can be made again."""
    return not path.startswith(_TRUTH)


def heal_signatures(store: Store, key: SigningKey, derived: Derived = nothing_derived) -> tuple[int, ...]:
    """Sign the newest release, and those before it that a crash left without signature, oldest first.

    Returns:
        The numbers of the releases that were signed now.

    Raises:
        CorruptStore: when what would be signed is damaged, or is not what an earlier signature covers.
    """
    newest = first = latest_number(store)
    while first > 1 and signed_sums(store, first - 1) is None:
        first -= 1
    return tuple(
        number
        for number in range(first or 1, newest + 1)
        if sign_release(store, load_snapshot(store, number), key, derived(number))
    )


def sign_release(store: Store, snapshot: Snapshot, key: SigningKey, derived: Mapping[str, str]) -> bool:
    """Sign a committed release; tell whether there was anything to do.

    A release that is signed stays as it is, also under another key, unless something derived was made anew since:
    then its list is, and nothing else in it may differ.

    Args:
        store: the catalog.
        snapshot: the release.
        key: what to sign with.
        derived: path → SHA-256 of what is derived from the release.

    Raises:
        CorruptStore: when a snapshot, a manifest or a version's list is missing or damaged, or is not what was
            signed before.
        MalformedSums: when a derived path cannot stand in a list.
    """
    number = snapshot.number
    present = signed_sums(store, number)
    sums = _truth(store, snapshot, present)
    if present is not None:
        for path, digest in sums.items():
            if present.get(path) != digest:
                raise CorruptStore(path, WRONG_HASH)
        if derived.items() <= present.items():
            return False
        sums = {**{path: digest for path, digest in present.items() if not path.startswith(_KEYS)}, **sums}
    pem = key.public.pem
    store.create(key_path(key.public.id), pem)
    _write(store, number, {**sums, **derived, key_path(key.public.id): hashlib.sha256(pem).hexdigest()}, key)
    return True


def signed_sums(store: Store, number: int) -> dict[str, str] | None:
    """What the list of a release says; ``None`` when it has no valid signature by the key that it names."""
    try:
        content, signature = store.read(list_path(number)), store.read(signature_path(number))
        sums = parse_sums(content)
        key = PublicKey.from_pem(store.read(named_key(sums)))
    except (FileNotFoundError, MalformedSums):
        return None
    if key is None or named_key(sums) != key_path(key.id) or not key.verifies(content, signature):
        return None
    return sums


def named_key(sums: Mapping[str, str]) -> str:
    """The path of the public key that a list says it was signed with.

    Raises:
        MalformedSums: when it does not name exactly one.
    """
    named = [path for path in sums if path.startswith(_KEYS)]
    if len(named) != 1:
        raise MalformedSums(len(sums))
    return named[0]


def _truth(store: Store, snapshot: Snapshot, present: Mapping[str, str] | None) -> dict[str, str]:
    """What a release's list has to say, apart from what is derived and the key."""
    sums: dict[str, str] = {}
    for number in (snapshot.number, snapshot.previous):
        if number is not None:
            digest = store.sha256(snapshot_path(number))
            if digest is None:
                raise CorruptStore(snapshot_path(number), MISSING)
            sums[snapshot_path(number)] = digest
    sums.update((tombstone_path(sha256), sha256) for sha256 in snapshot.stones)
    known = present
    if known is None and snapshot.previous is not None:
        known = signed_sums(store, snapshot.previous)
    for dataset, entry in snapshot.datasets.items():
        sums[manifest_path(entry.manifest)] = entry.manifest
        sums[version_sums_path(dataset, entry.version)] = _digest_of_list(store, dataset, entry, known or {})
    return sums


def _digest_of_list(store: Store, dataset: str, entry: SnapshotEntry, known: Mapping[str, str]) -> str:
    path = version_sums_path(dataset, entry.version)
    if path in known and manifest_path(entry.manifest) in known:
        return known[path]
    content = version_sums(load_manifest(store, entry.manifest), entry.manifest)
    if not store.create(path, content) and store.read(path) != content:
        raise CorruptStore(path, WRONG_HASH)
    return hashlib.sha256(content).hexdigest()


def _write(store: Store, number: int, sums: Mapping[str, str], key: SigningKey) -> None:
    """Write a list and its signature: two files, so that what another signer writes in between is looked for."""
    content = format_sums(sums)
    _put(store, list_path(number), content)
    for _ in range(_ATTEMPTS):
        present = store.read(list_path(number))
        if not _differ_in_derived_only(present, sums):
            present = content
            _put(store, list_path(number), content)
        _put(store, signature_path(number), key.sign(present))
        if signed_sums(store, number) is not None:
            return
    raise CorruptStore(signature_path(number), WRONG_HASH)


def _differ_in_derived_only(content: bytes, sums: Mapping[str, str]) -> bool:
    try:
        others = parse_sums(content)
    except MalformedSums:
        return False
    return all(is_derived(path) for path, _ in others.items() ^ sums.items())


def _put(store: Store, path: str, content: bytes) -> None:
    if not store.create(path, content) and store.read(path) != content:
        store.replace(path, content)
