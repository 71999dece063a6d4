from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import UnsafePath
from pipelines.core.files import create_file, replace_file
from pipelines.core.paths import Workspace, is_plain_name, join_inside


@given(st.text(max_size=60))
def test_joining_never_leads_out_of_the_folder(name: str) -> None:
    root = Path("/srv/archive")
    try:
        joined = join_inside(root, name)
    except UnsafePath:
        return
    assert joined.is_relative_to(root) and joined != root
    assert ".." not in joined.parts


UNSAFE = ["../x", "/etc/passwd", "a/../../x", "a\\b", "", ".", "a\x00b", "report\u202efdp.exe", "x" * 256]


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_names_are_refused(name: str) -> None:
    with pytest.raises(UnsafePath):
        join_inside(Path("/srv/archive"), name)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path)
    with pytest.raises(UnsafePath):
        join_inside(inside, "link/secret")


def test_chinese_names_are_plain() -> None:
    assert is_plain_name("2026年部门预算（终稿）.xlsx")


def test_private_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    workspace.prepare()
    for folder in [workspace.private, *(path for path in workspace.private.iterdir() if path.is_dir())]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not workspace.catalog.is_relative_to(workspace.private)


def test_creating_does_not_replace_and_replacing_leaves_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "record.json"
    assert create_file(target, b"first") is True
    assert create_file(target, b"second") is False
    assert target.read_bytes() == b"first"
    replace_file(target, b"third")
    assert target.read_bytes() == b"third"
    assert list(tmp_path.iterdir()) == [target]
