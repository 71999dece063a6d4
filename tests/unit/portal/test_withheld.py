"""What was withheld, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publishing import publish, registry, tree, workspace_with_registry

from pipelines.core.records import FieldReceipt
from pipelines.portal.withheld import blurred, field_titles, newly_blurred, newly_treated, treated
from pipelines.publish import Manifest


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return publish(workspace_with_registry(tmp_path_factory.mktemp("withheld")), tree(1), tree(2))


def with_receipt(manifest: Manifest, *receipt: FieldReceipt, **disclosure: Any) -> Manifest:
    """A version with that receipt; ``disclosure`` is what its schema says of ``note``."""
    fields = [{**field, "disclosure": disclosure} if field["name"] == "note" else field
              for field in manifest.schema["fields"]]  # fmt: skip
    segments = [replace(segment, receipt=receipt) for segment in manifest.segments]
    return replace(manifest, schema={**manifest.schema, "fields": fields}, segments=tuple(segments))


def entry(treatment: str, published_as: str | None = "note", **keys: Any) -> FieldReceipt:
    return FieldReceipt("note", "withheld", treatment, "Act 5", published_as, 2, **keys)


def test_a_field_that_is_left_out_has_the_name_that_the_registry_gives_it(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    version = publish(workspace, tree(1))
    (found,) = treated(version, field_titles(registry(workspace), "tree_inventory"))
    assert (found.field, found.published_as, found.basis["zh"], found.rows) == ("keeper_phone", None, "PIPL art. 28", 1)
    assert found.title["en"] != "keeper_phone" and found.treatment.text("en") == "left out"
    assert found.attribute.text("zh") == "不予公开" and found.condition is None
    (unknown,) = treated(version, field_titles(registry(workspace), "nothing"))
    assert unknown.title == {"zh": "keeper_phone", "en": "keeper_phone"}


def test_a_basis_in_both_languages_is_told_in_the_reader_s(manifest: Manifest) -> None:
    def basis(text: str) -> object:
        (found,) = treated(with_receipt(manifest, replace(entry("drop"), basis=text)), {})
        return found.basis

    assert basis("《条例》第十五条 / Regulations, art. 15") == {"zh": "《条例》第十五条", "en": "Regulations, art. 15"}
    for uncertain in (
        "Act 5 / Act 6",
        "第十五条 / 第十六条",
        "第五条 / Act 5 / Act 6",
        "第五条/Act 5",
        "Act 5 / 第五条",
    ):
        assert basis(uncertain) == {"zh": uncertain, "en": uncertain}


@pytest.mark.parametrize(
    ("treatment", "said", "told"),
    [
        ("drop", {}, "emptied"),
        ("mask", {"keep_first": 1, "keep_last": 0}, "masked: only the first character is shown"),
        ("mask", {"keep_first": 0, "keep_last": 4}, "masked: only the last 4 characters are shown"),
        ("mask", {"keep_first": 2, "keep_last": 3}, "masked: only the first 2 and the last 3 characters are shown"),
        ("mask", {"keep_first": 0, "keep_last": 0}, "masked"),
        ("surrogate", {}, "replaced by a pseudonym: the same for the same original, and not to be reversed"),
        ("generalise", {"to": "prefix", "length": 6}, "only the first 6 characters are shown"),
        ("generalise", {"to": "month"}, "only the month is shown, as its first day"),
        ("generalise", {"to": "band", "bounds": [18]}, "only the band that the number lies in is shown"),
        ("generalise", {}, "made less exact"),
        ("round", {"to": 10}, "rounded to multiples of 10"),
        ("top_code", {"above": "5"}, "extreme values are shown as a limit"),
        ("of a later program\u202e", {}, "of a later program"),
    ],
)
def test_treatments_in_words(manifest: Manifest, treatment: str, said: dict[str, Any], told: str) -> None:
    (found,) = treated(with_receipt(manifest, entry(treatment), treatment=said), {})
    assert found.treatment.text("en") == told
    assert found.treatment.text("zh")


def test_in_which_rows(manifest: Manifest) -> None:
    (found,) = treated(with_receipt(manifest, entry("mask"), when={"species": ["ginkgo", "pine"]}), {})
    assert found.condition is not None and found.condition["en"] == "only where species = ginkgo, pine"
    assert found.condition["zh"] == "仅限 species = ginkgo、pine 的行"


def test_small_cells(manifest: Manifest) -> None:
    receipt = [
        replace(entry("small_cells", level=level, k=5), rows=rows, attribute="active", basis=None)
        for level, rows in (("exact", 0), ("month", 7), ("band 10", 2), ("of a later program", 1))
    ]
    version = with_receipt(manifest, *receipt, entry("small_cells_suppressed", level="month", k=5), entry("drop", None))
    (found,) = blurred(version)
    assert (found.field, found.k, found.suppressed) == ("note", 5, 2)
    assert [(level.text("en"), rows) for level, rows in found.levels] == [
        ("as it is", 0), ("first day of the month", 7), ("lower end of a band of 10", 2), ("of a later program", 1),
    ]  # fmt: skip
    assert [each.treatment.text("en") for each in treated(version, {})] == ["left out"]
    assert blurred(manifest) == ()


def test_what_is_new_of_it(manifest: Manifest) -> None:
    one, other = (with_receipt(manifest, entry("mask", published_as=name)) for name in ("note", "species"))
    now, before = treated(other, {}), treated(one, {})
    assert newly_treated(now, ()) == list(now) and newly_treated(now, before) == list(now)
    assert newly_treated(now, [replace(each, rows=0) for each in now]) == []
    exact, month = (
        blurred(with_receipt(manifest, entry("small_cells", level=level, k=5))) for level in ("exact", "month")
    )
    assert newly_blurred(month, exact) == list(month) == newly_blurred(month, ())
    assert newly_blurred(month, [replace(each, suppressed=9) for each in month]) == []
