"""What a layout says about a file before its table is looked at: encoding, delimiter, where its records are."""

from __future__ import annotations

import codecs
import glob
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.drafting.answers import Answers
from pipelines.drafting.json_layouts import with_records
from pipelines.drafting.refusals import CannotDraft, cannot
from pipelines.ingest.detection import Certainty, delimiter_of
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers.html_pages import page_encodings
from pipelines.ingest.readers.text import codec_of, encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import RECORDS, SHEETS, TEXTS, FileFormat, Layout
from pipelines.validate.any_file.encodings import declared, found
from pipelines.validate.any_file.refusals import Unusable
from pipelines.validate.any_file.text_scan import scan

#: Encodings that a layout can name, by how Python calls them.
_ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
              "big5": "big5", "cp1252": "cp1252", "windows-1252": "cp1252", "utf-16": "utf-16"}  # fmt: skip


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
    return with_records(layout, source, assumed) if source.format in RECORDS else layout


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
    name = _ENCODINGS.get(codecs.lookup(encoding.name).name, _ENCODINGS.get(encoding.name.lower()))
    if name is None:
        raise cannot("encoding-unknown", encoding=encoding.name, known=", ".join(dict.fromkeys(_ENCODINGS.values())))
    if encoding.how == "detected":
        assumed.append(Message("draft-encoding", {"encoding": name}))
    return name


def _delimiter(path: Path, encoding: str, assumed: list[Message]) -> str:
    guess = delimiter_of(path, codec_of(encoding))
    if guess.certainty is Certainty.LIKELY:
        assumed.append(Message("draft-delimiter", {"delimiter": guess.delimiter.replace("\t", "TAB")}))
    return guess.delimiter
