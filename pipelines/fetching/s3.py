"""Objects of S3-compatible stores: their web address, and the signature that opens it (AWS Signature Version 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from pipelines.fetching.credentials import from_environment
from pipelines.fetching.hosts import target_of
from pipelines.registry.sources import BUCKET_PLACEHOLDER, PERIOD_PLACEHOLDER, S3Source

#: The headers that a request for an address must have.
Signing = Callable[[str], Mapping[str, str]]


def object_address(source: S3Source, period: str) -> str:
    """The web address of the object: the bucket stands where ``endpoint`` has it, else first in the path."""
    bucket, _, key = source.url.removeprefix("s3://").partition("/")
    base = source.endpoint.rstrip("/")
    base = base.replace(BUCKET_PLACEHOLDER, bucket) if BUCKET_PLACEHOLDER in base else f"{base}/{bucket}"
    # Encoded as the signature wants it (RFC 3986, unreserved characters alone), so that nothing encodes it again.
    return f"{base}/{quote(key.replace(PERIOD_PLACEHOLDER, period), safe='/-_.~')}"


def signing(source: S3Source) -> Signing | None:
    """What signs requests for the source; ``None`` where everybody may read it.

    Raises:
        FetchFailed: when an environment variable is not set.
    """
    if source.access_key_variable is None or source.secret_key_variable is None or source.region is None:
        return None
    access_key = from_environment(source.access_key_variable, "access_key_variable")
    secret_key = from_environment(source.secret_key_variable, "secret_key_variable")
    token = None
    if source.session_token_variable is not None:
        token = from_environment(source.session_token_variable, "session_token_variable")
    return signing_with(access_key, secret_key, token, source.region)


def signing_with(access_key: str, secret_key: str, token: str | None, region: str) -> Signing:
    """What signs GET requests. Only the host and what the signature adds are signed: proxies change the rest."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import ReadOnlyCredentials

    signer = S3SigV4Auth(ReadOnlyCredentials(access_key, secret_key, token), "s3", region)

    def sign(url: str) -> Mapping[str, str]:
        request = AWSRequest("GET", url, headers={"Host": target_of(url).host_header})
        signer.add_auth(request)
        return dict(request.headers.items())

    return sign
