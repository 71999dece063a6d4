"""AWS Signature Version 4, worked out a second time: the store's side of it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,\s*"
    r"SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})"
)


def signed(path: str, query: str, headers: Mapping[str, str], names: str, region: str, secret: str) -> str:
    """The signature of a GET request without body over the headers of these names."""
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    listed = "".join(f"{name}:{lowered[name]}\n" for name in names.split(";"))
    request = "\n".join(["GET", path, query, listed, names, lowered["x-amz-content-sha256"]])
    moment = lowered["x-amz-date"]
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (moment[:8], region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def is_signed(path: str, headers: Mapping[str, str], region: str, access_key: str, secret: str) -> bool:
    """Tell whether a request bears a signature made with the secret, over the host and all of S3's own headers."""
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None or (found[1], found[3]) != (access_key, region):
        return False
    needed = {"host", *(name.lower() for name in headers if name.lower().startswith("x-amz-"))}
    return needed <= set(found[4].split(";")) and found[5] == signed(path, "", headers, found[4], region, secret)
