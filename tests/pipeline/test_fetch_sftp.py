"""``gongkai fetch`` against a real SFTP server on 127.0.0.1."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from describing import describe_sources, failure, inbox_file, outcomes, problems
from flowing import GOOD, HEADER, Command
from sftp_serving import PASSWORD, SftpServer, sftp_serving

from pipelines.core.paths import Workspace

BLOCK = 1 << 18
LONG = b"x" * (BLOCK + 50)
BODY = (HEADER + GOOD).encode()
LONG_AGO = 1_700_000_000
#: Describes the one source.
Describe = Callable[..., None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "sftp").mkdir()
    with sftp_serving(tmp_path / "sftp") as running:
        put(running, "trees.csv", BODY)
        yield running


@pytest.fixture
def inbox(workspace: Workspace) -> Path:
    return inbox_file(workspace)


@pytest.fixture
def describe(workspace: Workspace, server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> Describe:
    monkeypatch.setenv("TREES_PASSWORD", PASSWORD)

    def write(path: str = "/trees.csv", hosts: list[str] | None = None, **more: Any) -> None:
        source = {"url": server.url(path), "host_keys": [server.key.fingerprint],
                  "password_variable": "TREES_PASSWORD", **more}  # fmt: skip
        describe_sources(workspace, [source], [server.host] if hosts is None else hosts)

    return write


def put(server: SftpServer, name: str, content: bytes, time: int = LONG_AGO) -> Path:
    path = server.root / name
    path.write_bytes(content)
    os.utime(path, (time, time))
    return path


def test_a_file_is_brought_once_and_the_run_takes_it(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path
) -> None:
    server.most = 7
    describe("/{period}.csv", period=None)
    put(server, "2025.csv", BODY)
    assert outcomes(gongkai, "--period", "2025") == {"trees": "placed"}
    assert inbox.read_bytes() == BODY
    assert [entry["verdict"] for entry in gongkai.json("run")["deliveries"]] == ["accepted"]
    server.reads.clear()
    assert outcomes(gongkai, "--period", "2025") == {"trees": "unchanged"}
    assert server.reads == []
    put(server, "2025.csv", BODY.replace(b"ginkgo", b"willow"), LONG_AGO + 1)
    assert outcomes(gongkai, "--period", "2025") == {"trees": "placed"}


def test_a_file_of_this_very_moment_may_change_again_unseen_and_is_compared_by_its_bytes(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path
) -> None:
    describe()
    soon = 4_000_000_000
    put(server, "trees.csv", BODY, soon)
    assert outcomes(gongkai) == {"trees": "placed"}
    assert outcomes(gongkai) == {"trees": "unchanged"}
    put(server, "trees.csv", BODY.replace(b"ginkgo", b"willow"), soon)
    assert outcomes(gongkai) == {"trees": "placed"}


def broken(server: SftpServer) -> None:
    """Make the next transfer break after the first block that is asked for."""
    server.most = BLOCK

    def hang_up(block: bytes) -> bytes:
        if len(server.reads) > 1:
            server.hang_up()
        return block

    server.reading = hang_up


def mended(server: SftpServer) -> None:
    server.reading = lambda block: block
    server.reads.clear()


def test_a_transfer_that_broke_is_continued(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path, workspace: Workspace
) -> None:
    describe()
    put(server, "trees.csv", LONG)
    broken(server)
    assert failure(gongkai) == "fetch-connection"
    (part,) = workspace.fetching.rglob("part")
    assert part.read_bytes() == LONG[:BLOCK] and part.stat().st_mode & 0o077 == 0
    mended(server)
    assert outcomes(gongkai) == {"trees": "placed"}
    assert server.reads[0] == BLOCK and inbox.read_bytes() == LONG


@pytest.mark.parametrize(("time", "starts"), [(LONG_AGO + 1, LONG_AGO), (LONG_AGO, 4_000_000_000)])
def test_only_a_part_of_the_same_state_is_continued(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path, time: int, starts: int
) -> None:
    describe()
    put(server, "trees.csv", LONG, starts)
    broken(server)
    assert failure(gongkai) == "fetch-connection"
    mended(server)
    put(server, "trees.csv", LONG.upper(), time)
    assert outcomes(gongkai) == {"trees": "placed"}
    assert server.reads[0] == 0 and inbox.read_bytes() == LONG.upper()


@pytest.mark.parametrize("change", ["content", "time", "link"])
def test_a_file_that_changes_meanwhile_is_refused(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path, workspace: Workspace, change: str
) -> None:
    describe()
    path = server.root / "trees.csv"
    changes: dict[str, Callable[[], object]] = {
        "content": lambda: path.write_bytes(BODY + b"more"),
        "time": lambda: os.utime(path, (1, 1)),
        "link": lambda: path.replace(server.root / "other").with_name("trees.csv").symlink_to("other"),
    }

    def changing(block: bytes) -> bytes:
        changes[change]()
        mended(server)
        return block

    server.reading = changing
    assert failure(gongkai) == "fetch-changed-meanwhile"
    assert not inbox.parent.exists() and not list(workspace.fetching.rglob("part"))


def test_only_a_server_with_a_known_key_is_told_who_asks(
    gongkai: Command, describe: Describe, server: SftpServer
) -> None:
    other = "SHA256:" + "A" * 43
    describe(host_keys=[other])
    result = gongkai("fetch")
    assert result.exit_code == 1 and server.key.fingerprint in result.stderr
    assert server.logins == []
    line = f"[{server.host}] {server.key.get_name()} {server.key.get_base64()}"
    describe(host_keys=[other, line])
    assert outcomes(gongkai) == {"trees": "placed"}


def test_a_wrong_password_is_told_without_it(
    gongkai: Command, describe: Describe, server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe()
    monkeypatch.setenv("TREES_PASSWORD", "hush")
    assert failure(gongkai) == "fetch-login"
    assert server.logins == ["reader"]
    monkeypatch.delenv("TREES_PASSWORD")
    assert failure(gongkai) == "fetch-no-credential"


@pytest.mark.parametrize("passphrase", ["", "hush"])
@pytest.mark.parametrize("make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256R1())])
def test_private_keys_open_too(
    gongkai: Command, describe: Describe, server: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    make: Callable[[], Any], passphrase: str,
) -> None:  # fmt: skip
    path = tmp_path / "key"
    encryption = (serialization.BestAvailableEncryption(passphrase.encode()) if passphrase
                  else serialization.NoEncryption())  # fmt: skip
    path.write_bytes(make().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption))
    monkeypatch.setenv("TREES_KEY", str(path))
    more = {"passphrase_variable": "TREES_PASSPHRASE"} if passphrase else {}
    describe(password_variable=None, key_file_variable="TREES_KEY", **more)
    if passphrase:
        assert failure(gongkai) == "fetch-no-credential"
        monkeypatch.setenv("TREES_PASSPHRASE", passphrase)
    assert failure(gongkai) == "fetch-login"
    from paramiko import PKey

    server.users_key = PKey.from_path(path, passphrase.encode() or None)  # type: ignore[arg-type]
    assert outcomes(gongkai) == {"trees": "placed"}
    path.write_bytes(b"hush")
    assert failure(gongkai) == "fetch-key-file"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/folder", "fetch-not-a-file"),
        ("/link.csv", "fetch-not-a-file"),
        ("/pipe.csv", "fetch-not-a-file"),
        ("/absent.csv", "fetch-absent"),
        ("/forbidden.csv", "fetch-denied"),
        ("/nul%00.csv", "fetch-address"),
    ],
)
def test_what_is_no_file_is_not_brought(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path, path: str, message: str
) -> None:
    (server.root / "folder").mkdir()
    (server.root / "link.csv").symlink_to("trees.csv")
    os.mkfifo(server.root / "pipe.csv")
    put(server, "forbidden.csv", BODY)
    describe(path)
    assert failure(gongkai) == message
    assert not inbox.parent.exists()


def test_names_are_percent_encoded_where_addresses_need_it(
    gongkai: Command, describe: Describe, server: SftpServer, inbox: Path
) -> None:
    put(server, "树木 100%?.csv", BODY)
    describe("/树木%20100%25%3F.csv")
    assert outcomes(gongkai) == {"trees": "placed"}
    assert inbox.read_bytes() == BODY


@pytest.mark.parametrize("declared", [True, False])
def test_bytes_are_counted_as_they_come(
    gongkai: Command, describe: Describe, server: SftpServer, workspace: Workspace, declared: bool
) -> None:
    describe(max_megabytes=1)
    if declared:
        put(server, "trees.csv", b"x" * 1_000_001)
    server.reading = lambda block: block or b"x" * 30_000
    assert failure(gongkai) == "fetch-too-large"
    assert bool(server.reads) is not declared
    assert not list(workspace.fetching.rglob("part"))


def test_a_server_that_falls_silent_is_given_up(gongkai: Command, describe: Describe, server: SftpServer) -> None:
    describe(max_seconds=1)
    over = threading.Event()
    server.reading = lambda block: block if over.wait() else b""
    try:
        assert failure(gongkai) == "fetch-too-slow"
    finally:
        over.set()


def test_only_listed_hosts_at_judged_addresses_are_connected_to(
    gongkai: Command, describe: Describe, workspace: Workspace, server: SftpServer
) -> None:
    describe(hosts=["127.0.0.1"])
    assert failure(gongkai) == "fetch-host"  # without a port only port 22
    source = {"url": server.url("/trees.csv"), "host_keys": [server.key.fingerprint],
              "password_variable": "TREES_PASSWORD"}  # fmt: skip
    describe_sources(workspace, [source], [server.host], private=[])
    assert failure(gongkai) == "fetch-private-address"
    assert server.transports == []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"password_variable": None}, "check-source-sftp-login"),
        ({"key_file_variable": "TREES_KEY"}, "check-source-sftp-login"),
        ({"passphrase_variable": "TREES_PASSPHRASE"}, "check-source-sftp-login"),
        ({"period": None}, "check-source-no-period"),
        ({"host_keys": []}, "check-rule"),
        ({"host_keys": ["MD5:00:11"]}, "check-invalid-value"),
        ({"host_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"]}, "check-rule"),
        ({"password_variable": "hush hush"}, "check-invalid-value"),
        ({"url": "sftp://reader:hush@host.example/a.csv"}, "check-invalid-value"),
        ({"url": "sftp://host.example/a.csv"}, "check-invalid-value"),
        ({"url": "sftp://reader@host.example/folder/"}, "check-invalid-value"),
    ],
)
def test_check_tells_what_is_wrong_with_a_source(
    gongkai: Command, describe: Describe, source: dict[str, Any], kind: str
) -> None:
    describe()
    assert problems(gongkai) == []
    describe(**source)
    assert problems(gongkai) == [kind]
    assert "hush" not in gongkai("check").stdout


def test_a_host_key_must_be_given(gongkai: Command, workspace: Workspace, server: SftpServer) -> None:
    describe_sources(workspace, [{"url": server.url("/trees.csv"), "password_variable": "TREES_PASSWORD"}])
    assert problems(gongkai) == ["check-missing-key"]
