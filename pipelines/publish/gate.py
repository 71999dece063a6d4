"""The personal-data gate over what a version says besides its rows: titles, descriptions, notes, code lists."""

from __future__ import annotations

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


def personal_data_in(manifest: Manifest, catalog: Catalog) -> tuple[Message, ...]:
    """What looks like personal data in the texts of a version that is about to be released: document, place and kind.

    Args:
        manifest: the version's.
        catalog: the registry; addresses that it declares for offices may be public anywhere.
    """
    allowed = [catalog.descriptor.contact, *(entry.email for entry in catalog.organisations.values())]
    found = scan_documents(_texts(manifest), allowed, _KINDS)
    return tuple(Message("publish-personal-data", {"dataset": manifest.dataset, **finding.message.params})
                 for finding in found)  # fmt: skip


def _texts(manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    said = {"metadata": manifest.metadata, "schema": manifest.schema, "note": manifest.note}
    yield f"{manifest.dataset}.json", json.dumps(said, ensure_ascii=False).encode()
    for number, content in enumerate(manifest.codelist_contents, 1):
        yield f"codelist-{number}.csv", content
