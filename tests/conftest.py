"""How examples are drawn: the same ones in every `make test`, others each time in `make fuzz`.

No example has a time limit: how fast a machine is says nothing about what is right.

Catalogs of tests are made without other people's scripts: to copy those takes longer than all else. Tests in a browser
take them from where they were set up.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, print_blob=True)
settings.load_profile("repeatable")

os.environ["GONGKAI_BROWSER_ASSETS"] = os.devnull
