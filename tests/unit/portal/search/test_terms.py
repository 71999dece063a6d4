"""By which terms a dataset is found: Chinese cut into words, pinyin, folded letters, hostile texts."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicising import HOSTILE
from searching import card

from pipelines.portal.search.folding import COMMON, fold, runs
from pipelines.portal.search.terms import Level, terms_of, texts_digest, texts_of
from pipelines.portal.search.words import TOTAL, Words, pieces, tokenizer_of

WORDS = Words()
#: Words and what is none, some of which can be cut in several ways where they meet.
PARTS = (
    *("部门", "预算", "执行", "公开", "南京市", "市长", "长江大桥", "研究生", "生命", "起源", "的", "尚未", "结婚"),
    *("和", "未结", "欧阳", "㐀", "镕", "绿化", "行道树", "木", "乡镇", "一", "了", "不", "国有资本", "社会保险基金"),
)  # fmt: skip
BUDGET = card("department_budget", "部门预算", "Department budgets")


def test_a_title_is_found_by_words_parts_sounds_initials_and_its_identifier() -> None:
    terms = terms_of(texts_of(BUDGET), WORDS)
    written = {"部门", "预算", "门预", "算", "department", "budgets", "budget"}
    assert {term: terms.get(term) for term in written} == dict.fromkeys(written, Level.TITLE)
    typed = {"bumen", "yusuan", "bm", "ys", "bmys"}
    assert {term: terms.get(term) for term in typed} == dict.fromkeys(typed, Level.TITLE + 1)


def test_where_a_term_is_says_how_much_it_tells() -> None:
    terms = terms_of(texts_of(BUDGET), WORDS)
    found = {"绿化": Level.KEYWORD, "lvhua": Level.KEYWORD + 1, "园林局": Level.NAME, "parks": Level.NAME,
             "树高": Level.FIELD, "一棵": Level.SUMMARY, "row": Level.SUMMARY}  # fmt: skip
    assert {term: terms.get(term) for term in found} == found
    again = terms_of(texts_of(card("x", "树高", summary={"zh": "树高", "en": "Budget"})), WORDS)
    assert again["树高"] == Level.TITLE


def test_words_within_words_and_characters_with_several_readings() -> None:
    assert {"财政", "补贴", "财政补贴"} <= set(WORDS.words("惠民惠农财政补贴资金"))
    assert {"yinhang", "yh"} <= WORDS.pinyin("银行") and "xingzheng" in WORDS.pinyin("行政处罚")
    assert {"chongqing", "cq"} <= WORDS.pinyin("重庆")


def test_common_words_are_no_terms() -> None:
    terms = terms_of(texts_of(card("a_list_of_the_trees", "树木的和清单", "The list of the trees")), WORDS)
    assert not COMMON & terms.keys() and {"list", "trees"} <= terms.keys()


def test_letters_are_compared_without_case_accents_and_widths() -> None:
    assert fold("Ｅxécution ÉTAT ﬁn ①") == "execution etat fin 1"
    assert list(runs("2024年度 Budget（预算）, e-mail_x")) == [
        ("2024", False), ("年度", True), ("budget", False), ("预算", True), ("e", False), ("mail", False), ("x", False),
    ]  # fmt: skip


@given(st.text())
def test_runs_are_folded_and_have_nothing_that_separates(text: str) -> None:
    for run, chinese in runs(text):
        assert list(runs(run)) == [(run, chinese)]
        assert chinese or run.isalnum()


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40), st.data())
def test_pieces_cover_whatever_part_of_a_run_is_typed(run: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(run) - 1))
    typed = run[start : data.draw(st.integers(start + 1, len(run)))]
    if len(typed) == 1:
        assert any(piece.startswith(typed) for piece in pieces(run))
    assert {first + second for first, second in pairwise(typed)} <= pieces(run)


@pytest.mark.parametrize(
    "title", ["", " ", "🎉🎉", HOSTILE, "长" * 10_000, "x" * 10_000, "\u202e\u2066", "𠮷野家", "_", "﷽"]
)
def test_hostile_titles_have_bounded_plain_terms(title: str) -> None:
    terms = terms_of(texts_of(card("x", title, title)), WORDS)
    assert all(term.isalnum() and len(term) <= 96 for term in terms)
    assert len(terms) < 700
    assert "树高" in terms


def test_a_table_of_many_fields_is_found_by_its_first_ones() -> None:
    fields = {"zh": [f"第{number}列" for number in range(1000)], "en": [f"column{number}" for number in range(1000)]}
    terms = terms_of(texts_of(card("x", fields=fields)), WORDS)
    assert "column199" in terms and "column200" not in terms


def test_what_is_not_searched_does_not_change_the_digest_of_texts() -> None:
    digest = texts_digest(texts_of(card("x")))
    assert digest == texts_digest(texts_of(card("x", rows=3, released="2027-01-01T00:00:00Z")))
    assert digest != texts_digest(texts_of(card("x", "行道")))


def test_all_frequencies_are_counted() -> None:
    tokenizer = jieba.Tokenizer()
    assert tokenizer.gen_pfdict(tokenizer.get_dict_file())[1] == TOTAL


@pytest.fixture(scope="module")
def whole() -> Any:
    return tokenizer_of(None)


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=12).map("".join))
def test_part_of_the_dictionary_cuts_as_the_whole_does(whole: Any, run: str) -> None:
    assert list(tokenizer_of(frozenset(run)).cut_for_search(run)) == list(whole.cut_for_search(run))


def test_more_is_loaded_when_other_characters_come(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[frozenset[str] | None] = []

    def load(characters: frozenset[str] | None) -> Any:
        loaded.append(characters)
        return tokenizer_of(characters)

    monkeypatch.setattr("pipelines.portal.search.words.tokenizer_of", load)
    monkeypatch.setattr("pipelines.portal.search.words._MOST_CHARACTERS", 8)
    words = Words()
    words.expect(["预算公开", "部门"])
    assert words.words("部门预算") == ["部门", "预算"] and words.words("公开") == ["公开"]
    assert words.words("城市") == ["城市"]
    words.expect(["城市公园", "行道树木"])
    assert words.words("公园") == ["公园"] and words.words("行政") == ["行政"]
    assert loaded == [frozenset("预算公开部门"), frozenset("预算公开部门城市"), None]


def test_dictionaries_are_loaded_without_a_word_and_without_a_file(tmp_path: Path) -> None:
    code = "from pipelines.portal.search.words import Words; w = Words(); w.words('部门预算'); w.pinyin('部门预算')"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env={"TMPDIR": str(tmp_path)},
                          cwd=Path(__file__).parents[4])  # fmt: skip
    assert (done.stdout, done.stderr, list(tmp_path.iterdir())) == (b"", b"", [])
