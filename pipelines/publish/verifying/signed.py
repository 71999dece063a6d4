"""Reading a release's list, which is believed only with a valid signature."""

from __future__ import annotations

from pipelines.publish.signing.keys import SIGNATURE_BYTES, PublicKey
from pipelines.publish.signing.signatures import list_path, named_key, signature_path
from pipelines.publish.signing.sums import MalformedSums, parse_sums
from pipelines.publish.store import MALFORMED, WRONG_SIZE
from pipelines.publish.verifying.checking import Checking
from pipelines.publish.verifying.problems import FORGED, OTHER_KEY, TRUNCATED, UNSIGNED


def signed_by(checking: Checking, number: int, key: PublicKey) -> dict[str, str] | None:
    """What a release's list says, if ``key`` signed it; otherwise why it is not believed is noted."""
    found = _list_and_signature(checking, number)
    if found is None:
        return None
    content, signature = found
    if key.verifies(content, signature):
        return _parsed(checking, number, content)
    other = _key_in_source(checking, content)
    if other is not None and other.verifies(content, signature):
        checking.add(list_path(number), OTHER_KEY, other.id)
    else:
        checking.add(list_path(number), FORGED)
    return None


def signed_by_published_key(checking: Checking, number: int) -> tuple[dict[str, str], PublicKey] | None:
    """What a release's list says and the published key that signed it; otherwise what is wrong is noted."""
    found = _list_and_signature(checking, number)
    sums = found and _parsed(checking, number, found[0])
    if not found or not sums:
        return None
    try:
        path = named_key(sums)
    except MalformedSums:
        checking.add(list_path(number), MALFORMED)
        return None
    pem = checking.read(path)
    if pem is None:
        return None
    key = PublicKey.from_pem(pem)
    if key is None or not path.endswith(f"/{key.id}.pem"):
        checking.add(path, MALFORMED)
        return None
    if not key.verifies(*found):
        checking.add(list_path(number), FORGED)
        return None
    return sums, key


def _list_and_signature(checking: Checking, number: int) -> tuple[bytes, bytes] | None:
    content = checking.read(list_path(number), absent=UNSIGNED)
    signature = None if content is None else checking.read(signature_path(number), absent=UNSIGNED)
    if content is None or signature is None:
        return None
    if len(signature) != SIGNATURE_BYTES:
        checking.add(signature_path(number), TRUNCATED if len(signature) < SIGNATURE_BYTES else WRONG_SIZE)
        return None
    return content, signature


def _parsed(checking: Checking, number: int, content: bytes) -> dict[str, str] | None:
    try:
        return parse_sums(content)
    except MalformedSums:
        checking.add(list_path(number), MALFORMED)
        return None


def _key_in_source(checking: Checking, content: bytes) -> PublicKey | None:
    """The key that a list which is not believed says it was signed with: for telling a wrong key from a wrong list."""
    try:
        path = named_key(parse_sums(content))
    except MalformedSums:
        return None
    if checking.source_size(path) is None:
        return None
    pem = checking.read(path)
    return PublicKey.from_pem(pem) if pem is not None else None
