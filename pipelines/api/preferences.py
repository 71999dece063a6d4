"""What a client prefers, of what can be had: the headers that begin with Accept (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_PAGE, _ANYTHING = "text/html", ("application/problem+json", "application/json")


def qualities(header: str) -> Mapping[str, float]:
    """The quality value of each thing that a header names, in small letters; the first counts where it is named twice.

    What is not written as section 12.4.2 says is left out.
    """
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        weights = [each.partition("=")[2].strip() for each in parameters if each.partition("=")[0].strip() == "q"]
        if name and all(map(_QUALITY.fullmatch, weights)):
            found.setdefault(name, float(weights[0]) if weights else 1.0)
    return found


def codings(header: str | None) -> tuple[float, float]:
    """How much a client wants gzip, and how much the bytes as they are; 0: not at all (section 12.5.3).

    Args:
        header: Accept-Encoding; ``None`` where there is none, which leaves the choice to the server.
    """
    if header is None:
        return 0.0, 1.0
    wishes = qualities(header)
    others = wishes.get("*", 0.0)
    gzip = wishes.get("gzip", wishes.get("x-gzip", others))
    # Whoever names neither takes what is as it is, after all that he names.
    as_it_is = wishes.get("identity", others if "*" in wishes else 0.001)
    return gzip, as_it_is


def wants_page(header: str) -> bool:
    """Whether a client would rather have a page than a document for programs: it says so by ``text/html``."""
    wishes = qualities(header)
    return wishes.get(_PAGE, 0.0) > max(wishes.get(each, 0.0) for each in _ANYTHING)
