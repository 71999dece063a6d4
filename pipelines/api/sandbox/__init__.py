"""Queries in processes of their own, which are killed when their time, their memory or their client is gone.

A *nursery*, a process that has loaded DuckDB and holds nothing, forks one child per query in about a hundredth of
the time that a new interpreter takes. The child opens the index, judges the statement, runs it, and sends the result
as frames, already in the format that was asked for; so no row is ever held by the server.
"""
