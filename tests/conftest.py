"""How examples are drawn: the same ones in every `make test`, others each time in `make fuzz`.

No example has a time limit: how fast a machine is says nothing about what is right.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, print_blob=True)
settings.load_profile("repeatable")
