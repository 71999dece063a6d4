"""Whether a decoded text can be what somebody wrote: codecs of several bytes per character decode nearly anything."""

from __future__ import annotations

import re

#: Written for bytes that an earlier conversion could not read: the text is damaged.
_REPLACEMENT = "\ufffd"
#: Control characters of ISO 8859 and private use characters: what the bytes of another encoding come out as.
NOT_WRITTEN = re.compile("[\x80-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff]")
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
#: Encodings in which bytes of another encoding can come out as private use characters or rare ideographs.
_CHINESE = frozenset({"gb18030", "big5"})
#: Lead bytes of the 5,401 characters of Big5's first level, which are those in common use.
_BIG5_COMMON = range(0xA4, 0xC7)
#: Per encoding, characters of which its texts have few, and those of which they have many.
_JAPANESE = (re.compile("[\uff61-\uff9f]"), re.compile("[\u3040-\u30ff]"))
_SCRIPTS = {
    "euc_kr": (re.compile("[\u4e00-\u9fff]"), re.compile("[\uac00-\ud7a3]")),
    "shift_jis": _JAPANESE,
    "euc_jp": _JAPANESE,
}
_TIMES = 5
#: Share of ideographs outside common use from which a text is not in the encoding that it was decoded by.
_MAX_RARE = 0.3


class Plausibility:
    """Looks at a text block by block. ``encoding``: the one that it was decoded by."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._broken = False
        self._ideographs = self._common = 0
        self._few = self._many = 0

    def add(self, block: str) -> None:
        """Take in the next block."""
        if self._broken or block.isascii():
            return
        # Bytes that are UTF-8 or carry UTF-16's mark are that, whatever the characters.
        judged = not self._encoding.startswith("utf-")
        self._broken = _REPLACEMENT in block or bool(judged and NOT_WRITTEN.search(block))
        if self._encoding in _CHINESE:
            ideographs = "".join(_IDEOGRAPHS.findall(block))
            self._ideographs += len(ideographs)
            self._common += _common(ideographs, self._encoding)
        if self._encoding in _SCRIPTS:
            few, many = _SCRIPTS[self._encoding]
            self._few += len(few.findall(block))
            self._many += len(many.findall(block))

    @property
    def holds(self) -> bool:
        """Whether the text has only assigned characters, no more rare ideographs than texts have, and its own script.

        Korean is written with few Chinese characters; Japanese with kana, and hardly with half-width ones.
        """
        if self._encoding in _SCRIPTS and self._many <= _TIMES * self._few:
            return False
        return not self._broken and self._ideographs - self._common <= self._ideographs * _MAX_RARE


def _common(ideographs: str, encoding: str) -> int:
    """How many are in common use: in GB 2312 (6,763 of them), or in the first level of Big5."""
    if encoding == "gb18030":
        return len(ideographs.encode("gb2312", "ignore")) // 2
    return sum(1 for lead in ideographs.encode("big5", "ignore")[::2] if lead in _BIG5_COMMON)
