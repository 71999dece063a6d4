"""Which datasets of a catalog appear, and under which licence."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipelines.catalog.harvested import HarvestedDataset
from pipelines.fetching.errors import FetchFailed
from pipelines.registry.catalog_descriptor import CatalogDescriptor
from pipelines.registry.harvests import HarvestDescriptor
from pipelines.registry.licences import LICENCES

#: What addresses of the same licence differ in.
_INCIDENTAL = re.compile(r"^https?://(www\.)?|/(legalcode|deed)([./].*)?$|/+$")


def licence_names(catalog: CatalogDescriptor) -> Mapping[str, str]:
    """Identifiers of known licences by all that they are called: identifier, title, addresses."""
    names: dict[str, str] = {}
    for identifier, licence in {**LICENCES, **catalog.licences}.items():
        for text in (identifier, licence.title, licence.uri, licence.page):
            names[_plain(text)] = identifier
    return names


def _plain(text: str) -> str:
    return _INCIDENTAL.sub("", text.lower())


@dataclass
class Sifting:
    """The datasets of one catalog; ``left_out`` counts those that do not appear, by reason."""

    harvest: HarvestDescriptor
    names: Mapping[str, str]
    left_out: Counter[str] = field(default_factory=Counter)

    def appearing(self, entries: Iterable[HarvestedDataset | None]) -> Iterator[HarvestedDataset]:
        """The datasets that appear, as they do.

        Raises:
            FetchFailed: when there are too many of them.
        """
        seen: set[bytes] = set()
        for entry in entries:
            if entry is None:
                self.left_out["unreadable"] += 1
                continue
            dataset, digest = self._licensed(entry), hashlib.sha256(entry.identifier.encode()).digest()
            reason = "repeated" if digest in seen else self._reason(dataset)
            if reason is not None:
                self.left_out[reason] += 1
                continue
            if len(seen) == self.harvest.max_datasets:
                raise FetchFailed("harvest-too-many", limit=self.harvest.max_datasets)
            seen.add(digest)
            mapped = self.harvest.republish.get(dataset.identifier)
            yield replace(dataset, republished_as=mapped.dataset) if mapped is not None else dataset

    def _reason(self, dataset: HarvestedDataset) -> str | None:
        if not self.harvest.datasets.has(dataset.identifier):
            return "excluded"
        return "licence" if self.harvest.licences and dataset.licence not in self.harvest.licences else None

    def _licensed(self, entry: HarvestedDataset) -> HarvestedDataset:
        files = tuple(replace(each, licence=self._known(each.licence)) for each in entry.distributions)
        licence = self._known(entry.licence) or self.harvest.licence or ""
        return replace(entry, licence=licence, distributions=files)

    def _known(self, licence: str) -> str:
        return self.names.get(_plain(licence), licence)
