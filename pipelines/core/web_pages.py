"""What the portal's pages and whoever serves them agree on."""

from __future__ import annotations

#: What hosts of static files answer with where there is no page. Its links begin at the path of ``base_url``.
NOT_FOUND_FILE = "404.html"
#: The same for a catalog that lies at the root of its host, where ``base_url`` has a path of its own.
NOT_FOUND_AT_ROOT_FILE = "404.root.html"

#: What pages may do (Content Security Policy Level 3): use what lies in their own folder, and run compiled code for
#: queries in the browser. In a ``meta`` element of each page, for hosts that send no such header.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'"
)
#: That no page stands in another's frame: only a header can say it (section 3.3).
FRAME_POLICY = "frame-ancestors 'none'"
