"""Which encoding a text proves to be in: the one its words make sense in, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingesting import column, read_files
from wordlists import WORDS

from pipelines.core.errors import DeliveryRejected
from pipelines.ingest.proof import EAST_ASIAN, SINGLE_BYTE, judge
from pipelines.ingest.proof.excerpts import excerpts_of
from pipelines.registry.layouts import ENCODINGS

ALL = (*SINGLE_BYTE, *EAST_ASIAN)
EVERY = [(language, encoding) for language, (encodings, _) in WORDS.items() for encoding in encodings]


def written(folder: Path, text: str, encoding: str) -> Path:
    path = folder / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("language", "encoding"), EVERY)
def test_a_dozen_words_prove_the_encoding(tmp_path: Path, language: str, encoding: str) -> None:
    text = "a,b\n" + "".join(f"{word},{n}\n" for n, word in enumerate(WORDS[language][1].split()))
    path = written(tmp_path, text, encoding)
    proved = judge(path, ALL).proved
    assert proved is not None
    assert path.read_bytes().decode(proved) == text


def test_the_sign_of_a_currency_before_figures_is_no_letter(tmp_path: Path) -> None:
    rows = "".join(f'"Brown’s Catering – rent","£{n},{n}50.00"\n' for n in range(1, 9))
    assert judge(written(tmp_path, "Supplier,Amount\n" + rows, "cp1252"), ALL).candidates[0] == "cp1252"


def test_a_text_that_is_the_same_in_several_is_in_the_commonest(tmp_path: Path) -> None:
    reading = judge(written(tmp_path, "Bénéficiaire des élèves du collège\n", "iso8859-15"), ALL).readings[0]
    assert reading.encodings[:2] == ("cp1252", "iso8859-15")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("a,b\ndéjà,1\n", "cp1252"),
        ("a,b\ndéjà,1\n", "mac_roman"),
        ("a,b\nдом,1\n", "cp1251"),
        ("a,b\n12 €,1\n", "iso8859-15"),
        ("a,b\n中,1\n", "gb18030"),
        ("a,b\nN° 5,1\nN° 6,2\nN° 17,3\n", "cp1252"),
    ],
)
def test_a_word_or_a_sign_proves_nothing(tmp_path: Path, text: str, encoding: str) -> None:
    judgement = judge(written(tmp_path, text, encoding), ALL)
    assert judgement.proved is None
    assert judgement.candidates


@pytest.mark.parametrize(
    "content",
    [
        "a,b\nBenvingut,ÐÑÞðþ\n×Ø¿,¼½\n".encode("latin-1") * 9,
        bytes(range(0xC0, 0x100)) + b",1\n",
        b"a,b\n" + "财政局,教育局\n人民政府\n".encode("gb18030") + b"\xff\n",
        "שלום,עולם\nעיריית,ירושלים\n".encode("cp1255"),
        "กรุงเทพ,เชียงใหม่\nจังหวัด,อำเภอ\n".encode("cp874"),
        "Tiếng,Việt\nthành,phố\nngười,nước\nđồng,đường\n".encode("cp1258", "ignore"),
    ],
)
def test_text_in_no_encoding_that_is_known_proves_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert judge(path, ALL).proved is None


def test_repeating_a_word_proves_no_more(tmp_path: Path) -> None:
    once = judge(written(tmp_path, "déjà,1\n", "cp1252"), ALL).readings
    often = judge(written(tmp_path, "".join(f"déjà,{n}\n" for n in range(500)), "cp1252"), ALL).readings
    assert often == once


def test_the_end_of_a_long_file_counts(tmp_path: Path) -> None:
    text = "plain,1\n" * 300_000 + "été,élèves,crèche,théâtre,première\n"
    excerpts = excerpts_of(written(tmp_path, text, "cp1252"))
    assert len(excerpts.parts) == 5
    assert excerpts.high == "âèé".encode("cp1252")


def test_every_encoding_that_can_be_proved_can_stand_in_a_layout() -> None:
    assert set(ALL) <= set(ENCODINGS)


def test_a_declared_encoding_is_refused_where_the_words_make_sense_in_another(tmp_path: Path) -> None:
    header = "tree_id,species,district,height,planted,note\n"
    text = header + "".join(f"t{n},pine,999902,3,,{word}\n" for n, word in enumerate(WORDS["Polish"][1].split()))
    content = {"t.csv": text.encode("cp1250")}
    layout = {"format": "csv", "encoding": ["utf-8", "cp1252"]}
    with pytest.raises(DeliveryRejected) as caught:
        read_files(tmp_path, content, layout)
    [finding] = caught.value.findings
    assert (finding.rule, finding.message.params["found"]) == ("other-encoding", "cp1250")
    assert "cp1250" in finding.remedy.text("zh")
    for declared in (["cp1250"], ["utf-8", "cp1252", "cp1250"], ["koi8-r", "cp1250"]):
        raw = read_files(tmp_path, content, {**layout, "encoding": declared})
        assert raw.readings[0].encoding == "cp1250"
        assert column(raw, "note") == WORDS["Polish"][1].split()


def test_the_last_word_of_a_part_of_a_file_may_be_cut_and_does_not_count(tmp_path: Path) -> None:
    text = "x" + "财政局教育局" * 100_000 + "\n"
    path = written(tmp_path, "水利局,民政局\n" + text, "gb18030")
    parts = excerpts_of(path, 1).parts
    assert {part.decode("gb18030") for part in parts} == {"水利局", "民政局"}


def test_korean_text_is_not_read_as_chinese(tmp_path: Path) -> None:
    header = "tree_id,species,district,height,planted,note\n"
    notes = ("서울특별시 종로구청", "부산광역시 해운대구청", "보건복지부 사회복지과", "농림축산식품부")
    text = header + "".join(f"t{n},pine,999902,3,,{note}\n" for n, note in enumerate(notes))
    content = text.encode("euc_kr")
    content.decode("gb18030")
    with pytest.raises(DeliveryRejected) as caught:
        read_files(tmp_path, {"t.csv": content}, {"format": "csv", "encoding": ["gb18030"]})
    assert [finding.rule for finding in caught.value.findings] == ["other-encoding"]
