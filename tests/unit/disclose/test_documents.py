"""Documents that become public: personal data is told by place; what catalogs are full of is nobody's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclose import scan_documents

IDENTITY, MOBILE = "11010519491231002X", "13812345678"


def told(name: str, content: str | bytes, *allowed: str) -> list[tuple[str, str]]:
    findings = scan_documents([(name, content.encode() if isinstance(content, str) else content)], allowed)
    for finding in findings:
        for language in ("en", "zh"):
            said = finding.message.text(language) + finding.remedy.text(language)
            assert name in said and IDENTITY not in said and MOBILE not in said
    return [(str(finding.message.params["place"]), str(finding.message.params["kind"])) for finding in findings]


@pytest.mark.parametrize(
    ("name", "content", "place", "kind"),
    [
        ("manifest.json", json.dumps({"a": [{"b/c": f"tel {MOBILE}"}]}), "/a/0/b~1c", "mobile"),
        ("manifest.json", json.dumps({"fields": {IDENTITY: {"x": "y"}}}), "/fields", "identity_number"),
        (
            "manifest.json",
            '{"a": 110105194912310029, "b": "\\u8054\\u7cfb\\u4eba\\u5f20\\u4f1f"}',
            "/b",
            "personal_name",
        ),
        ("rows.jsonl", '{"a": 1}\n{"a": "13812345678"}\n', "2#/a", "mobile"),
        ("codes.csv", f"code,name\n1,x\n2,{IDENTITY}\n", "3", "identity_number"),
        ("notes/1.0.0.zh.md", "更正\n\n联系人张伟\n", "3", "personal_name"),
        ("notes/1.0.0.zh.md", "更正13812345\n678\n", "1", "mobile"),
        ("feed.atom", "<feed>\n<name>a</name><email>zhang@example.com</email>\n</feed>", "2", "email"),
        ("notes/1.0.0.zh.md", "联系 138.0013.8000", "1", "mobile"),
        ("broken.json", '{"a": "13812345678"', "1", "mobile"),
    ],
)
def test_found_with_its_place(name: str, content: str, place: str, kind: str) -> None:
    assert (place, kind) in told(name, content)


def test_what_catalogs_are_full_of_is_nobodys() -> None:
    manifest = {
        "sha256": "138123456781381234567813812345678138123456781381234567813812345ab",
        "id": "13812345-1381-4381-8138-138123456781", "version": "13.812.345", "created": "2025-12-31T13:45:12.138123Z",
        "rows": 13812345678, "bytes": 15912345678, "path": f"objects/13/{'812345678' * 5}aaaaaa",
        "publisher": {"email": "Parks@testville.example", "telephone": "0571-88881234"}, "amount": "123456789.00",
    }  # fmt: skip
    manifest["sha256"] = manifest["sha256"][:64]  # type: ignore[index]
    assert told("manifest.json", json.dumps(manifest), "parks@testville.example", "0571-88881234") == []
    assert told("manifest.json", json.dumps(manifest)) == [
        ("/publisher/email", "email"),
        ("/publisher/telephone", "landline"),
    ]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("zhanggk@city.gov.cn", True), ("zhang.gk@city.gov.cn", True), ("ｚgk@city.gov.cn", True),
        ("zhang+gk@city.gov.cn", True), ("gk@city.gov.cn.zhang.com", True), ("gk@city.gov.cnzhang.com", True),
        ("gk@city.gov.cn", False), ("请写信至GK@city.gov.cn。", False), ("请写信至gk@city.gov.cn咨询", False),
        ("Write to <gk@city.gov.cn>, or gk@city.gov.cn.", False), ("mailto:gk@city.gov.cn", False),
    ],
)  # fmt: skip
def test_an_allowed_address_is_the_whole_address(text: str, is_told: bool) -> None:
    assert bool(told("notes/1.0.0.zh.md", text, "gk@city.gov.cn")) is is_told


@given(st.binary(max_size=200), st.sampled_from(["a.json", "a.jsonl", "a.csv", "a.md", "a"]))
def test_any_content_is_read(content: bytes, name: str) -> None:
    scan_documents([(name, content)])


def test_kinds_that_are_not_asked_for_are_not_told() -> None:
    assert (
        scan_documents([("a.csv", "余杭,罗湖,张伟,13812345678".encode())], kinds={"mobile"})[0].message.params["kind"]
        == "mobile"
    )
