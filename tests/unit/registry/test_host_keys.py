"""Host keys as ``ssh-keygen -l`` shows them, and as ``known_hosts`` has them."""

from __future__ import annotations

import contextlib
import re
from base64 import b64encode

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pipelines.registry.sources import HostKey

KEY = paramiko.ECDSAKey.generate()
ADAPTER: TypeAdapter[str] = TypeAdapter(HostKey)


def with_key(written: str) -> str:
    return written.format(fingerprint=KEY.fingerprint, kind=KEY.get_name(), key=KEY.get_base64(),
                          half=KEY.get_base64()[:-8])  # fmt: skip


@pytest.mark.parametrize(
    "written",
    ["{fingerprint}", "{fingerprint}=", "{kind} {key}", "[files.example]:2022,10.0.0.1 {kind} {key}",
     "|1|a=|b= {kind} {key} of 2025", "AAAA.example {kind} {key}"],
)  # fmt: skip
def test_all_forms_are_one_fingerprint(written: str) -> None:
    assert ADAPTER.validate_python(with_key(written)) == KEY.fingerprint


@pytest.mark.parametrize(
    "written",
    ["", "SHA256:short", "MD5:00:11", "{kind} {half}", "ssh-ed25519 {key}", "@revoked * {kind} {key}",
     "# {kind} {key}", "ssh-ed25519 AAAA", "ssh-ed25519 AAAAAAAA"],
)  # fmt: skip
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(with_key(written))


@given(st.text() | st.binary().map(lambda blob: f"ssh-ed25519 AAAA{b64encode(blob).decode()}"))
def test_any_text_is_a_fingerprint_or_refused(written: str) -> None:
    with contextlib.suppress(ValidationError):
        assert re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", ADAPTER.validate_python(written))
