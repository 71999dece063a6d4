"""The personal-data gate over what versions say besides their rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from publishing import add_candidate, registry, release_now, tree, workspace_with_registry

from pipelines.core.findings import Finding
from pipelines.core.paths import Workspace
from pipelines.disclose.documents import scan_documents
from pipelines.publish import gate, pending_candidates

IDENTITY = "11010519491231002X"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def describe(workspace: Workspace, **keys: Any) -> None:
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8")) | keys
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def test_a_description_with_personal_data_keeps_a_dataset_out_and_is_not_shown(workspace: Workspace) -> None:
    describe(workspace, description=text(f"Ask {IDENTITY}"))
    add_candidate(workspace, [tree(1)])
    done = release_now(workspace, registry(workspace))
    assert done.snapshot is None and [notice.id for notice in done.notices] == ["publish-personal-data"] * 2
    assert done.notices[0].params["place"] == "/metadata/description/zh"
    assert all(IDENTITY not in notice.text(language) for notice in done.notices for language in ("en", "zh"))
    # Once it is reworded, what waited is released.
    describe(workspace, description=text("Ask the office"))
    add_candidate(workspace, [tree(1)])
    assert [version.version for version in release_now(workspace, registry(workspace)).versions] == ["1.0.0"]


def test_what_is_published_stays_while_the_new_texts_wait(workspace: Workspace) -> None:
    add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    describe(workspace, title=text("Call 13812345678"))
    done = release_now(workspace, registry(workspace))
    assert done.versions == () and done.notices and done.snapshot is not None
    assert done.snapshot.datasets["tree_inventory"].version == "1.0.0"
    add_candidate(workspace, [tree(1), tree(2)])
    assert release_now(workspace, registry(workspace)).versions == ()
    assert len(pending_candidates(workspace)) == 1


def test_a_code_list_with_personal_data_is_not_published(workspace: Workspace) -> None:
    (workspace.schema / "codelists" / "district.csv").write_text(
        f"code,name_zh,name_en\n999901,东区,East\n999902,西区 {IDENTITY},West\n", encoding="utf-8"
    )
    add_candidate(workspace, [tree(1)])
    (notice,) = release_now(workspace, registry(workspace)).notices
    assert (notice.params["document"], notice.params["place"]) == ("codelist-1.csv", "3")


def test_addresses_that_offices_declare_may_be_anywhere(workspace: Workspace) -> None:
    describe(workspace, description=text("Write to parks@testville.example or data@testville.example"))
    add_candidate(workspace, [tree(1)])
    assert len(release_now(workspace, registry(workspace)).versions) == 1


def test_the_same_texts_are_looked_at_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counted(*arguments: Any) -> list[Finding]:
        looked.append("")
        return scan_documents(*arguments)

    monkeypatch.setattr(gate, "scan_documents", counted)
    add_candidate(workspace, [tree(1)])
    (manifest,) = release_now(workspace, registry(workspace)).versions
    looked.clear()
    kept = gate.TextGate(registry(workspace))
    assert kept.personal_data_in(manifest) == kept.personal_data_in(replace(manifest, previous=None)) == ()
    assert len(looked) == 1
    other = replace(manifest, metadata={**manifest.metadata, "description": text(IDENTITY)})
    assert len(kept.personal_data_in(other)) == 2
    assert len(looked) == 2
