"""Datasets of catalogs elsewhere, as they are kept in this catalog's store.

::

    harvested/<source>.json               one catalog: what it is called, when it was read, which file has its datasets
    harvested/<source>/<sha256>.jsonl     its datasets, one on each line

The portal has its pages about them in the same folders. Both files are derived from documents of others, but kept:
what was read last stays when its source is down. A file of datasets never changes; the document that names it is
replaced in one step, and then the earlier file removed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from pipelines.core.checksums import Checksum
from pipelines.core.identifiers import is_identifier, is_sha256
from pipelines.publish import Store

FOLDER = "harvested"
#: Endings of files about a catalog, and of those with its datasets.
_ABOUT, _DATASETS = ".json", ".jsonl"
#: The language of texts that do not say theirs (ISO 639-2: undetermined).
UNDETERMINED = "und"
#: Somebody may replace a file of datasets between reading its name and opening it, but not that often.
_TRIES = 5

Texts = Mapping[str, str]
"""A text by language (``zh``, ``en`` …, :data:`UNDETERMINED`); empty where there is none. Bounded, and without
characters that cannot be seen; whoever writes it into HTML escapes it."""


def in_language(said: Texts, language: str) -> str:
    """A text in a language, else in the one that it is there in first; empty where there is none."""
    return said.get(language) or next(iter(said.values()), "")


@dataclass(frozen=True)
class HarvestedDistribution:
    """A file of a dataset. ``address`` is http or https; ``media_type`` and ``licence`` may be empty."""

    address: str
    title: Texts = field(default_factory=dict)
    media_type: str = ""
    bytes: int | None = None
    checksum: Checksum | None = None
    licence: str = ""


@dataclass(frozen=True)
class HarvestedDataset:
    """A dataset elsewhere, as its catalog tells of it; what that leaves out is empty.

    ``licence`` is one of the identifiers that are known here, or as the catalog writes it. Times are ISO 8601, of any
    precision. Its data are about the time from ``starts`` to ``ends``, the latter included. ``republished_as`` is the
    dataset of this catalog that has its rows.
    """

    identifier: str
    title: Texts
    description: Texts = field(default_factory=dict)
    publisher: Texts = field(default_factory=dict)
    licence: str = ""
    landing_page: str = ""
    issued: str = ""
    modified: str = ""
    starts: str = ""
    ends: str = ""
    distributions: tuple[HarvestedDistribution, ...] = ()
    republished_as: str = ""

    @property
    def short(self) -> str:
        """A name for it that may stand anywhere, whatever its identifier has in it: 32 hexadecimal digits."""
        return hashlib.sha256(self.identifier.encode()).hexdigest()[:32]

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The record of a JSON form.

        Raises:
            TypeError: when it is none.
        """
        told = [
            HarvestedDistribution(**{**each, "checksum": Checksum(**each["checksum"]) if each["checksum"] else None})
            for each in document["distributions"]
        ]
        return cls(**{**document, "distributions": tuple(told)})


@dataclass(frozen=True)
class HarvestedSource:
    """A catalog elsewhere. ``title`` and ``publisher`` are in ``zh`` and ``en``, as its descriptor has them.

    ``read`` is when what is here came from it, ``checked`` when it was last seen to be as it is here: UTC, ISO 8601.
    ``left_out``: how many of its datasets are not here, by reason. ``documents``: SHA-256 of the document, or of the
    list of its pages' hashes; ``digest``: of these and what else all this is made of.
    """

    source: str
    title: Texts
    publisher: Texts
    kind: str
    url: str
    read: str
    checked: str
    documents: str
    digest: str
    datasets: int
    left_out: Mapping[str, int]
    sha256: str

    @property
    def path(self) -> str:
        """Where its datasets lie, relative to the store's root."""
        return f"{FOLDER}/{self.source}/{self.sha256}{_DATASETS}"


def harvested_sources(store: Store) -> Iterator[HarvestedSource]:
    """Every catalog that was harvested, by name. What cannot be read is left out: harvesting makes it again."""
    for name in store.names(FOLDER):
        found = harvested_source(store, name.removesuffix(_ABOUT))
        if found is not None:
            yield found


def harvested_source(store: Store, source: str) -> HarvestedSource | None:
    """One of them; ``None`` where there is none, or nothing that can be read."""
    if not is_identifier(source):
        return None
    try:
        found = HarvestedSource(**json.loads(store.read(_head(source))))
        dt.datetime.fromisoformat(found.read)
        dt.datetime.fromisoformat(found.checked)
    except (FileNotFoundError, TypeError, ValueError):
        return None
    return found if found.source == source and is_sha256(found.sha256) else None


def harvested_datasets(store: Store, source: HarvestedSource) -> Iterator[HarvestedDataset]:
    """The datasets of a catalog in its own order, one in memory at a time.

    Args:
        store: the catalog.
        source: what :func:`harvested_sources` gave; where it has been harvested anew since, the newest are read.

    Raises:
        FileNotFoundError: when it has been taken away since.
    """
    with _datasets_file(store, source).open(encoding="utf-8") as stream:
        for line in stream:
            yield HarvestedDataset.from_dict(json.loads(line))


def _datasets_file(store: Store, source: HarvestedSource) -> Path:
    current: HarvestedSource | None = source
    for _ in range(_TRIES):
        if current is None:
            break
        try:
            return store.local(current.path)
        except FileNotFoundError:
            current = harvested_source(store, source.source)
    raise FileNotFoundError(source.path)


def write_datasets(datasets: Iterable[HarvestedDataset], file: Path) -> int:
    """Write datasets into a new local file as they are kept; how many there were."""
    count = 0
    with file.open("x", encoding="utf-8", newline="") as stream:
        for entry in datasets:
            stream.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            count += 1
    return count


def keep_source(store: Store, source: HarvestedSource, file: Path | None = None) -> None:
    """Put a catalog in place, with a local file of its datasets where they are new, and remove the datasets before."""
    if file is not None:
        if not is_sound(store, source):
            store.remove(source.path)
        store.upload(source.path, file)
    store.replace(_head(source.source), (json.dumps(asdict(source), ensure_ascii=False, indent=1) + "\n").encode())
    _remove_datasets(store, source.source, keep=source.path)


def is_sound(store: Store, source: HarvestedSource) -> bool:
    """Whether the datasets of a catalog are there as they were kept. Reads all of them."""
    return store.sha256(source.path) == source.sha256


def remove_source(store: Store, source: str) -> None:
    """Take a catalog away; pages about it are the portal's to remove."""
    store.remove(_head(source))
    _remove_datasets(store, source)


def kept_sources(store: Store) -> set[str]:
    """Names of all catalogs that something is kept of, also of what cannot be read."""
    found = set()
    for entry in store.entries(FOLDER):
        source, _, file = entry.path.removeprefix(f"{FOLDER}/").partition("/")
        if file.endswith(_DATASETS) or (not file and source.endswith(_ABOUT)):
            found.add(source.removesuffix(_ABOUT))
    return found


def _remove_datasets(store: Store, source: str, keep: str = "") -> None:
    for name in store.names(f"{FOLDER}/{source}"):
        path = f"{FOLDER}/{source}/{name}"
        if name.endswith(_DATASETS) and path != keep:
            store.remove(path)


def _head(source: str) -> str:
    return f"{FOLDER}/{source}{_ABOUT}"
