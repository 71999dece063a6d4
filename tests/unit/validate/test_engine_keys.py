"""Repeated keys: exact whatever the hashes are, and on disk once memory is used up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.validate.engine import key_index
from pipelines.validate.engine import spill as spill_module
from pipelines.validate.engine.hashing import hashes_of
from pipelines.validate.engine.key_index import KeyIndex
from pipelines.validate.engine.spill import Runs, Spill
from pipelines.validate.engine.store import Store

Key = tuple[str | None, ...]


def _expected(keys: list[Key]) -> list[int | None]:
    seen: dict[Key, int] = {}
    found = []
    for number, key in enumerate(keys):
        found.append(seen.get(key))
        seen[key] = number
    return found


def _found(index: KeyIndex, keys: list[Key], size: int) -> list[int | None]:
    found: list[int | None] = [None] * len(keys)
    for first in range(0, len(keys), size):
        part = keys[first : first + size]
        columns = [pa.array(texts, pa.string()) for texts in zip(*part, strict=True)]
        numbers = np.arange(first, first + len(part), dtype=np.int64)
        for position, earlier in index.add(columns, numbers).items():
            found[first + position] = earlier
    return found


@pytest.mark.parametrize("hashes", [2**61, 5])
@pytest.mark.parametrize("memory", [0, 1 << 20])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_last_earlier_row_is_found(
    hashes: int, memory: int, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill_module, "_MERGED_AT_ONCE", 3)
    # With few hashes, different keys share them all the time.
    few = np.uint64(hashes)
    monkeypatch.setattr(key_index, "hashes_of", lambda keys: (hashes_of(keys) % few) << np.uint64(61))
    random = Random(7)
    keys: list[Key] = [
        (random.choice([None, "", "a", "b"]), random.choice([None, str(random.randint(0, 30))])) for _ in range(150)
    ]
    index = KeyIndex(2, Spill(tmp_path, memory), 1 << 8)
    assert _found(index, keys, size) == _expected(keys)


@pytest.mark.parametrize("filter_bytes", [1 << 8, 1 << 16])
def test_repeats_are_found_whatever_the_filter_lets_through(filter_bytes: int, tmp_path: Path) -> None:
    random = Random(11)
    keys: list[Key] = [(str(random.randint(0, 20_000)),) for _ in range(20_000)]
    index = KeyIndex(1, Spill(tmp_path), filter_bytes)
    assert _found(index, keys, 500) == _expected(keys)


def test_what_does_not_fit_in_memory_leaves_no_file(tmp_path: Path) -> None:
    spill = Spill(tmp_path, memory=8)
    values = np.arange(1000, dtype=np.int64)
    kept = spill.keep_array(values)
    assert kept is not values
    assert kept.tolist() == values.tolist()
    assert list(tmp_path.iterdir()) == []


def test_many_buffers_on_disk_take_few_file_descriptors_and_keep_their_content(tmp_path: Path) -> None:
    spill = Spill(tmp_path, memory=0)
    before = len(list(Path("/proc/self/fd").iterdir()))
    arrays = [np.arange(number, number + 100, dtype=np.int64) for number in range(2_000)]
    kept = [spill.keep_array(array) for array in arrays]
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
    assert all(one.tolist() == other.tolist() for one, other in zip(arrays, kept, strict=True))


def test_runs_are_not_merged_beyond_their_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill_module, "_MERGED_AT_ONCE", 3)
    monkeypatch.setattr(spill_module, "_LARGEST_RUN", 50)
    runs = Runs(Spill(tmp_path))
    for first in range(0, 300, 10):
        ordinals = np.arange(first, first + 10, dtype=np.int64)
        runs.append(ordinals.astype(np.uint64), ordinals)
    sizes = [len(hashes) for hashes, _ in runs.newest_first()]
    assert sum(sizes) == 300
    assert max(sizes) == 30


def test_hashes_depend_on_text_alone() -> None:
    texts = ["", "a", "12345678", "123456789", None, "a\0", "中文" * 9, "a"]
    column = pa.array(["before", *texts, "after"], pa.string()).slice(1, len(texts))
    hashes = hashes_of(pa.record_batch([column], names=["k0"]))
    again = hashes_of(pa.record_batch([pa.array(texts, pa.string())], names=["k0"]))
    assert hashes.tolist() == again.tolist()
    assert len(set(hashes.tolist())) == len(set(texts))


def test_large_look_up_tables_go_to_duckdb_and_answer_as_small_ones(tmp_path: Path) -> None:
    def batches(texts: list[str]) -> Iterator[pa.RecordBatch]:
        for first in range(0, len(texts), 50_000):
            part = texts[first : first + 50_000]
            yield pa.record_batch([pa.array(part), pa.array([text[-1] for text in part])], names=["k0", "k1"])

    texts = [f"{number:060d}" for number in range(150_000)]
    asked = [pa.array([texts[7], None, "x", texts[-1]]), pa.array(["7", None, "x", "0"])]
    with Store(tmp_path) as store:
        tables = [store.lookup(2, batches(texts[:10])), store.lookup(2, batches(texts))]
        assert [type(table).__name__ for table in tables] == ["_InMemory", "_InDuckDB"]
        assert [table.absent(asked).tolist() for table in tables] == [[False, True, True, True]] * 2
        one = store.lookup(1, (batch.select(["k0"]) for batch in batches(texts)))
        assert one.absent(asked[:1]).tolist() == [False, True, True, False]


def test_texts_of_one_length_have_the_hashes_that_they_have_among_others() -> None:
    texts = ["", "a", "ab" * 4, "ab" * 4 + "c", "x" * 16, "x" * 17, "中文" * 5]
    mixed = pa.record_batch([pa.array(["before", *texts]).slice(1)], names=["k0"])
    together = hashes_of(mixed).tolist()
    alone = [hashes_of(pa.record_batch([pa.array([text, text])], names=["k0"])).tolist() for text in texts]
    assert alone == [[hash_, hash_] for hash_ in together]
    assert len(set(together)) == len(texts)
