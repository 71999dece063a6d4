"""Catalogs elsewhere as they are kept in a catalog, in tests: made without asking anybody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from publicising import HOSTILE

from pipelines.catalog.harvested import (
    HarvestedDataset,
    HarvestedDistribution,
    HarvestedSource,
    keep_source,
    write_datasets,
)
from pipelines.core.checksums import Checksum
from pipelines.core.files import sha256_of
from pipelines.publish import Store

READ = "2026-03-01T00:00:00Z"


def told(number: int, **keys: Any) -> HarvestedDataset:
    """A dataset of a catalog elsewhere, with one file."""
    said: dict[str, Any] = {
        "identifier": f"https://neighbour.example/{number}",
        "title": {"zh": f"公园{number}号", "en": f"Park number {number}"},
        "description": {"en": "Benches and ponds."},
        "publisher": {"en": "Parks of the neighbour"},
        "licence": "CC-BY-4.0",
        "landing_page": f"https://neighbour.example/pages/{number}",
        "modified": "2026-02-01",
        "distributions": (
            HarvestedDistribution(
                f"https://neighbour.example/{number}.csv", media_type="text/csv", bytes=1234,
                checksum=Checksum("sha256", "ab" * 32),
            ),
        ),
        **keys,
    }  # fmt: skip
    return HarvestedDataset(**said)


def hostile() -> HarvestedDataset:
    """A dataset whose every text is hostile, and whose addresses are no addresses of the web."""
    text = {"und": HOSTILE}
    files = tuple(
        HarvestedDistribution(address, text, HOSTILE, 1, licence=HOSTILE)
        for address in ("javascript:alert(1)", "data:text/html,x", f"https://neighbour.example/{HOSTILE}")
    )
    return told(
        0, identifier=f"../../{HOSTILE}", title=text, description=text, publisher=text, licence="javascript:alert(1)",
        landing_page="javascript:alert(1)", modified=HOSTILE, distributions=files, republished_as="../../etc",
    )  # fmt: skip


def keep(
    store: Store, folder: Path, datasets: Iterable[HarvestedDataset], name: str = "neighbour", **keys: Any
) -> HarvestedSource:
    """Keep a catalog elsewhere; ``folder`` is for scratch files."""
    file = folder / f"{name}.jsonl"
    file.unlink(missing_ok=True)
    count = write_datasets(datasets, file)
    said: dict[str, Any] = {
        "source": name, "title": {"zh": "邻市目录", "en": "Neighbour's catalog"},
        "publisher": {"zh": "邻市", "en": "Neighbour"}, "kind": "dcat", "url": "https://neighbour.example/catalog.jsonld",
        "read": READ, "checked": READ, "documents": "0" * 64, "digest": sha256_of(file), "datasets": count,
        "left_out": {}, "sha256": sha256_of(file), **keys,
    }  # fmt: skip
    source = HarvestedSource(**said)
    keep_source(store, source, file)
    return source
