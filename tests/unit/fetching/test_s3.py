from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigv4 import is_signed, signed

from pipelines.fetching.hosts import target_of
from pipelines.fetching.s3 import object_address, signing_with
from pipelines.registry.sources import S3Source

ACCESS_KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def source(key: str, endpoint: str = "https://s3.example") -> S3Source:
    given: dict[str, Any] = {"name": "a", "organisation": "b", "file": "c.csv"}
    return S3Source(url=f"s3://trees.city/{key}", endpoint=endpoint, **given)


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_the_stores_side_agrees_with_what_aws_publishes(query: str, signature: str) -> None:
    """Examples of the Amazon S3 API reference, "Signature calculations for the authorization header"."""
    headers = {"Host": "examplebucket.s3.amazonaws.com", "X-Amz-Date": "20130524T000000Z",
               "X-Amz-Content-Sha256": EMPTY}  # fmt: skip
    assert signed("/", query, headers, "host;x-amz-content-sha256;x-amz-date", "us-east-1", SECRET) == signature


KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda key: not key.endswith("/"))


@given(KEYS, st.sampled_from([None, "token+/="]))
def test_any_key_is_asked_for_as_it_is_signed(key: str, token: str | None) -> None:
    address = object_address(source(key), "2025")
    target = target_of(address)
    assert target.path == urlsplit(address).path
    assert unquote(target.path) == f"/trees.city/{key.replace('{period}', '2025')}"
    headers = signing_with(ACCESS_KEY, SECRET, token, "cn-north-1")(address)
    assert is_signed(target.path, headers, "cn-north-1", ACCESS_KEY, SECRET)
    assert not is_signed(target.path + "x", headers, "cn-north-1", ACCESS_KEY, SECRET)
    assert headers.get("X-Amz-Security-Token") == token


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("https://s3.example", "https://s3.example/trees.city/a/2025.csv"),
        ("https://s3.example:9000/", "https://s3.example:9000/trees.city/a/2025.csv"),
        ("https://s3.example/storage/s3", "https://s3.example/storage/s3/trees.city/a/2025.csv"),
        ("https://{bucket}.oss.example", "https://trees.city.oss.example/a/2025.csv"),
    ],
)
def test_the_endpoint_says_where_the_bucket_stands(endpoint: str, address: str) -> None:
    assert object_address(source("a/{period}.csv", endpoint), "2025") == address
