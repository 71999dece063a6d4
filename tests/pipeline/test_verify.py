"""``gongkai verify``: the own catalog, and a copy with nothing but a key."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from flowing import GOOD, HEADER, Command, Deliver, run_all
from publishing import add_candidate, index_now, registry, release_now, tree

from pipelines.catalog import index_sums
from pipelines.core.paths import DATA_VARIABLE, Workspace
from pipelines.flow import Installation
from pipelines.publish import FolderStore
from pipelines.publish.signing import SigningKey, heal_signatures


def test_runs_sign_what_they_release_and_keys_can_be_replaced(
    gongkai: Command, deliver: Deliver, workspace: Workspace, inst: Installation
) -> None:
    nothing = gongkai.json("verify")
    assert (nothing["snapshots"], nothing["sound"], nothing["keys"]) == (0, True, [])
    deliver(HEADER + GOOD)
    run_all(inst)
    assert gongkai("verify").exit_code == 0
    (workspace.secrets / "signing.key").rename(workspace.secrets / "signing-old.key")
    deliver(HEADER + GOOD + "t3,willow,999901,1,2022-01-01,,,\n")
    run_all(inst)
    done = gongkai.json("verify")
    assert (done["snapshots"], done["sound"], done["problems"], done["notes"]) == (2, True, [], [])
    for language in ("en", "zh"):
        shown = gongkai("verify", "--lang", language).stdout
        assert all(key["fingerprint"] in shown for key in done["keys"])
    listed = (workspace.catalog / "releases/000002/SHA256SUMS").read_text()
    for path in ("notes/snapshot-000002.md", "notes/tree_inventory/1.1.0.md", "index/catalog-000002.duckdb"):
        assert f"  {path}\n" in listed
    old, new = (workspace.catalog / f"keys/{key['id']}.pem" for key in done["keys"])
    copy = str(workspace.catalog)
    assert gongkai("verify", copy, "--key", str(new)).exit_code == 0
    assert gongkai("verify", copy, "--key", str(old), "--snapshot", "1").exit_code == 0
    [problem] = gongkai.json("verify", copy, "--key", str(old))["problems"]
    assert (problem["reason"], problem["detail"]) == ("other-key", new.stem)
    signature = workspace.catalog / "releases/000002/SHA256SUMS.sig"
    signature.unlink()
    [problem] = gongkai.json("verify")["problems"]
    assert (problem["path"], problem["reason"]) == ("releases/000002/SHA256SUMS.sig", "unsigned")
    shown = gongkai("verify").stdout
    assert problem["message"]["en"] in shown and problem["remedy"]["en"] in shown
    assert gongkai("verify").exit_code == 1
    run_all(inst)
    assert gongkai("verify").exit_code == 0


def test_a_copy_needs_no_installation(
    gongkai: Command, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.prepare()
    add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    index_now(workspace)
    store, signing = FolderStore(workspace.catalog), SigningKey(b"\1" * 32)
    heal_signatures(store, signing, lambda number: index_sums(store, number))
    copy, key = tmp_path / "copy", tmp_path / "key.pem"
    workspace.catalog.rename(copy)
    key.write_bytes(signing.public.pem)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "nothing"))
    done = gongkai.json("verify", str(copy), "--key", str(key))
    assert (done["snapshot"], done["sound"], done["problems"], done["notes"]) == (1, True, [], [])
    assert done["released"] and done["freshness"]["zh"]
    assert not (tmp_path / "nothing").exists()
    shown = gongkai("verify", str(copy), "--key", str(key), "--dataset", "tree_inventory")
    assert shown.exit_code == 0 and "nothing newer" in shown.stdout
    index = copy / "catalog.duckdb"
    index.write_bytes(index.read_bytes() + b"x")
    [problem] = gongkai.json("verify", str(copy), "--key", str(key))["problems"]
    assert (problem["path"], problem["remedy"]["id"]) == ("catalog.duckdb", "publish-copy-remedy")
    assert gongkai("verify", str(copy), "--key", str(key), "--dataset", "nothing").exit_code == 2


def test_wrong_use_is_told(gongkai: Command, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("no key")
    assert gongkai("verify", str(tmp_path)).exit_code == 2
    assert gongkai("verify", "--key", str(key)).exit_code == 2
    assert gongkai("verify", str(tmp_path), "--key", str(key)).exit_code == 2
    assert gongkai.json("verify", str(tmp_path), "--key", str(key))["error"]["id"] == "publish-unusable-public-key"
    made = "openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out key.pem"
    subprocess.run(["sh", "-c", made], cwd=tmp_path, check=True)
    assert gongkai("verify", str(tmp_path), "--key", str(key)).exit_code == 2
    assert gongkai.json("verify", str(tmp_path), "--key", str(key))["error"]["id"] == "publish-no-copy"
