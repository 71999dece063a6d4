"""The ``gongkai`` command: thin. It parses arguments, calls the rooms below, and shows results as text or JSON.

Not here: anything that another way of running the pipeline (Dagster, a script) would need too.
"""
