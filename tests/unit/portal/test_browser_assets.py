from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import Server, sends, serving

from pipelines.portal.browser_assets import Bundle, install, missing_bundles, pinned_bundles, unpacking
from pipelines.portal.browser_assets.downloading import REGISTRY_VARIABLE, download
from pipelines.portal.browser_assets.downloading import registry as registry_address
from pipelines.portal.browser_assets.errors import (
    ArchiveAltered,
    ArchiveUnusable,
    BundleAltered,
    RegistryUnknown,
    RegistryUnreachable,
)
from pipelines.portal.browser_assets.installing import digest_of
from pipelines.portal.browser_assets.pins import PinnedPackage, read_pins
from pipelines.portal.browser_assets.unpacking import members

PATH = "/@someone/thing/-/thing-1.2.3.tgz"
THING = {"package/a.js": b'import "bare";', "package/b.wasm": b"\0asm" * 100, "package/c.txt": b"unwanted"}
MADE = {"a.js": b'import "./b.js";// end', "b.wasm": THING["package/b.wasm"]}


def archive(members: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as opened:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                opened.addfile(content)
            else:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                opened.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def pins(content: bytes, sha256: str = "", **package: str | int) -> dict[str, Bundle]:
    """The bundle ``thing`` of one archive."""
    entries = {
        "bytes": len(content),
        "integrity": f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}",
        **package,
    }
    lines = "\n".join(f"{name} = {value!r}" for name, value in entries.items())
    return dict(
        read_pins(f"""
[bundles.thing]
sha256 = "{sha256 or digest_of(MADE)}"
in_portal = true

[[packages]]
name = "@someone/thing"
version = "1.2.3"
licence = "MIT"
bundle = "thing"
files = [
  {{ member = "a.js", name = "a.js", replace = [["bare", "./b.js"]], after = "// end" }},
  {{ member = "b.wasm", name = "b.wasm", compress = true }},
]
{lines}
""")
    )


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as server:
        monkeypatch.setenv(REGISTRY_VARIABLE, server.url(""))
        yield server


def test_a_bundle_is_made_once(registry: Server, tmp_path: Path) -> None:
    content = archive({**THING})
    bundles = pins(content)
    registry.answers[PATH] = sends(content)
    (tmp_path / "assets" / "thing.0000000000000000").mkdir(parents=True)
    assert install(tmp_path / "assets", bundles) == ["thing"]
    folder = tmp_path / "assets" / bundles["thing"].folder
    assert [entry.name for entry in (tmp_path / "assets").iterdir()] == [folder.name]
    assert (folder / "a.js").read_bytes() == MADE["a.js"]
    assert gzip.decompress((folder / "b.wasm.packed").read_bytes()) == MADE["b.wasm"]
    assert {entry.name for entry in folder.iterdir()} == {*bundles["thing"].files}
    assert len(registry.asked) == 1
    assert install(tmp_path / "assets", bundles) == []
    assert len(registry.asked) == 1


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 1]), id="another byte"),
        pytest.param(lambda content: content[:-20], id="truncated"),
        pytest.param(lambda content: content + b"\0" * (1 << 20), id="longer"),
    ],
)
def test_an_archive_that_is_not_the_pinned_one_is_refused(
    registry: Server, tmp_path: Path, altered: Callable[[bytes], bytes]
) -> None:
    content = archive({**THING})
    registry.answers[PATH] = sends(altered(content))
    with pytest.raises(ArchiveAltered):
        install(tmp_path, pins(content))
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_breaks_off_is_told_as_such(registry: Server, tmp_path: Path) -> None:
    content = archive({**THING})
    registry.answers[PATH] = sends(content[:-20], Content_Length=str(len(content)))
    with pytest.raises((RegistryUnreachable, ArchiveAltered)):
        install(tmp_path, pins(content))
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_not_as_pinned_are_refused(registry: Server, tmp_path: Path) -> None:
    content = archive({**THING, "package/a.js": b'import "bare"; // other'})
    registry.answers[PATH] = sends(content)
    with pytest.raises(BundleAltered):
        install(tmp_path, pins(content))
    content = archive({**THING, "package/a.js": b"nothing to replace"})
    registry.answers[PATH] = sends(content)
    with pytest.raises(ArchiveUnusable, match="bare"):
        install(tmp_path, pins(content))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"package/../../a.js": b"x"}, id="traversal"),
        pytest.param({"/package/a.js": b"x"}, id="absolute"),
        pytest.param({"a.js": b"x"}, id="outside the folder"),
        pytest.param({"package/a.js": link("package/a.js", "/etc/passwd")}, id="symbolic link"),
        pytest.param({"package/a.js": link("package/a.js", "../../etc/passwd", tarfile.LNKTYPE)}, id="hard link"),
        pytest.param({"package/a.js/": link("package/a.js", "", tarfile.DIRTYPE)}, id="folder"),
    ],
)
def test_a_member_that_leads_elsewhere_is_none(content: dict[str, bytes | tarfile.TarInfo]) -> None:
    with pytest.raises(ArchiveUnusable, match=r"a\.js"):
        members("thing", archive(content), ["a.js"])


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    whole = archive({"package/a.js": os.urandom(100_000)})
    for cut in (0, 5, 30, len(whole) // 2, len(whole) - 60_000):
        with pytest.raises(ArchiveUnusable):
            members("thing", whole[:cut], ["a.js"])
    with pytest.raises(ArchiveUnusable):
        members("thing", b"no archive", ["a.js"])


@pytest.mark.parametrize("limit", ["_MOST", "_MOST_OF_FILE"])
def test_an_archive_that_grows_too_large_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, limit, 1 << 20)
    content = archive({"package/a.js": b"\0" * (1 << 20), "package/b.js": b"\0"})
    if limit == "_MOST_OF_FILE":
        assert members("thing", content, ["a.js"])["a.js"] == b"\0" * (1 << 20)
    content = archive({"package/a.js": b"\0" * (2 << 20), "package/b.js": b"\0"})
    with pytest.raises(ArchiveUnusable, match="bytes"):
        members("thing", content, ["a.js"])


