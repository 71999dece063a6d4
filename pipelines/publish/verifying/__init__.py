"""Verifying: a catalog, or a copy of it, compared with its own hashes and with the publisher's signature.

Here: the checks of releases, versions and files, whoever holds them; what is wrong as sentences with a remedy.

Not here: repairing anything, the DuckDB index (``catalog`` derives it again and compares).
"""

from pipelines.publish.verifying.copies import CopyFolder, CopyReport, UnknownRelease, verify_copy
from pipelines.publish.verifying.installed import CatalogReport, verify, verify_catalog
from pipelines.publish.verifying.problems import StoreNote, StoreProblem

__all__ = [
    "CatalogReport",
    "CopyFolder",
    "CopyReport",
    "StoreNote",
    "StoreProblem",
    "UnknownRelease",
    "verify",
    "verify_catalog",
    "verify_copy",
]
