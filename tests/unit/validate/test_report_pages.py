from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.validate import FindingLog
from pipelines.validate.page import report_page
from pipelines.validate.summary import finding_groups, write_summary

HOSTILE = "<script>alert(1)</script>.csv"


def finding(rule: str, field: str, row: int, severity: Severity = Severity.ERROR, value: str | None = None) -> Finding:
    message, remedy = Message("validate-required", {"field": field}), Message("validate-required-remedy")
    return Finding(Check.TABLE_SCHEMA, rule, severity, message, remedy, Location(HOSTILE, None, row, field), value)


def logged(folder: Path) -> Path:
    with FindingLog(folder) as log:
        log.add(finding("extra-label", "z", 1, Severity.WARNING))
        log.add(finding("type-error", "a", 7, value="<b>x</b>"))
        log.extend(finding("constraint-error", "b", row) for row in range(2, 12))
    return folder


def test_findings_are_grouped_by_rule_and_field_most_frequent_first(tmp_path: Path) -> None:
    groups = finding_groups(logged(tmp_path))
    assert [(g.rule, g.field, g.findings) for g in groups] == [
        ("constraint-error", "b", 10),
        ("type-error", "a", 1),
        ("extra-label", "z", 1),
    ]
    assert [example.location.row for example in groups[0].examples] == [2, 3, 4, 5, 6]
    assert groups[1].examples[0].value == "<b>x</b>"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_the_page_shows_everything_escaped_in_both_languages(tmp_path: Path) -> None:
    groups = finding_groups(logged(tmp_path))
    outcome = {
        "delivery": "trees.2025.parks_office.1",
        "verdict": "partly_accepted",
        "rows_in_files": 12,
        "rows_accepted": 1,
        "rows_quarantined": 11,
        "rows_excluded": {"header": 1},
        "readings": [{"file": HOSTILE, "sheet": None, "format": "csv", "encoding": "utf-8", "layout": "flat",
                      "header_row": 1, "unit": None}],
        "steps": {"flat/1:trim": 3},
        "engine": {"name": "reference", "reason": Message("uncertified-key-type", {"type": "time"}).as_dict()},
    }  # fmt: skip
    for language, word in (("en", "a key of type time"), ("zh", "键的类型为 time")):
        assert word in report_page(outcome, "Trees", groups, language)
    for language, word in (("en", "partly accepted"), ("zh", "部分通过")):
        page = report_page(outcome, "Trees & shrubs", groups, language)
        parser = _Tags()
        parser.feed(page)
        assert not parser.seen & {"script", "b", "img"}
        assert f'<html lang="{language}">' in page and word in page
        assert "&lt;script&gt;" in page and "Trees &amp; shrubs" in page
        assert "flat/1:trim" in page


def test_the_summary_beside_the_findings_holds_the_groups_in_both_languages(tmp_path: Path) -> None:
    groups = finding_groups(logged(tmp_path))
    write_summary(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["groups"] == [group.as_dict() for group in groups]
    assert {"en", "zh"} <= summary["groups"][0]["remedy"].keys()


def test_no_findings_make_no_groups(tmp_path: Path) -> None:
    with FindingLog(tmp_path):
        pass
    assert finding_groups(tmp_path) == ()