def test_only_http_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "thing-1.2.3.tgz").write_bytes(b"x")
    monkeypatch.setenv(REGISTRY_VARIABLE, tmp_path.as_uri())
    [package] = pins(b"x")["thing"].packages
    with pytest.raises(RegistryUnreachable):
        download(package)


def _npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no other npm than one that does this."""
    folder.mkdir()
    (folder / "npm").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(REGISTRY_VARIABLE, raising=False)


def test_the_registry_is_that_of_npm_unless_a_variable_names_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _npm(tmp_path / "one", '[ "$*" = "config get registry" ] && echo http://127.0.0.1:9/npm', monkeypatch)
    assert registry_address() == "http://127.0.0.1:9/npm/"
    monkeypatch.setenv(REGISTRY_VARIABLE, "http://127.0.0.1:9/other/")
    assert registry_address() == "http://127.0.0.1:9/other/"


@pytest.mark.parametrize("script", ["exit 1", "echo"])
def test_without_a_registry_it_is_said_what_to_do(script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _npm(tmp_path / "one", script, monkeypatch)
    with pytest.raises(RegistryUnknown, match=REGISTRY_VARIABLE):
        registry_address()
    (tmp_path / "one" / "npm").unlink()
    with pytest.raises(RegistryUnknown):
        registry_address()


def test_the_shipped_pins_are_complete() -> None:
    bundles = pinned_bundles()
    packages: list[PinnedPackage] = [package for bundle in bundles.values() for package in bundle.packages]
    assert all(package.licence and package.integrity.startswith("sha512-") for package in packages)
    assert all(len(bundle.sha256) == 64 and len(set(bundle.files)) == len(bundle.files) for bundle in bundles.values())
    assert all(bundle.packages for bundle in bundles.values())


def test_each_package_is_explained() -> None:
    told = (Path(__file__).parents[3] / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for bundle in pinned_bundles().values():
        for package in bundle.packages:
            assert f"{package.name} {package.version}" in told
            assert package.licence in told


def test_a_machine_without_a_registry_is_told_what_is_missing(tmp_path: Path) -> None:
    environment = {
        **os.environ, REGISTRY_VARIABLE: "http://127.0.0.1:9/", "GONGKAI_BROWSER_ASSETS": str(tmp_path / "none"),
    }  # fmt: skip
    command = [sys.executable, "-m", "pipelines.portal.browser_assets"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert "make browser-assets" in ran.stderr
    assert "SQL 控制台" in ran.stderr
    assert "Traceback" not in ran.stderr
    ran = subprocess.run([*command, "--required"], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert missing_bundles(tmp_path / "none", pinned_bundles())
