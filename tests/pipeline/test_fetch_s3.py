"""``gongkai fetch`` from an S3-compatible store: a server on 127.0.0.1 over TLS that verifies signatures itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from describing import describe_sources, failure, inbox_file, outcomes, problems
from flowing import GOOD, HEADER, Command
from serving import Answer, Server, certificate_in, sends, serving
from sigv4 import is_signed

from pipelines.core.paths import Workspace

BODY = (HEADER + GOOD).encode()
ACCESS_KEY, SECRET, REGION = "READER", "hush/+hush", "cn-north-1"
KEY = "/trees/%E6%A0%91%20%2B/2025.csv"
#: Describes the one source.
Describe = Callable[..., None]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate) as running:
        yield running


@pytest.fixture
def inbox(workspace: Workspace) -> Path:
    return inbox_file(workspace)


@pytest.fixture
def describe(workspace: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch) -> Describe:
    monkeypatch.setenv("TREES_ACCESS", ACCESS_KEY)
    monkeypatch.setenv("TREES_SECRET", SECRET)

    def write(**more: Any) -> None:
        source = {"url": "s3://trees/树 +/{period}.csv", "endpoint": server.url("", "localhost"), "region": REGION,
                  "access_key_variable": "TREES_ACCESS", "secret_key_variable": "TREES_SECRET", **more}  # fmt: skip
        describe_sources(workspace, [source], [f"localhost:{server.port}"], ["localhost"])

    return write


def stored(body: bytes, etag: str, cut: int | None = None) -> Answer:
    """An object as stores give it, to whoever signs: ranges under If-Match alone."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers
        if not is_signed(handler.path, dict(asked), REGION, ACCESS_KEY, SECRET):
            sends(b"hush", 403)(handler)
        elif asked.get("If-Match", etag) != etag:
            sends(b"", 412)(handler)
        elif asked.get("If-None-Match") == etag:
            sends(b"", 304, ETag=etag)(handler)
        elif "Range" in asked:
            start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
            sends(body[start:], 206, ETag=etag, Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")(handler)
        else:
            sends(body[:cut], ETag=etag, Content_Length=str(len(body)))(handler)

    return answer


def test_an_object_is_brought_once_and_the_run_takes_it(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    describe()
    server.answers[KEY] = stored(BODY, '"1"')
    assert outcomes(gongkai) == {"trees": "placed"}
    assert inbox.read_bytes() == BODY
    assert [entry["verdict"] for entry in gongkai.json("run")["deliveries"]] == ["accepted"]
    assert outcomes(gongkai) == {"trees": "unchanged"}
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    server.answers[KEY] = stored(BODY.replace(b"ginkgo", b"willow"), '"2"')
    assert outcomes(gongkai) == {"trees": "placed"}


@pytest.mark.parametrize("changes", [False, True])
def test_a_download_that_broke_is_continued_if_the_object_is_the_same(
    gongkai: Command, describe: Describe, server: Server, inbox: Path, changes: bool
) -> None:
    describe()
    server.answers[KEY] = stored(b"x" * len(BODY) if changes else BODY, '"1"', cut=50)
    assert failure(gongkai) == "fetch-incomplete"
    server.answers[KEY] = stored(BODY, '"2"' if changes else '"1"')
    assert outcomes(gongkai) == {"trees": "placed"}
    headers = server.asked[1][1]
    assert (headers["Range"], headers["If-Match"]) == ("bytes=50-", '"1"')
    assert len(server.asked) == (3 if changes else 2) and inbox.read_bytes() == BODY


def test_temporary_credentials_have_a_token(
    gongkai: Command, describe: Describe, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(session_token_variable="TREES_TOKEN")  # noqa: S106
    server.answers[KEY] = stored(BODY, '"1"')
    assert failure(gongkai) == "fetch-no-credential"
    assert server.asked == []
    monkeypatch.setenv("TREES_TOKEN", "hush")
    assert outcomes(gongkai) == {"trees": "placed"}
    assert server.asked[-1][1]["X-Amz-Security-Token"] == "hush"


def test_a_wrong_secret_is_told_without_it(
    gongkai: Command, describe: Describe, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe()
    server.answers[KEY] = stored(BODY, '"1"')
    monkeypatch.setenv("TREES_SECRET", "hush")
    assert failure(gongkai) == "fetch-status"
    assert "clock" in gongkai("fetch").stderr


def test_what_is_signed_goes_to_nobody_else(gongkai: Command, describe: Describe, server: Server, inbox: Path) -> None:
    describe()
    server.answers[KEY] = sends(b"", 307, Location="/other.csv")
    server.answers["/other.csv"] = sends(BODY)
    assert failure(gongkai) == "fetch-redirect-signed"
    assert len(server.asked) == 1
    describe(region=None, access_key_variable=None, secret_key_variable=None)
    assert outcomes(gongkai) == {"trees": "placed"}
    assert all("Authorization" not in headers for _, headers in server.asked[1:])


def test_the_endpoint_must_be_listed(
    gongkai: Command, describe: Describe, workspace: Workspace, server: Server
) -> None:
    describe(endpoint="https://{bucket}.localhost")
    assert failure(gongkai) == "fetch-host"
    assert server.asked == []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"region": None}, "check-source-s3-login"),
        ({"secret_key_variable": None}, "check-source-s3-login"),
        ({"region": None, "access_key_variable": None, "secret_key_variable": None,
          "session_token_variable": "TREES_TOKEN"}, "check-source-s3-login"),
        ({"url": "s3://trees/all.csv", "period": None}, "check-source-no-period"),
        ({"url": "s3://trees/folder/"}, "check-invalid-value"),
        ({"url": "s3://{period}/a.csv"}, "check-invalid-value"),
        ({"endpoint": "http://s3.example"}, "check-invalid-value"),
        ({"endpoint": "https://reader:hush@s3.example"}, "check-invalid-value"),
        ({"secret_key_variable": "hush/+hush"}, "check-invalid-value"),
    ],
)  # fmt: skip
def test_check_tells_what_is_wrong_with_a_source(
    gongkai: Command, describe: Describe, source: dict[str, Any], kind: str
) -> None:
    describe()
    assert problems(gongkai) == []
    describe(**source)
    assert problems(gongkai) == [kind]
    assert "hush" not in gongkai("check").stdout
