"""``gongkai fetch`` against a real server on 127.0.0.1."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from describing import describe_sources, failure, inbox_file, outcomes
from flowing import GOOD, HEADER, Command
from serving import Server, endless, file, sends, serving

from pipelines.core.paths import Workspace

BODY = (HEADER + GOOD).encode()
#: Writes sources into the descriptors: the sources, and the lists of catalog.yaml.
Describe = Callable[..., None]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def describe(workspace: Workspace, server: Server) -> Describe:
    def write(*sources: dict[str, Any], hosts: list[str] | None = None, private: list[str] | None = None) -> None:
        describe_sources(workspace, sources, [server.host] if hosts is None else hosts,
                         ["127.0.0.1"] if private is None else private)  # fmt: skip

    return write


@pytest.fixture
def inbox(workspace: Workspace) -> Path:
    return inbox_file(workspace)


def test_a_file_is_brought_once_and_the_run_takes_it(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY, '"1"')
    result = gongkai("fetch")
    assert result.exit_code == 0 and "placed" in result.stdout
    assert inbox.read_bytes() == BODY
    assert [entry["verdict"] for entry in gongkai.json("run")["deliveries"]] == ["accepted"]
    before = inbox.stat()
    assert outcomes(gongkai) == {"trees": "unchanged"}
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    assert inbox.stat() == before
    server.answers["/trees.csv"] = file(BODY + b"t3,pine,999902,3,2021-03-01,,,\n", '"2"')
    assert outcomes(gongkai) == {"trees": "placed"}


def test_the_same_bytes_from_a_server_without_validators_are_not_moved_again(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = sends(BODY)
    gongkai("fetch")
    inbox.write_bytes(BODY.replace(b"pine", b"willow"))  # the officer's correction
    before = inbox.stat()
    assert outcomes(gongkai) == {"trees": "unchanged"}
    assert inbox.stat() == before
    inbox.unlink()
    assert outcomes(gongkai) == {"trees": "placed"}


def test_a_download_that_broke_is_continued(
    gongkai: Command, describe: Describe, server: Server, inbox: Path, workspace: Workspace
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY, '"1"', cut=50)
    assert failure(gongkai) == "fetch-incomplete"
    assert not inbox.exists()
    (part,) = workspace.fetching.rglob("part")
    assert part.read_bytes() == BODY[:50] and part.stat().st_mode & 0o077 == 0
    server.answers["/trees.csv"] = file(BODY, '"1"')
    assert outcomes(gongkai) == {"trees": "placed"}
    assert (server.asked[-1][1]["Range"], server.asked[-1][1]["If-Range"]) == ("bytes=50-", '"1"')
    assert inbox.read_bytes() == BODY
    assert not list(workspace.fetching.rglob("part"))


def test_unusable_state_and_headers_only_mean_that_it_is_fetched_anew(
    gongkai: Command, describe: Describe, server: Server, inbox: Path, workspace: Workspace
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY, '"1\x01"')
    assert outcomes(gongkai) == {"trees": "placed"}
    assert outcomes(gongkai) == {"trees": "unchanged"}
    assert "If-None-Match" not in server.asked[-1][1]
    for state in workspace.fetching.rglob("*.json"):
        state.write_text("{", encoding="utf-8")
    assert outcomes(gongkai) == {"trees": "unchanged"}
    assert inbox.read_bytes() == BODY


@pytest.mark.parametrize("ignores_if_range", [False, True])
def test_a_file_that_changed_since_is_begun_anew(
    gongkai: Command, describe: Describe, server: Server, inbox: Path, ignores_if_range: bool
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(b"x" * len(BODY), '"1"', cut=50)
    failure(gongkai)

    def partial_whatever_is_asked(handler: BaseHTTPRequestHandler) -> None:
        if "Range" in handler.headers:
            handler.headers.replace_header("If-Range", '"2"')
        file(BODY, '"2"')(handler)

    server.answers["/trees.csv"] = partial_whatever_is_asked if ignores_if_range else file(BODY, '"2"')
    assert outcomes(gongkai) == {"trees": "placed"}
    assert inbox.read_bytes() == BODY


def test_a_part_without_a_strong_validator_is_not_continued(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY, 'W/"1"', cut=50)
    failure(gongkai)
    server.answers["/trees.csv"] = file(BODY, 'W/"1"')
    assert outcomes(gongkai) == {"trees": "placed"}
    assert "Range" not in server.asked[-1][1]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (sends(BODY, Content_Length=str(len(BODY) + 100)), "fetch-incomplete"),
        (sends(BODY, Content_Length="2000000"), "fetch-too-large"),
        (endless, "fetch-too-large"),
        (sends(BODY, Content_Length="many"), "fetch-no-length"),
        (sends(BODY, Content_Encoding="gzip"), "fetch-content-encoding"),
        (sends(BODY, 404), "fetch-status"),
        (sends(BODY, 206, Content_Range="bytes 0-9/10"), "fetch-status"),
        (sends(b"", 304), "fetch-status"),
        (sends(b"", 302, Location="/trees.csv"), "fetch-redirects"),
        (sends(b"", 302, Location="ftp://127.0.0.1/trees.csv"), "fetch-address"),
        (sends(b"", 302, Location="http://user@127.0.0.1/trees.csv"), "fetch-address"),
        (sends(b"", 302, Location="http://foreign.example/trees.csv"), "fetch-redirect-host"),
        (sends(b"", 302, Location="//127.0.0.1:1/trees.csv"), "fetch-redirect-host"),
        (sends(b"", 302, Location="http://[::1/trees.csv"), "fetch-address"),
        (lambda handler: handler.connection.close(), "fetch-connection"),
    ],
)
def test_what_cannot_be_taken_is_told_and_leaves_the_inbox_alone(
    gongkai: Command, describe: Describe, server: Server, inbox: Path, answer: Any, message: str
) -> None:
    describe({"url": server.url("/trees.csv"), "max_megabytes": 1})
    server.answers["/trees.csv"] = answer
    assert failure(gongkai) == message
    assert not inbox.parent.exists()


def test_a_redirect_within_the_allowed_hosts_is_followed(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    describe({"url": server.url("/latest?y={period}"), "period": None})
    server.answers["/latest"] = sends(b"", 307, Location="/树木.csv?a=b c".encode().decode("latin-1"))
    server.answers["/%E6%A0%91%E6%9C%A8.csv"] = file(BODY)
    assert failure(gongkai) == "fetch-no-period"
    assert failure(gongkai, "--period", "2023") == "inbox-too-early"
    assert outcomes(gongkai, "--period", "2025") == {"trees": "placed"}
    assert [path for path, _ in server.asked] == ["/latest?y=2025", "/%E6%A0%91%E6%9C%A8.csv?a=b%20c"]
    assert inbox.read_bytes() == BODY
    assert gongkai("fetch", "--period", "2025-13").exit_code == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_addresses_that_are_not_public_are_not_connected_to(
    gongkai: Command, describe: Describe, server: Server, host: str
) -> None:
    source = {"url": server.url("/trees.csv", host)}
    describe(source, hosts=[], private=[host])
    assert failure(gongkai) == "fetch-host"
    describe(source, hosts=[host])
    assert failure(gongkai) == "fetch-host"  # without a port only those of http and https
    describe(source, hosts=[f"{host}:{server.port}"], private=[])
    assert failure(gongkai) == "fetch-private-address"
    assert server.asked == []
    describe(source, hosts=[f"{host}:{server.port}"], private=[host])
    server.answers["/trees.csv"] = file(BODY)
    assert outcomes(gongkai) == {"trees": "placed"}
    assert server.asked[0][1]["Host"] == f"{host}:{server.port}"


def test_a_server_that_falls_silent_is_given_up(gongkai: Command, describe: Describe, server: Server) -> None:
    describe({"url": server.url("/trees.csv"), "max_seconds": 1})
    over = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        sends(b"t", Content_Length="100")(handler)
        over.wait()

    server.answers["/trees.csv"] = silent
    try:
        assert failure(gongkai) == "fetch-too-slow"
    finally:
        over.set()


def test_a_failing_source_stops_no_other_but_holds_back_its_own_delivery(
    gongkai: Command, describe: Describe, server: Server, inbox: Path
) -> None:
    url = server.url("/trees.csv")
    server.answers.update({"/trees.csv": file(BODY), "/absent.csv": sends(b"", 404)})
    absent = {"name": "absent", "file": "absent.csv", "url": server.url("/absent.csv")}
    elsewhere = {"name": "east", "organisation": "east_district_office", "url": url}
    describe({"url": url}, absent, elsewhere)
    result = gongkai("fetch")
    assert result.exit_code == 1 and "404" in result.stderr
    assert outcomes(gongkai) == {"east": "unchanged", "trees": "held", "absent": "failed"}
    assert not inbox.parent.exists()
    server.answers["/absent.csv"] = file(BODY)
    assert outcomes(gongkai) == {"east": "unchanged", "trees": "placed", "absent": "placed"}
    assert sorted(path.name for path in inbox.parent.iterdir()) == ["absent.csv", "trees.csv"]


def test_links_in_the_inbox_lead_nowhere(
    gongkai: Command, describe: Describe, server: Server, workspace: Workspace, tmp_path: Path
) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY)
    outside = tmp_path / "outside"
    outside.mkdir()
    workspace.inbox.mkdir(parents=True)
    (workspace.inbox / "parks_office").symlink_to(outside)
    assert failure(gongkai) == "fetch-place"
    assert list(outside.iterdir()) == []


def test_a_folder_in_the_files_place_is_told(gongkai: Command, describe: Describe, server: Server, inbox: Path) -> None:
    describe({"url": server.url("/trees.csv")})
    server.answers["/trees.csv"] = file(BODY)
    inbox.mkdir(parents=True)
    assert failure(gongkai) == "fetch-machine"


def test_sources_are_told_in_chinese_and_none_is_no_error(gongkai: Command, describe: Describe, server: Server) -> None:
    describe()
    assert "No source" in gongkai("fetch").stdout
    describe({"url": server.url("/trees.csv")}, hosts=[])
    assert "目录不允许访问主机" in gongkai("fetch", "--lang", "zh").stderr
    assert outcomes(gongkai, "--period", "2024") == {}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"file": "../trees.csv"}, "check-source-file"),
        ({"file": ".trees.csv"}, "check-source-file"),
        ({"file": "trees.part"}, "check-source-file"),
        ({"organisation": "nobody"}, "check-source-publisher"),
        ({"period": "2025-01"}, "check-source-period"),
        ({"period": "2020"}, "check-source-too-early"),
        ({"period": None}, "check-source-no-period"),
        ({"name": "other"}, "check-source-file-twice"),
        ({"file": "other.csv"}, "check-source-name-twice"),
        ({"url": "http://user:secret@host.example/"}, "check-invalid-value"),
        ({"url": "http://{period}.example/"}, "check-invalid-value"),
        ({"database": "lower"}, "check-invalid-value"),
    ],
)
def test_check_tells_what_is_wrong_with_a_source(
    gongkai: Command, describe: Describe, server: Server, source: dict[str, Any], kind: str
) -> None:
    url = {} if "database" in source else {"url": server.url("/trees.csv")}
    query = {"query": "SELECT 1"} if "database" in source else {}
    describe({"url": server.url("/trees.csv")}, {"name": "b", "file": "b.csv", **url, **query, **source}
             if kind not in {"check-source-file-twice", "check-source-name-twice"} else {**url, **source})  # fmt: skip
    result = gongkai("check", "--json")
    assert [problem["message"]["id"] for problem in json.loads(result.stdout)["problems"]] == [kind]
    assert "secret" not in result.stdout
