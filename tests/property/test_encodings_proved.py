"""A text in one encoding is never taken for another text, however few or many of its words there are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from wordlists import WORDS

from pipelines.validate.any_file.encodings import found
from pipelines.validate.any_file.refusals import Refusal
from pipelines.validate.any_file.text_scan import scan


@st.composite
def encoded(draw: st.DrawFn) -> tuple[str, str]:
    encodings, words = WORDS[draw(st.sampled_from(sorted(WORDS)))]
    chosen = draw(st.lists(st.sampled_from(words.split()), min_size=1, max_size=14))
    lines = "".join(f"{word},{n}\n" for n, word in enumerate(chosen))
    text = "a,b\n" + draw(st.sampled_from([lines, lines, lines.upper(), lines.title()]))
    return text, draw(st.sampled_from(encodings))


@settings(max_examples=150)
@given(encoded())
def test_no_text_is_taken_for_another(case: tuple[str, str]) -> None:
    text, encoding = case
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:  # capital letters that the encoding does not have
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        try:
            name = found(path, scan(path)).name
        except Refusal:
            return
    assert content.decode(name) == text
