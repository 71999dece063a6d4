"""Citations: what they say, and that reference managers read them, whatever titles hold."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from publicising import HOSTILE

from pipelines.catalog.metadata.texts import short
from pipelines.portal.citation import Citation, tex

CITED = Citation(
    dataset="tree_inventory",
    version="1.0.2",
    title={"zh": "树木清单", "en": "Tree inventory"},
    publisher={"zh": "公园管理处", "en": "Parks & gardens"},
    catalog={"zh": "测试市目录", "en": "Testville catalog"},
    released="2026-04-02",
    address="https://data.testville.example/open/datasets/tree_inventory/1.0.2/",
    manifest="ab" * 32,
)
#: What TeX takes for something else than a letter, unless a backslash is before it.
_SPECIAL = re.compile(r"(?<!\\)[$&#_%~^]")


def unescaped(text: str) -> str:
    """What TeX shows."""
    names = {
        "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
        "textasciicircum": "^", "textless": "<", "textgreater": ">", "textbar": "|", "textquotedbl": '"',
    }  # fmt: skip
    return re.sub(r"\\(?:([a-z]+)\{\}|(.))", lambda found: names[found[1]] if found[1] else found[2], text)


def fields(bibtex: str) -> dict[str, str]:
    """An entry as BibTeX reads it, which counts braces."""
    entry = re.fullmatch(r"@misc\{([A-Za-z0-9.-]+),\n(.*)\}\n", bibtex, re.DOTALL)
    assert entry is not None
    found, rest = {"key": entry[1]}, entry[2]
    while rest:
        name = re.match(r"  ([a-z]+) = \{", rest)
        assert name is not None, rest
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        found[name[1]] = rest[name.end() : end - 1]
        assert rest[end : end + 2] == ",\n"
        rest = rest[end + 2 :]
    return found


def test_sentences() -> None:
    assert CITED.gb() == (
        "公园管理处. 树木清单: 1.0.2 版[DS/OL]. 测试市目录, 2026(2026-04-02). "
        f"https://data.testville.example/open/datasets/tree_inventory/1.0.2/ SHA-256: {'ab' * 32}"
    )
    assert CITED.apa() == (
        "Parks & gardens. (2026). Tree inventory (Version 1.0.2) [Data set]. Testville catalog. "
        "https://data.testville.example/open/datasets/tree_inventory/1.0.2/ "
        f"(manifest SHA-256: {'ab' * 32}; 2026-04-02)"
    )


def test_bibtex() -> None:
    found = fields(CITED.bibtex())
    assert found["key"] == "tree-inventory-1.0.2"
    assert found["author"] == r"{Parks \& gardens}" and found["title"] == "{Tree inventory}"
    assert (found["year"], found["month"], found["version"]) == ("2026", "4", "1.0.2")
    assert found["url"] == CITED.address and "ab" * 32 in found["note"] and "树木清单" in found["note"]


def test_csl() -> None:
    (item,) = json.loads(CITED.csl())
    assert item["type"] == "dataset" and item["issued"] == {"date-parts": [[2026, 4, 2]]}
    assert item["URL"] == CITED.address and item["version"] == "1.0.2" and "ab" * 32 in item["note"]


def test_without_an_address_there_is_none() -> None:
    cited = Citation(**{**vars(CITED), "address": ""})
    assert "url" not in fields(cited.bibtex()) and "URL" not in json.loads(cited.csl())[0]
    assert "http" not in cited.gb() + cited.apa() and "  " not in cited.gb() + cited.apa()


@given(st.one_of(st.just(HOSTILE), st.text()))
def test_whatever_a_title_holds_is_shown_as_it_is(text: str) -> None:
    title = short(text)
    assert unescaped(tex(title)) == title and not _SPECIAL.search(tex(title))
    cited = Citation(**{**vars(CITED), "title": {"zh": title, "en": title}, "publisher": {"zh": title, "en": title}})
    found = fields(cited.bibtex())
    assert unescaped(found["title"][1:-1]) == unescaped(found["author"][1:-1]) == title
    assert json.loads(cited.csl())[0]["title"] == title
