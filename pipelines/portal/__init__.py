"""The portal: pages about the catalog that people read, as static files in the catalog's folder.

Here: pages, styles and scripts, made of the latest snapshot and the registry, and again when something changes.

Not here: documents for machines (``catalog.metadata``), files for download (``catalog.downloads``), answering requests
(``api``), anything that decides what is published or that only private files know.
"""

from pipelines.portal.refresh import PortalRefresh, refresh_portal

__all__ = ["PortalRefresh", "refresh_portal"]
