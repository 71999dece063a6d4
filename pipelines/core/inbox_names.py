"""Which file names the inbox passes over or waits for; whatever puts files there must not use them."""

from __future__ import annotations

#: How upload tools and browsers call a file that they are still writing.
_UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload")
#: What Office leaves beside open files, hidden files, and desktop clutter.
_IGNORED_PREFIXES = (".", "~$")
_IGNORED_NAMES = {"thumbs.db", "desktop.ini"}


def is_ignored(name: str) -> bool:
    """Tell whether the inbox passes over a file of that name."""
    lowered = name.lower()
    return lowered in _IGNORED_NAMES or (name.startswith(_IGNORED_PREFIXES) and not is_unfinished(name))


def is_unfinished(name: str) -> bool:
    """Tell whether an upload is still being written; the Office lock of an open ``.tmp`` file is not one."""
    return name.lower().endswith(_UNFINISHED_SUFFIXES) and not name.startswith("~$")
