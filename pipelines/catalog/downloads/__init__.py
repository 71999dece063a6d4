"""Downloads: the latest version of each dataset as whole files, for people and programs that take no catalog.

Here: Parquet, CSV, Excel and zip files of a version, derived from its objects; keeping them up to the latest snapshot.

Not here: what is said of datasets to other catalogs (``catalog.metadata``), serving files, signing them.
"""

from pipelines.catalog.downloads.making import REVISION, DownloadFile, VersionFiles, load_files, make_version
from pipelines.catalog.downloads.record import files_digests
from pipelines.catalog.downloads.refreshing import Refreshed, make_downloads, refresh_downloads
from pipelines.catalog.downloads.verifying import verify_downloads

__all__ = [
    "REVISION",
    "DownloadFile",
    "Refreshed",
    "VersionFiles",
    "files_digests",
    "load_files",
    "make_downloads",
    "make_version",
    "refresh_downloads",
    "verify_downloads",
]
