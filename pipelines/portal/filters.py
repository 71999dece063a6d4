"""Values as pages write them: what templates do with numbers and addresses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_MAIL = re.compile(r"[^\s@<>\"(),;:\\\[\]\x00-\x20\x7f]+@[^\s@<>\"(),;:\\\[\]\x00-\x20\x7f]+")


def size(count: int) -> str:
    """A number of bytes for people: three digits and a decimal unit (IEC 80000-13 keeps kB for 1,000)."""
    value, unit = float(count), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 100 else f"{value:.1f} {_UNITS[unit]}"


def percent(share: float) -> str:
    """A share from 0 to 1 with one decimal, rounded down: what is not all never reads 100%."""
    tenths = math.floor(round(share * 1000, 6))
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"


def mailto(address: str) -> str:
    """The link that writes to an address (RFC 6068, section 2); empty where it is none.

    Characters that end an address there, or begin a header, are percent-encoded.
    """
    if not _MAIL.fullmatch(address):
        return ""
    local, _, domain = address.partition("@")
    return f"mailto:{quote(local, safe='!$*+')}@{quote(domain, safe='')}"


def web(address: str) -> bool:
    """Whether it is an address of the web, so that a page may link to it."""
    return address.startswith(("https://", "http://"))


def anchor(key: str) -> str:
    """What a heading is found by on its page."""
    return f"of-{re.sub(r'[^A-Za-z0-9_-]', '-', key)}"


def in_script(document: object) -> Markup:
    """A document as JSON that may stand in an element ``script``: nothing in it ends that (HTML, section 4.12.1.3)."""
    text = json.dumps(document, ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704


def sql_fragment(sql: str) -> str:
    """What the console's address ends in to show a statement: a part of it that no server is told."""
    return f"#sql={quote(sql, safe='')}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "size": size, "percent": percent, "grouped": "{:,}".format, "mailto": mailto, "web": web, "anchor": anchor,
    "in_script": in_script, "sql_fragment": sql_fragment,
}  # fmt: skip
