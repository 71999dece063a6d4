"""The index in its parts: what is in them, what is made again, and what a crash or hostile cards leave."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from unittest.mock import patch

import pytest
from faults import Faults, Kind, faulty_store, some_of
from publicising import HOSTILE
from searching import BASE, blocks, card, facets, make, manifest, parts, postings

from pipelines.portal.cards import Card
from pipelines.portal.search import words
from pipelines.portal.search.folding import COMMON
from pipelines.publish import FolderStore

SYLLABLES = "市区县镇水电气路桥校医税费款项目表册单证照章程法规案件年月日人地物树木房屋车船"


def many(count: int) -> list[Card]:
    """Datasets with titles that share characters; the same ones each time."""
    drawn = random.Random(count)
    return [
        card(
            f"dataset_{number:04}",
            "".join(drawn.choices(SYLLABLES, k=6)),
            f"Title {number} about {drawn.choice(['water', 'trees', 'taxes'])}",
            fields={"zh": ["".join(drawn.choices(SYLLABLES, k=4))], "en": [f"field{number}"]},
            issued=f"2026-01-{1 + number % 28:02}T00:00:00Z",
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make(folder, many(300))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def afresh(folder: Path, cards: Sequence[Card]) -> dict[str, bytes]:
    """The parts that the same cards have in a portal of its own."""
    other = folder / "afresh"
    make(other, cards)
    return parts(other)


def test_every_dataset_is_found_by_its_terms_and_shown(folder: Path) -> None:
    cards, found = many(300), postings(folder)
    order = sorted(cards, key=lambda each: (each.issued, each.id))
    for number, each in enumerate(order):
        assert (number, 0) in found[each.title["zh"][2:4]]
        assert number in dict(found[each.fields["en"][0]])
    assert len(manifest(folder)["terms"]) > 3
    for language in ("zh", "en"):
        named = [f"search/cards/{language}/{number}.{name}.json" for number, name in enumerate(blocks(folder))]
        shown = [json.loads(parts(folder)[path]) for path in named]
        assert [each["title"] for block in shown for each in block] == [each.title[language] for each in order]
    assert facets(folder) == {
        "catalog": [["This catalog"]] * 300,
        "theme": [["Construction"]] * 300,
        "department": [["Parks Office"]] * 300,
        "period": [["yearly"]] * 300,
        "class": [["Services"]] * 300,
        "disclosure": [["all fields as delivered"]] * 300,
        "format": [["CSV", "Parquet"]] * 300,
    }
    assert not COMMON & found.keys()


def test_parts_are_small_and_named_once(folder: Path) -> None:
    sizes = [len(content) for path, content in parts(folder).items() if "/terms/" in path]
    assert max(sizes) < 17_000 and min(sorted(sizes)[1:]) > 6_000
    named = 2 * len(blocks(folder)) + len(manifest(folder)["terms"]) + 9
    assert len(parts(folder)) == named


def test_the_second_time_nothing_is_written(folder: Path) -> None:
    before = {path: (folder / "catalog" / path).stat().st_mtime_ns for path in parts(folder)}
    make(folder, many(300))
    assert before == {path: (folder / "catalog" / path).stat().st_mtime_ns for path in parts(folder)}


def test_new_rows_change_the_card_and_load_no_dictionary(folder: Path) -> None:
    cards, before = many(300), parts(folder)
    cards[7] = _with(cards[7], rows=99)
    with patch.object(words, "tokenizer_of", lambda _: pytest.fail("a dictionary was loaded")):
        make(folder, cards)
    after = parts(folder)
    assert {path.split("/")[1] for path in before.keys() ^ after.keys()} == {"cards"}
    assert len(after.keys() - before.keys()) == 2
    assert after == afresh(folder, cards)


def _with(one: Card, **keys: object) -> Card:
    return Card(**{**one.__dict__, **keys})


def test_a_new_title_changes_the_parts_that_have_its_terms(folder: Path) -> None:
    cards, before = many(300), parts(folder)
    cards[7] = _with(cards[7], title={"zh": "一二三", "en": "Title seven"})
    make(folder, cards)
    after = parts(folder)
    assert after == afresh(folder, cards)
    terms = {path for path in before if "/terms/" in path}
    assert 0 < len(terms - after.keys()) < len(terms)
    assert dict(postings(folder)["二三"])


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_the_index_is_as_if_it_were_made_afresh(folder: Path, seed: int) -> None:
    drawn = random.Random(seed)
    cards = many(300)
    for _ in range(drawn.randrange(1, 30)):
        place = drawn.randrange(len(cards))
        change = drawn.choice(["remove", "add", "title", "issued"])
        if change == "remove":
            del cards[place]
        elif change == "add":
            cards.append(card(f"new_{len(cards)}_{place}", "新" + cards[place].title["zh"][::-1], issued="2026-02-01"))
        elif change == "title":
            cards[place] = _with(cards[place], title={"zh": cards[place].title["zh"][::-1], "en": f"Zebra {place}"})
        else:
            cards[place] = _with(cards[place], issued="2025-01-01T00:00:00Z")
    cards = list({each.id: each for each in cards}.values())
    make(folder, cards)
    assert parts(folder) == afresh(folder, cards)


def test_a_new_dataset_comes_last_so_that_other_numbers_stay(folder: Path) -> None:
    before = parts(folder)
    make(folder, [*many(300), card("zebra", "斑马", "Zebras", issued="2026-05-01T00:00:00Z")])
    kept = before.keys() & parts(folder).keys()
    assert len([path for path in kept if "/cards/" in path]) == 2 * 60
    assert dict(postings(folder)["斑马"]) == {300: 0}


def test_lost_parts_are_made_again(folder: Path) -> None:
    before = parts(folder)
    with closing(sqlite3.connect(folder / "portal.sqlite")) as connection:
        connection.execute("UPDATE pages SET made_of = '', sha256 = ''")
        connection.commit()
    shutil.rmtree(folder / "catalog" / "search")
    make(folder, many(300))
    assert parts(folder) == before


def test_messages_of_another_version_are_shown(folder: Path) -> None:
    with patch("pipelines.portal.search.shown.Card.facts", return_value=["told anew"]):
        make(folder, many(300), version="2")
    assert b"told anew" in next(content for path, content in parts(folder).items() if "/cards/" in path)


def test_at_whichever_call_it_fails_the_next_time_finishes_it(tmp_path: Path) -> None:
    folder, cards = tmp_path, many(30)
    make(folder, cards)
    del cards[9]
    cards[7] = _with(cards[7], title={"zh": "一二三", "en": "Title seven"})
    expected = afresh(folder, cards)
    for number in fault_places(folder, cards):
        tried = folder / f"tried-{number}"
        _copied(folder, tried)
        faults = Faults(number, Kind.EIO)
        with pytest.raises(OSError, match="Input/output"), _faulty(faults):
            make(tried, cards)
        make(tried, cards)
        assert parts(tried) == expected
        shutil.rmtree(tried)


def fault_places(folder: Path, cards: Sequence[Card]) -> Sequence[int]:
    """Some of the calls to the store that change it."""
    counted, other = Faults(), folder / "counted"
    _copied(folder, other)
    with _faulty(counted):
        make(other, cards)
    changing = [number for number, name in enumerate(counted.names, 1) if name.startswith(("put_derived", "remove"))]
    return some_of(changing, 11)


def _copied(folder: Path, other: Path) -> None:
    shutil.copytree(folder / "catalog", other / "catalog")
    shutil.copy(folder / "portal.sqlite", other)


def _faulty(faults: Faults) -> AbstractContextManager[object]:
    return patch("searching.FolderStore", lambda path: faulty_store(FolderStore(path), faults))


@pytest.mark.parametrize("title", ["", "🎉", HOSTILE, "长" * 10_000, "__proto__", "</script>", "𠮷野家"])
def test_hostile_cards_are_shown_as_they_are(tmp_path: Path, title: str) -> None:
    make(tmp_path, [card("x", title, title), card("y", issued="2026-01-02")])
    [name] = blocks(tmp_path)
    shown = json.loads(parts(tmp_path)[f"search/cards/zh/0.{name}.json"])
    assert [each["title"] for each in shown] == [title, "行道树"]
    assert dict(postings(tmp_path)["行道"])[1] == 0


def test_a_dataset_that_has_nothing_of_a_facet(tmp_path: Path) -> None:
    make(tmp_path, [card("x", publishers={}, formats=(), disclosure_class="", released="unknown"), card("y")])
    assert facets(tmp_path) == {
        "catalog": [["This catalog"]] * 2,
        "theme": [["Construction"]] * 2,
        "department": [[], ["Parks Office"]],
        "period": [["yearly"]] * 2,
        "class": [[], ["Services"]],
        "disclosure": [["all fields as delivered"]] * 2,
        "format": [[], ["CSV", "Parquet"]],
    }


def test_no_dataset(tmp_path: Path) -> None:
    make(tmp_path, [])
    assert postings(tmp_path) == {} and blocks(tmp_path) == []


def test_browsers_are_told_how_to_search_here(folder: Path) -> None:
    name = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    for language, path in (("zh", ""), ("en", "en/")):
        described = ET.fromstring((folder / "catalog" / path / "opensearch.xml").read_bytes())  # noqa: S314
        assert described.find("o:Url", name).attrib == {  # type: ignore[union-attr]
            "type": "text/html", "template": f"{BASE}{path}browse/?q={{searchTerms}}",
        }  # fmt: skip
        assert 0 < len(described.find("o:ShortName", name).text or "") <= 16  # type: ignore[union-attr]
        page = (folder / "catalog" / path / "index.html").read_text("utf-8")
        assert 'rel="search" type="application/opensearchdescription+xml"' in page and language in page
