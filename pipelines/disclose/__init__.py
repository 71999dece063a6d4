"""Clear a validated table for disclosure: the only door between what is private and what is public.

Here: which fields are published and how (treatments, surrogate keys), the public Table Schema, the scan of the
result for personal data, and the receipt that says what was done. ``DisclosedTable`` is made here and nowhere else.

Not here: what a descriptor may say about disclosure (``registry``), how personal data is recognised
(``core.personal_data``), and publishing.
"""

from pipelines.disclose.clearance import Disclosure, disclose
from pipelines.disclose.documents import scan_documents
from pipelines.disclose.keys import MalformedSurrogateKey, SurrogateKey, load_surrogate_key
from pipelines.disclose.stored import load_disclosed, save_disclosed

__all__ = [
    "Disclosure",
    "MalformedSurrogateKey",
    "SurrogateKey",
    "disclose",
    "load_disclosed",
    "load_surrogate_key",
    "save_disclosed",
    "scan_documents",
]
