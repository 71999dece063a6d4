"""The personal-data gate over what a version says besides its rows: titles, descriptions, notes, code lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from pipelines.core.messages import Message
from pipelines.core.personal_data import PersonalData
from pipelines.disclose.documents import scan_documents
from pipelines.publish.manifests import Manifest
from pipelines.registry import Catalog

#: Names alone are told by their surroundings, which titles and code lists lack: words that are names too would stop
#: whole datasets. Notes, which people write about people, are looked at for names when they are written.
_KINDS = frozenset(kind.value for kind in PersonalData) - {PersonalData.PERSONAL_NAME.value}


class TextGate:
    """Looks at the texts of versions that are about to be released, at the same ones once: a release that another
    process got ahead of is planned again.

    Args:
        catalog: the registry; addresses that it declares for offices may be public anywhere.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._allowed = [catalog.descriptor.contact, *(entry.email for entry in catalog.organisations.values())]
        self._known: dict[str, tuple[Message, ...]] = {}

    def personal_data_in(self, manifest: Manifest) -> tuple[Message, ...]:
        """What looks like personal data in the texts of a version: document, place and kind."""
        texts = list(_texts(manifest))
        digest = hashlib.sha256(b"\0".join(part for name, content in texts for part in (name.encode(), content)))
        known = self._known.get(digest.hexdigest())
        if known is None:
            known = self._known[digest.hexdigest()] = tuple(
                Message("publish-personal-data", {"dataset": manifest.dataset, **finding.message.params})
                for finding in scan_documents(texts, self._allowed, _KINDS)
            )
        return known


def _texts(manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    said = {"metadata": manifest.metadata, "schema": manifest.schema, "note": manifest.note}
    yield f"{manifest.dataset}.json", json.dumps(said, ensure_ascii=False).encode()
    for number, content in enumerate(manifest.codelist_contents, 1):
        yield f"codelist-{number}.csv", content
