"""The public face as a server: ``gongkai serve``, read-only, over a released catalog.

Here: files of the catalog's folder over HTTP, ``/api/v1``, ``/sql`` in processes of their own, and the part of
CKAN's action API that clients read with.

Not here: anything that makes what is served, anything private, anything that writes.

Nothing is imported here: the processes of queries load no more than they need.
"""
