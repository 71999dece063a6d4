"""Libraries that tag words of Chinese text, as finders of names: those that are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator

Finds = Callable[[str], bool]


def contestants() -> Iterator[tuple[str, Finds]]:
    """Name and finder. None of them downloads anything."""
    for module, name, make in (
        ("jieba", "jieba, nr", _jieba),
        ("thulac", "THULAC, np", _thulac),
        ("snownlp", "SnowNLP, nr", _snownlp),
    ):
        if importlib.util.find_spec(module) is not None:
            yield name, make()


def _jieba() -> Finds:
    from jieba import posseg, setLogLevel

    setLogLevel(60)
    return lambda text: any(pair.flag.startswith("nr") and len(pair.word) > 1 for pair in posseg.cut(text))


def _thulac() -> Finds:
    import thulac

    tagger = thulac.thulac()
    return lambda text: any(tag == "np" for _, tag in tagger.cut(text.replace("\n", " ")))


def _snownlp() -> Finds:
    from snownlp import SnowNLP

    return lambda text: bool(text.strip()) and any(tag == "nr" for _, tag in SnowNLP(text).tags)
