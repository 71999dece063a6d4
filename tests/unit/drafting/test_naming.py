from __future__ import annotations

from pipelines.core.identifiers import is_identifier
from pipelines.drafting.naming import english_title, field_names


def test_labels_become_identifiers() -> None:
    labels = [
        "Nom du bénéficiaire",
        "montantTotal",
        "项目名称",
        "行政区划代码",
        "2024年",
        "支出（万元）",
        "罕见列",
        "",
        "Straße/Nr.",
        "2nd",
    ]
    assert field_names(labels) == [
        "nom_du_beneficiaire", "montant_total", "project_name", "division_code", "year_2024", "expenditure", "field_7",
        "field_8", "strasse_nr", "n_2nd",
    ]  # fmt: skip


def test_names_are_identifiers_and_differ() -> None:
    names = field_names(["金额", "金额", "amount", "a" * 100, "a" * 100, "=1+1", "<b>", "名" * 70])
    assert len(set(names)) == len(names)
    assert all(is_identifier(name) for name in names)


def test_english_titles_translate_known_terms_only() -> None:
    assert english_title("项目名称") == "Project name"
    assert english_title("罕见列") == "罕见列"
    assert english_title("Already English") == "Already English"


def test_labels_in_two_languages_take_the_english_words() -> None:
    labels = ["年份/Year", "年末总人口/Total Population (year-end)", "按性别分 By Sex/罕 Male", "罕见 Total", "罕见A类"]
    assert field_names(labels) == ["year", "total_population", "by_sex_male", "total", "field_5"]
