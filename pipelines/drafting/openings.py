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
from pipelines.ingest.detection import Certainty, delimiter_of, is_aligned
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers.csv_text import is_regular
from pipelines.ingest.readers.html_pages import page_encodings
from pipelines.ingest.readers.text import codec_of, encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import ENCODINGS, RECORDS, SHEETS, TEXTS, WITH_CELLS, FileFormat, Layout
from pipelines.validate.any_file.encodings import declared, found
from pipelines.validate.any_file.refusals import Unusable
from pipelines.validate.any_file.text_scan import scan

_BLOCK = 1 << 20
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
        base |= _escape(source.path, codec_of(base["encoding"][0]), base["delimiter"], assumed)
    if source.format in SHEETS and answers.sheet:
        base["sheet"] = glob.escape(answers.sheet)
    if answers.range:
        if source.format not in WITH_CELLS:
            raise cannot("range-format", True, format=source.format.value)
        # Where in it the header is, is looked for.
        base["range"] = answers.range
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
    name = _NAMED.get(codecs.lookup(encoding.name).name)
    if name is None:
        raise cannot("encoding-unknown", encoding=encoding.name, known=", ".join(ENCODINGS))
    if encoding.how == "detected":
        assumed.append(Message("draft-encoding", {"encoding": name}))
    return name


def _delimiter(path: Path, encoding: str, assumed: list[Message]) -> str:
    guess = delimiter_of(path, codec_of(encoding))
    if guess.certainty is Certainty.GUESS and is_aligned(path, codec_of(encoding)):
        raise cannot("fixed-width")
    if guess.certainty is Certainty.LIKELY:
        assumed.append(Message("draft-delimiter", {"delimiter": guess.delimiter.replace("\t", "TAB")}))
    return guess.delimiter


def _escape(path: Path, codec: str, delimiter: str, assumed: list[Message]) -> dict[str, str]:
    """What escapes quotation marks: proposed only where the file has them, cannot be read without, and can with it."""
    with path.open(encoding=codec, newline="") as stream:
        tail = ""
        while block := stream.read(_BLOCK):
            if '\\"' in tail + block:
                break
            tail = block[-1:]
        else:
            return {}
        for escape in (None, "\\"):
            stream.seek(0)
            if is_regular(stream, delimiter, escape):
                break
        else:
            return {}
    if escape is None:
        return {}
    assumed.append(Message("draft-escape"))
    return {"escape": escape}
