"""``python -m pipelines.cli``: the same as the ``gongkai`` command."""

from pipelines.cli.main import main

main()
