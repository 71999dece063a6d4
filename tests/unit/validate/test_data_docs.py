from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.registry.expectations import Frame
from pipelines.validate.expectations.data_docs import DeliveryDocs, VersionDocs, self_contained, write_pages
from pipelines.validate.expectations.frames import FrameData
from pipelines.validate.expectations.judging import _judged
from pipelines.validate.expectations.results import FrameResult

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def result(name: str, value: int, column: str = "n", **kwargs: Any) -> FrameResult:
    expectation = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": column, "min_value": 0, "max_value": 0, **kwargs},
        "severity": "warning",
        "message": {"zh": f"不符 {HOSTILE}", "en": f"Does not hold {HOSTILE}"},
        "remedy": {"zh": "请改正", "en": "Correct it"},
    }
    frame = Frame.model_validate({"id": name, "sql": "SELECT 1", "expectations": [expectation]})
    return _judged(FrameData(frame, pd.DataFrame({column: [value]})))


def pages(folder: Path, language: str, *deliveries: DeliveryDocs) -> dict[str, str]:
    folder.mkdir()
    version = VersionDocs("trees", "1.2.3", {"zh": "树木", "en": f"Trees {HOSTILE}"}, deliveries)
    told: list[tuple[int, int]] = []
    write_pages(version, folder, language, lambda done, total: told.append((done, total)))
    judged = sum(delivery.results is not None for delivery in deliveries)
    assert told == [(count, judged) for count in range(1, judged + 1)]
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_pages_say_what_holds_what_does_not_and_what_waits(tmp_path: Path) -> None:
    waiting = FrameResult("planned", waiting=("plan",))
    one = DeliveryDocs("trees.2025.parks.1", "2025", "parks", [result("a", 0), result("b", 3), waiting])
    two = DeliveryDocs("trees.2026.parks.1", "2026", "parks", None)
    three = DeliveryDocs("trees.2027.parks.1", "2027", "parks", [waiting])
    made = pages(tmp_path / "en", "en", one, two, three)
    assert made.keys() == {"index.html", "trees.2025.parks.1.html", "trees.2027.parks.1.html"}
    page = made["trees.2025.parks.1.html"]
    assert "Does not hold" in page and "Correct it" in page and "b.n" in page
    assert "nothing has been accepted in plan" in page and "Evaluated Expectations" in page
    assert "no results" in made["index.html"]
    chinese = pages(tmp_path / "zh", "zh", one)["trees.2025.parks.1.html"]
    assert "不成立" in chinese and "请改正" in chinese and "Correct it" not in chinese


def test_nothing_in_a_page_loads_runs_or_leads_elsewhere(tmp_path: Path) -> None:
    hostile = result("x", 5, column=HOSTILE)
    made = pages(tmp_path / "en", "en", DeliveryDocs("trees.2025.parks.1", "2025", "parks", [hostile]))
    for page in made.values():
        assert "default-src 'none'" in page
        for text in ("<script", "<img", "<link", "http:", "https:", "url(", "expectations/"):
            assert text not in page
    assert "&lt;script&gt;alert(1)" in made["trees.2025.parks.1.html"]


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>a<script src='x'>b</script>c</p>", "<p>ac</p>"),
        ("<SCRIPT>x</SCRIPT >y", "y"),
        ('<link rel="stylesheet" href="https://a/b.css"/>x', "x"),
        ("<a data-x='1' href='../up.html' onclick=\"go()\">x</a>", "<a data-x='1'>x</a>"),
        ('<i style="background: url(https://a/b.png)">x</i>', '<i style="background: ">x</i>'),
        ('<img src="a.png">x', "x"),
    ],
)
def test_cleaning(html: str, left: str) -> None:
    assert self_contained(html) == left


def test_the_same_results_give_the_same_pages(tmp_path: Path) -> None:
    delivery = DeliveryDocs("trees.2025.parks.1", "2025", "parks", [result("a", 0), result("b", 3)])
    assert pages(tmp_path / "one", "en", delivery) == pages(tmp_path / "two", "en", delivery)
