"""Columns that become no fields, or that people are told about."""

from __future__ import annotations

from pathlib import Path

import pytest
from drafting import draft

from pipelines.drafting import CannotDraft
from pipelines.drafting.personal import suspicion


def text(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def test_columns_without_label_and_content_are_left_out(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("park;;visits;;", "East;;12;;", "West;;9;;"))
    assert dict(made.layout.columns) == {"park": "park", "#2": None, "visits": "visits", "#4": None, "#5": None}
    assert made.types == {"park": "string", "visits": "integer"}
    assert "columns-empty" in made.remarks and "columns-unnamed" not in made.remarks


def test_columns_without_label_but_with_content_stay(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("park,visits,,", "East,12,new,", "West,9,,"))
    assert made.types == {"park": "string", "visits": "integer", "field_3": "string"}
    assert made.remarks >= {"columns-empty", "columns-unnamed"}


def test_empty_columns_with_a_label_stay(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("park,visits,remarks", "East,12,", "West,9,"))
    assert "remarks" in made.types and "columns-empty" not in made.remarks


@pytest.mark.parametrize("label", ["序号", "No.", "序号/No.", "S. No.", "#", "№", ""])
def test_running_numbers_are_left_out(tmp_path: Path, label: str) -> None:
    made = draft(tmp_path, "parks.csv", text(f"{label},park,visits", "1,East,12", "2,West,9", "3,South,9"))
    assert list(made.types) == ["park", "visits"] and made.drafted.key == ("park",)
    assert "number-left" in made.remarks


def test_running_numbers_that_begin_anew_are_left_out(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("No.,park,visits", "1,East,12", "2,West,9", "1,South,9", "2,North,9"))
    assert made.drafted.key == ("park",) and "number-left" in made.remarks


@pytest.mark.parametrize(
    "rows",
    [
        ("No.,park", "7,East", "9,West", "11,South"),
        ("No.,park", "01,East", "02,West", "03,South"),
        ("park,No.", "East,1", "West,1", "South,2"),
        ("visits,park", "1,East", "2,West", "3,South"),
    ],
)
def test_other_numbers_stay(tmp_path: Path, rows: tuple[str, ...]) -> None:
    made = draft(tmp_path, "parks.csv", text(*rows))
    assert len(made.types) == 2 and not made.remarks & {"number-left", "number-kept"}


def test_running_numbers_stay_where_nothing_else_tells_rows_apart(tmp_path: Path) -> None:
    rows = [f"{n},张{n},100" for n in range(1, 6)]
    made = draft(tmp_path, "people.csv", text("序号,姓名,金额", *rows))
    assert made.drafted.key == (next(iter(made.types)),) and made.types[made.drafted.key[0]] == "integer"
    assert "number-kept" in made.remarks


def test_running_numbers_with_the_labels_of_totals_stay_and_are_not_summed(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("序号,公园,客流", "1,东湖,12", "2,西山,9", "3,南桥,9", "合计,,30"))
    assert made.drafted.excluded == {"header": 1, "total": 1} and len(made.types) == 3
    assert made.drafted.key == (list(made.types)[1],)
    [step] = [step for step in made.layout.steps if step.step == "exclude_totals"]
    assert step.sums == (list(made.types)[2],)
    assert "number-kept" in made.remarks


@pytest.mark.parametrize(
    "labels",
    ["Jan 2026,Feb 2026,Mar 2026", "2024,2025,2026", "1月,2月,3月", "支出2024年,支出2025年,支出2026年", "Q1,Q2,Q3"],
)
def test_columns_that_differ_by_time_are_told(tmp_path: Path, labels: str) -> None:
    made = draft(tmp_path, "parks.csv", text(f"park,{labels}", "East,1,2,3", "West,4,5,7"))
    assert "wide" in made.remarks and made.drafted.rows == 2


def test_other_columns_are_not_told_as_times(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", text("park,visits,shows 2025,may", "East,1,2,3", "West,4,5,7"))
    assert "wide" not in made.remarks


def test_remarks_in_labels_are_no_units(tmp_path: Path) -> None:
    made = draft(
        tmp_path, "parks.csv", text("park,visits (year-end),area (km²),客流/万人", "East,12,3,4", "West,9,4,5")
    )
    assert [spec.unit for spec in made.dataset.fields] == [None, None, "km²", "万人"]


def test_files_without_a_header_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotDraft) as caught:
        draft(tmp_path, "bare.csv", text("East,12,3", "West,9,4", "South,closed,none", "North,7,5"))
    assert [message.id for message, _ in caught.value.reasons] == ["draft-no-header"]


def test_texts_without_a_header_are_told(tmp_path: Path) -> None:
    made = draft(tmp_path, "bare.csv", text("East,lake,old", "West,hill,new", "South,bridge,old", "North,gate,odd"))
    assert "header-guessed" in made.remarks


def test_signs_beside_figures_become_units(tmp_path: Path) -> None:
    table = text(
        "id;taux;montant;dollars;yuan;mixed;both;额(万元)",
        "a;12,5 %;1 200 €;$5.10;12元;5%;€3;1元",
        "b;3 %;-7,5 €;(US$7);13元;0.5;$4;2",
        "c;4 %;1 €;8 USD-;15;6;€5;3",
    )
    made = draft(tmp_path, "rates.csv", table)
    units = {spec.name: spec.unit for spec in made.dataset.fields if spec.type != "string"}
    assert units == {"taux": "%", "montant": "EUR", "dollars": "USD", "yuan": "CNY"}
    assert {"percent", "percent-some", "currency"} <= made.remarks
    assert made.example()[1] == "a,12.5,1200,5.10,12,5%,€3,1元"
    [rates] = [step for step in made.layout.steps if step.step == "parse_number" and "taux" in step.fields]
    assert rates.percent == "keep"


def test_signs_that_contradict_the_unit_of_the_label_leave_text(tmp_path: Path) -> None:
    table = text(
        "id;增长(万元);外币（万元）;price (USD);taux (%);montant (en euros)", "a;5%;€1;€1;5 %;7 €", "b;6%;€2;€2;6 %;8 €"
    )
    made = draft(tmp_path, "units.csv", table)
    told = [message.params for message in made.drafted.assumed if message.id == "draft-unit-contradicted"]
    assert [(params["stated"], params["marked"]) for params in told] == [("万元", "%"), ("万元", "EUR"), ("USD", "EUR")]
    assert list(made.types.values()) == ["string"] * 4 + ["integer"] * 2


def test_names_with_a_percent_sign_are_no_doubtful_figures(tmp_path: Path) -> None:
    made = draft(tmp_path, "products.csv", text("code,product", "A1,酒精75%", "A2,口罩", "A3,乳液30%"))
    assert "percent-some" not in made.remarks


def test_figures_that_either_mark_may_divide_are_told(tmp_path: Path) -> None:
    table = text("k;longueur;poids;prix;n", "a;1,234;2.500;1,5;1", "b;5,678;3.125;2,25;2", "c;12,345;7;3,125;3")
    made = draft(tmp_path, "marks.csv", table)
    told = [message.params for message in made.drafted.assumed if message.id == "draft-either-mark"]
    assert told == [{"field": "longueur", "type": "integer"}, {"field": "poids", "type": "number"}]
    commas = draft(tmp_path / "b", "marks.csv", text("k,n", 'a,"1,234"', 'b,"5,678"'))
    assert "either-mark" not in commas.remarks


def test_words_for_yes_and_no_are_booleans_as_they_are_spelled(tmp_path: Path) -> None:
    table = text(
        "id,是否完工,配套,ouvert,active,offen,sex,is_new,level,only",
        "a,是,有,Oui,Y,Ja,F,1,1,是",
        "b,否,无,NON,N,Nein,M,0,0,是",
        "c,是,有,non,Y,-,F,1,1,是",
    )
    made = draft(tmp_path, "flags.csv", table)
    booleans = [name for name, kind in made.types.items() if kind == "boolean"]
    assert len(booleans) == 6 and "is_new" in booleans
    assert "level" not in booleans and "sex" not in booleans
    opened = made.dataset.field("ouvert")
    assert (opened.trueValues, opened.falseValues) == (("Oui",), ("NON", "non"))
    assert made.dataset.field("offen").missingValues == ("", "-")
    assert [made.dataset.fields[2].trueValues, made.dataset.fields[2].falseValues] == [("有",), ("无",)]
    assert "boolean" in made.remarks


def test_days_counted_by_workbooks_are_dates_where_the_label_says_so(tmp_path: Path) -> None:
    table = text(
        "name,decision date,签订日期,amount,jour,mois,date code",
        "a,42735,42736,42735,3 mars 2016,août 2016,42735",
        "b,42736,42737,42736,14 avril 2016,mars 2016,42735",
        "c,-,4,42737,1 décembre 2017,mai 2016,42736",
    )
    made = draft(tmp_path, "grants.csv", table)
    assert list(made.types.values()) == ["string", "date", "integer", "integer", "date", "date", "string"]
    assert made.example()[1].split(",")[1:] == ["2016-12-31", "42736", "42735", "2016-03-03", "2016-08-01", "42735"]
    assert "serial" in made.remarks
    assert [step.serial for step in made.layout.steps if step.step == "parse_date"] == [1900, None, None]


@pytest.mark.parametrize(
    ("label", "suspected"),
    [
        ("nom", True), ("nom_commune", False), ("Nom du lieu", False), ("prog_nom", False), ("nomAttribuant", False),
        ("nom_beneficiaire", True), ("nom_moa", True), ("porteurReferentNom", True), ("nom prénom commune", True),
        ("项目负责人", True), ("Nachname", True), ("项目名称", False), ("name", False),
    ],
)  # fmt: skip
def test_names_of_places_and_bodies_are_no_names_of_persons(label: str, suspected: bool) -> None:
    assert (suspicion(label, ()) is not None) is suspected
