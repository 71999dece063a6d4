"""Where deliveries come from: the inbox, the landing store, and the readers that turn bytes into text tables.

Here: finding deliveries, keeping their bytes by SHA-256, telling formats by their first bytes, opening archives
safely, reading CSV, Excel, JSON and Parquet as text with source coordinates, and carrying out the closed list
of tidy steps that a layout names.

Not here: judging values, keys or labels (``validate``), deciding what may be public (``disclose``), and
anything that remembers when something happened (the ledger).
"""

from pipelines.ingest.inbox import InboxFile, InboxFolder, InboxScan, Unplaced, scan_inbox
from pipelines.ingest.landing import FileStillChanging, Landing, land
from pipelines.ingest.landing_records import landings, load_delivery
from pipelines.ingest.reading import read

__all__ = [
    "FileStillChanging",
    "InboxFile",
    "InboxFolder",
    "InboxScan",
    "Landing",
    "Unplaced",
    "land",
    "landings",
    "load_delivery",
    "read",
    "scan_inbox",
]
