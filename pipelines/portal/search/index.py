"""What the search index is made of, in the portal's SQLite file: terms per dataset, and which parts are up to date.

It can be lost, as all of that file. A part of terms is out of date from the transaction on that changes one of its
terms, so a crash leaves nothing that the next call does not look at.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from pipelines.core.sqlite_files import writing
from pipelines.portal.cards import Card
from pipelines.portal.search.entries import Entry
from pipelines.portal.search.shown import Shown
from pipelines.portal.search.terms import terms_of, texts_digest
from pipelines.portal.search.words import Words

_TABLES = """
CREATE TABLE IF NOT EXISTS search_documents (
    document INTEGER PRIMARY KEY, dataset TEXT NOT NULL UNIQUE, number INTEGER, issued TEXT NOT NULL,
    made_of TEXT NOT NULL, texts TEXT NOT NULL, terms TEXT NOT NULL, shown TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS search_documents_by_digest ON search_documents (made_of);
CREATE INDEX IF NOT EXISTS search_documents_by_number ON search_documents (number);
CREATE TABLE IF NOT EXISTS search_terms (
    term TEXT, document INTEGER, level INTEGER NOT NULL, PRIMARY KEY (term, document)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS search_listings (folder TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS search_parts (
    kind TEXT, first TEXT, following TEXT, made_of TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, first));
"""
_Found = TypeVar("_Found")
#: Kind of the parts that have terms.
TERMS = "terms"
#: What the key of a dataset begins with: nothing, or the name of a catalog elsewhere and a slash.
_FOLDER = "substr(dataset, 1, instr(dataset, '/'))"
#: Datasets that are taken up at a time: their terms are written in order, so a page of the file is written once.
_BATCH = 500


@dataclass(frozen=True)
class Part:
    """A part that was written: its name, what the next one begins with, and a digest of what its content is made of."""

    name: str
    following: str | None
    made_of: str


@dataclass(frozen=True)
class SearchIndex:
    """The index in an open database."""

    connection: sqlite3.Connection

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> SearchIndex:
        """The index in a database; its tables are created where there are none."""
        connection.executescript(_TABLES)
        return cls(connection)

    def update(self, cards: Iterable[str], revision: str) -> None:
        """Take up cards that changed, and leave out datasets of ours that have none any more.

        Args:
            cards: all cards, as :meth:`Card.as_json` writes them.
            revision: changes when the same card is shown in another way.
        """
        found = ((hashlib.sha256(f"{revision}\n{text}".encode()).hexdigest(), text) for text in cards)
        self._bring("", found, lambda text: Entry.of(Card.from_json(text)))

    def update_listing(self, folder: str, digest: str, entries: Iterable[Entry], revision: str) -> None:
        """Take up what changed of a catalog elsewhere; where its digest is the same, nothing of it is looked at.

        Args:
            folder: what the keys of its datasets begin with, and of no others.
            digest: changes whenever ``entries`` do.
            entries: all of them; whatever they raise, those that were taken up stay, and all are looked at again.
            revision: changes when the same entry is shown in another way.
        """
        made_of = f"{digest} {revision}"
        row = self.connection.execute("SELECT digest FROM search_listings WHERE folder = ?", (folder,)).fetchone()
        if row is not None and row[0] == made_of:
            return
        self._keep_listing(folder, "")
        self._bring(folder, ((entry.made_of(revision), entry) for entry in entries), lambda entry: entry)
        self._keep_listing(folder, made_of)

    def leave_out_listings(self, folders: Collection[str]) -> None:
        """Leave out catalogs elsewhere, but those with these folders."""
        known = self.connection.execute("SELECT folder FROM search_listings").fetchall()
        for (folder,) in known:
            if folder not in folders:
                self._bring(folder, (), lambda entry: entry)
                with writing(self.connection) as connection:
                    connection.execute("DELETE FROM search_listings WHERE folder = ?", (folder,))

    def _keep_listing(self, folder: str, digest: str) -> None:
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO search_listings VALUES (?, ?)", (folder, digest))

    def _bring(self, folder: str, found: Iterable[tuple[str, _Found]], entry_of: Callable[[_Found], Entry]) -> None:
        """Take up what is not known of a folder, by digest, and leave out all else that is in it."""
        words, batch = Words(), list[tuple[Entry, str]]()
        known = self.connection.execute(
            f"SELECT made_of, dataset FROM search_documents WHERE {_FOLDER} = ?",
            (folder,),
        )
        gone = dict(known.fetchall())
        for made_of, each in found:
            if gone.pop(made_of, None) is None:
                batch.append((entry_of(each), made_of))
            if len(batch) == _BATCH:
                self._take(batch, words)
                batch.clear()
        self._take(batch, words)
        self._leave_out(gone)

    def _take(self, batch: Sequence[tuple[Entry, str]], words: Words) -> None:
        words.expect(text for entry, _ in batch for _, said in entry.texts for text in said)
        with writing(self.connection):
            removed: list[tuple[str, int]] = []
            added: list[tuple[str, int, int]] = []
            for entry, made_of in batch:
                document, before, after = self._document(entry, made_of, words)
                removed += [(term, document) for term in before if after.get(term) != before[term]]
                added += [(term, document, level) for term, level in after.items() if before.get(term) != level]
            self.connection.executemany("DELETE FROM search_terms WHERE term = ? AND document = ?", sorted(removed))
            self.connection.executemany("INSERT INTO search_terms VALUES (?, ?, ?)", sorted(added))
            self._outdate({row[0] for row in removed} | {row[0] for row in added})

    def _document(self, entry: Entry, made_of: str, words: Words) -> tuple[int, Mapping[str, int], Mapping[str, int]]:
        """Take up an entry; its number, its terms until now and from now on."""
        row = self.connection.execute(
            "SELECT texts, terms, issued FROM search_documents WHERE dataset = ?", (entry.key,)
        ).fetchone()
        texts, before, issued = row or ("", "{}", entry.issued)
        digest = texts_digest(entry.texts)
        after = before if texts == digest else _dumped(terms_of(entry.texts, words))
        # What each listing says anew is true of what came in with it: numbers of others are to stay.
        issued = issued if entry.is_foreign else entry.issued
        said = (entry.key, issued, made_of, digest, after, _dumped(entry.shown.as_dict()))
        row = self.connection.execute(
            "INSERT INTO search_documents (dataset, issued, made_of, texts, terms, shown) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (dataset) DO UPDATE SET issued = excluded.issued, made_of = excluded.made_of, "
            "texts = excluded.texts, terms = excluded.terms, shown = excluded.shown RETURNING document",
            said,
        ).fetchone()
        return row[0], json.loads(before), json.loads(after)

    def _leave_out(self, gone: Iterable[str]) -> None:
        """Leave out what was made of cards that are gone, unless its dataset has got another one."""
        for made_of in gone:
            with writing(self.connection) as connection:
                row = connection.execute(
                    "SELECT document, terms FROM search_documents WHERE made_of = ?", (made_of,)
                ).fetchone()
                if row is None:
                    continue
                document, known = row[0], json.loads(row[1])
                connection.executemany(
                    "DELETE FROM search_terms WHERE term = ? AND document = ?", [(term, document) for term in known]
                )
                connection.execute("DELETE FROM search_documents WHERE document = ?", (document,))
                self._outdate(known)

    def _outdate(self, terms: Iterable[str]) -> None:
        """Have the parts be made anew that have these terms, or whose end one of them is."""
        for term in sorted(terms):
            if not self.connection.execute("SELECT 1 FROM search_parts WHERE kind = ? LIMIT 1", (TERMS,)).fetchone():
                return
            self.connection.execute(
                "DELETE FROM search_parts WHERE kind = ? AND first <= ? AND (following IS NULL OR following >= ?)",
                (TERMS, term, term),
            )

    def number(self) -> None:
        """Number all datasets in the order that they came in: a new one comes last, so that other numbers stay."""
        rows = self.connection.execute("SELECT document, number FROM search_documents ORDER BY issued, dataset")
        changed = [(new, document, old) for new, (document, old) in enumerate(rows.fetchall()) if new != old]
        with writing(self.connection) as connection:
            connection.executemany(
                "UPDATE search_documents SET number = ? WHERE document = ?", [(new, doc) for new, doc, _ in changed]
            )
            if any(old is not None for *_, old in changed):
                connection.execute("DELETE FROM search_parts WHERE kind = ?", (TERMS,))

    def made_of(self) -> list[str]:
        """What each dataset was made of, by number."""
        return [
            made_of for (made_of,) in self.connection.execute("SELECT made_of FROM search_documents ORDER BY number")
        ]

    def shown(self, first: int = 0, count: int = -1) -> Iterator[Shown]:
        """What results show of datasets, ``count`` of them from a number on; all without one."""
        found = self.connection.execute(
            "SELECT shown FROM search_documents WHERE number >= ? ORDER BY number LIMIT ?", (first, count)
        )
        return (Shown(**json.loads(shown)) for (shown,) in found)

    def postings(self, first: str, numbers: Mapping[int, int]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """Terms from one on in their order, each with its datasets and levels. ``numbers``: of :meth:`numbers`."""
        rows = self.connection.execute(
            "SELECT term, document, level FROM search_terms WHERE term >= ? ORDER BY term", (first,)
        )
        for term, group in groupby(rows, key=lambda row: row[0]):
            yield term, sorted((numbers[document], level) for _, document, level in group)

    def numbers(self) -> dict[int, int]:
        """Numbers of datasets by their keys in the file."""
        return dict(self.connection.execute("SELECT document, number FROM search_documents").fetchall())

    def part(self, kind: str, first: str) -> Part | None:
        """A part that is up to date as far as its terms are, by its kind and what it begins with."""
        row = self.connection.execute(
            "SELECT name, following, made_of FROM search_parts WHERE kind = ? AND first = ?", (kind, first)
        ).fetchone()
        return Part(*row) if row else None

    def keep_part(self, kind: str, first: str, part: Part) -> None:
        """Remember a part that was written."""
        with writing(self.connection) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO search_parts VALUES (?, ?, ?, ?, ?)",
                (kind, first, part.following, part.made_of, part.name),
            )


def _dumped(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
