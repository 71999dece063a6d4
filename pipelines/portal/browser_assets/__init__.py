"""Other people's scripts that run in browsers: from npm when the project is set up, pinned, never at run time.

``python -m pipelines.portal.browser_assets`` makes the bundles of ``pins.toml`` in the workspace's folder for them.
Each bundle is a folder whose name has the hash of its files, so that what is there is what is pinned. The catalog
gets copies of those that pages use. Where they could not be had, the portal is made without what needs them.

Not here: the project's own scripts (``portal/static``).
"""

from pipelines.portal.browser_assets.errors import BrowserAssetsError
from pipelines.portal.browser_assets.installing import install, missing_bundles
from pipelines.portal.browser_assets.pins import Bundle, pinned_bundles

__all__ = ["BrowserAssetsError", "Bundle", "install", "missing_bundles", "pinned_bundles"]
