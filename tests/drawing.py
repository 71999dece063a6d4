"""How many examples are drawn, where they are dear."""

from __future__ import annotations

from hypothesis import settings


def often(repeatable: int, exploring: int) -> int:
    """So many where they are the same ones every time (`make test`), and so many where they are new (`make fuzz`)."""
    return exploring if settings.get_current_profile_name() == "exploring" else repeatable
