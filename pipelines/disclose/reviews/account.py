"""The account of the machine that a decision is recorded with."""

from __future__ import annotations

import getpass
import os


def account() -> str:
    """Its name; its number where it has none (in containers, say)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
