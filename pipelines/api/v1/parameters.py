"""Query parameters of requests, each at most once and none that nobody knows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping

from starlette.requests import Request

from pipelines.api.problems import Problem

_WHOLE = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def only(request: Request, known: Collection[str]) -> Mapping[str, str]:
    """The parameters of a request that takes no others than those known.

    Raises:
        Problem: when it has others, or one twice.
    """
    found, others = told_apart(request, known)
    if others:
        raise Problem(400, "no-parameter", parameter=ascii(others[0][0][:64]), known=", ".join(sorted(known)))
    return found


def told_apart(request: Request, known: Collection[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The parameters that are known, and all others in their order.

    Raises:
        Problem: when one that is known is there twice.
    """
    found: dict[str, str] = {}
    others = []
    for name, value in request.query_params.multi_items():
        if name not in known:
            others.append((name, value))
        elif name in found:
            raise Problem(400, "parameter", parameter=name)
        else:
            found[name] = value
    return found, others


def whole(found: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A number from 1 to ``most``.

    Raises:
        Problem: when it is none.
    """
    text = found.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
        raise Problem(400, "number", parameter=name, most=most)
    return int(text)


def moment(found: Mapping[str, str], name: str) -> dt.date | dt.datetime | None:
    """A day, or a time in UTC unless it says otherwise (ISO 8601).

    Raises:
        Problem: when it is none.
    """
    text = found.get(name)
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
        # A plus sign that was not escaped arrives as a space.
        time = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError) as problem:
        raise Problem(400, "time", parameter=name) from problem
