"""What a layout says about a file before its table is looked at: encoding, delimiter, where its records are."""

from __future__ import annotations

import codecs
import glob
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.drafting.answers import Answers
from pipelines.drafting.refusals import CannotDraft, cannot
from pipelines.ingest.detection import Certainty, delimiter_of
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.readers.html_pages import page_encodings
from pipelines.ingest.readers.text import codec_of, encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import ENCODINGS, SHEETS, TEXTS, FileFormat, Layout
from pipelines.validate.any_file.encodings import declared, found
from pipelines.validate.any_file.refusals import Unusable
from pipelines.validate.any_file.text_scan import scan

#: JSON documents whose list of records has to be looked for are read whole: up to this size.
_MOST_JSON = 64 << 20
_DEEPEST = 3
#: Encodings that a layout can name, by how Python calls them.
_NAMED = {codecs.lookup(name).name: name for name in ENCODINGS}
_NAMED |= {"utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}


def open_layout(source: SourceFile, answers: Answers, assumed: list[Message]) -> Layout:
    """The beginning of a layout for a file. What was assumed is added to ``assumed``.

    Raises:
        CannotDraft: an answer cannot be used, or layouts do not know the file's encoding.
        Refusal: the encoding cannot be told for certain.
        Unreadable: the file is damaged, or has no records.
    """
    base: dict[str, Any] = {"name": "delivered", "format": source.format.value}
    if source.format in TEXTS:
        base["encoding"] = (_encoding(source, answers, assumed),)
    if source.format is FileFormat.CSV:
        base["delimiter"] = answers.delimiter or _delimiter(source.path, base["encoding"][0], assumed)
    if source.format in SHEETS and answers.sheet:
        base["sheet"] = glob.escape(answers.sheet)
    layout = Layout.model_validate(base)
    return _with_records(layout, source) if source.format is FileFormat.JSON else layout


def _encoding(source: SourceFile, answers: Answers, assumed: list[Message]) -> str:
    if source.format is FileFormat.HTML and not answers.encoding:
        try:
            return encoding_of(source.path, source.name, page_encodings(source.path, ("utf-8",)))[0]
        except Unreadable:
            pass  # neither UTF-8 nor what the page says of itself: it is looked for as in any text
    return _text_encoding(source.path, answers, assumed)


def _text_encoding(path: Path, answers: Answers, assumed: list[Message]) -> str:
    try:
        encoding = declared(answers.encoding) if answers.encoding else found(path, scan(path))
    except Unusable as unusable:
        raise CannotDraft([(entry.message, entry.remedy) for entry in unusable.complaints], True) from unusable
    name = _NAMED.get(codecs.lookup(encoding.name).name)
    if name is None:
        raise cannot("encoding-unknown", encoding=encoding.name, known=", ".join(ENCODINGS))
    if encoding.how == "detected":
        assumed.append(Message("draft-encoding", {"encoding": name}))
    return name


def _delimiter(path: Path, encoding: str, assumed: list[Message]) -> str:
    guess = delimiter_of(path, codec_of(encoding))
    if guess.certainty is Certainty.LIKELY:
        assumed.append(Message("draft-delimiter", {"delimiter": guess.delimiter.replace("\t", "TAB")}))
    return guess.delimiter


def _with_records(layout: Layout, source: SourceFile) -> Layout:
    """The layout of a JSON file, with where its list of records is; one object alone is a line of JSON Lines."""
    try:
        next(open_grids(source, layout, []))
    except Unreadable as fault:
        if fault.finding.rule != "json-no-list" or source.path.stat().st_size > _MOST_JSON:
            raise
        document = json.loads(source.path.read_text(encoding=codec_of(layout.encoding[0])))
        path = max(_lists(document, ()), default=None)
        if path is not None:
            return layout.model_copy(update={"records": ".".join(path[1])})
        as_lines = layout.model_copy(update={"format": FileFormat.JSONL})
        try:
            next(open_grids(source, as_lines, []))
        except Unreadable:
            raise fault from None
        return as_lines
    return layout


def _lists(document: Any, path: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lists of objects within objects: how long they are and where."""
    for key, value in document.items() if isinstance(document, dict) else ():
        here = (*path, key)
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value) and "." not in key:
            yield len(value), here
        elif isinstance(value, dict) and len(here) < _DEEPEST and "." not in key:
            yield from _lists(value, here)
