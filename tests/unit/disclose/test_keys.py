"""The surrogate key: made once, read back, never shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipelines.core.paths import Workspace
from pipelines.disclose import MalformedSurrogateKey, SurrogateKey, load_surrogate_key
from pipelines.disclose.keys import KEY_FILE, KEY_VARIABLE


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return Workspace.at(tmp_path / "data", tmp_path / "schema")


def test_a_key_is_made_at_first_use_and_stays(workspace: Workspace) -> None:
    first = load_surrogate_key(workspace)
    path = workspace.secrets / KEY_FILE
    assert load_surrogate_key(workspace) == first
    assert len(first.secret) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert workspace.secrets.stat().st_mode & 0o077 == 0


def test_the_environment_goes_before_the_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
    key = load_surrogate_key(workspace)
    assert key.secret == b"\xab" * 32
    assert not workspace.secrets.exists()


def test_the_identifier_is_derived_and_the_secret_never_shown() -> None:
    secret = b"\x0f" * 32
    key = SurrogateKey.of(secret)
    assert key.id == hashlib.sha256(b"id" + secret).hexdigest()[:12]
    for shown in (repr(key), str(key), f"{key}"):
        assert shown == f"SurrogateKey(id='{key.id}')"


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "abc"])
def test_a_malformed_key_is_refused_without_being_shown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, content)
    with pytest.raises(MalformedSurrogateKey) as caught:
        load_surrogate_key(workspace)
    assert KEY_VARIABLE in str(caught.value)
    assert not content or content not in str(caught.value)


def test_a_damaged_key_file_is_refused_not_replaced(workspace: Workspace) -> None:
    path = workspace.secrets / KEY_FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe damaged")
    with pytest.raises(MalformedSurrogateKey):
        load_surrogate_key(workspace)
    assert path.read_bytes() == b"\xff\xfe damaged"
