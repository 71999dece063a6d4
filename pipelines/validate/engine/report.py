"""The engine's report: the facts at once, the errors one by one from disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa

from pipelines.core.messages import Message
from pipelines.validate.engine.judge import BlockVerdict
from pipelines.validate.engine.model import NO_FACTS, RowFacts

_SUSPECTS = pa.schema([("number", pa.int64()), ("cells", pa.list_(pa.string())), ("facts", pa.string())])


@dataclass(frozen=True)
class EngineReport:
    """The verdict on a file.

    Attributes:
        engine: ``fast``, or ``reference`` when frictionless judged the whole file.
        reason: why it was the reference.
        labels: the header as delivered.
        stats: ``bytes``, ``fields`` and ``rows``, as frictionless counts them.
        errors: error descriptors as frictionless writes them, in its order, and ours (tag ``#gongkai``) after
            frictionless's in each row. It can be iterated again and again while the work folder exists.
    """

    engine: Literal["fast", "reference"]
    reason: Message | None
    labels: Sequence[str]
    stats: Mapping[str, int | None]
    errors: Iterable[dict[str, Any]]
    path: Path

    def hashes(self) -> dict[str, str]:
        """MD5 and SHA-256 of the file, the rest of frictionless's stats; reads the file."""
        digests = {name: hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha256")}
        with self.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                for digest in digests.values():
                    digest.update(block)
        return {name: digest.hexdigest() for name, digest in digests.items()}


class Again:
    """An iterable that starts anew each time it is iterated."""

    def __init__(self, start: Callable[[], Iterator[dict[str, Any]]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._start()


class SuspectFile:
    """Rows with errors: their cells and facts in an Arrow stream. A context manager while writing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = pa.ipc.new_stream(path, _SUSPECTS)

    def __enter__(self) -> SuspectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, verdict: BlockVerdict) -> None:
        """Keep the faulty rows of a block."""
        positions = verdict.positions()
        if len(positions) == 0:
            return
        facts = [_written(verdict.facts_of(position)) for position in positions.tolist()]
        columns = [verdict.block.numbers[positions], verdict.block.cells(positions), facts]
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, _SUSPECTS, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=_SUSPECTS))

    def rows(self) -> Iterator[tuple[int, list[str | None], RowFacts]]:
        """Number, cells and facts of each row, in order."""
        with pa.ipc.open_stream(self._path) as stream:
            for batch in stream:
                for number, cells, facts in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield number, cells, _read(facts)


def _written(facts: RowFacts) -> str | None:
    if facts is NO_FACTS:
        return None
    return json.dumps([facts.unique, facts.primary, sorted(facts.unresolved), list(facts.own_keys.items())])


def _read(text: str | None) -> RowFacts:
    if text is None:
        return NO_FACTS
    unique, primary, unresolved, own_keys = json.loads(text)
    return RowFacts(unique, primary, set(unresolved), dict(own_keys))


def write_line(stream: IO[str], descriptor: Mapping[str, Any]) -> None:
    """Append an error descriptor to a file of JSON lines."""
    stream.write(json.dumps(descriptor, ensure_ascii=True) + "\n")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The descriptors of a file of JSON lines."""
    with path.open(encoding="ascii") as stream:
        for line in stream:
            yield json.loads(line)
