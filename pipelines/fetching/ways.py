"""What brings each kind of source into its private part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.fetching.database import Export
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.download import Download
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.s3 import object_address, signing
from pipelines.fetching.store import SourceStore, Validators, origin_of
from pipelines.fetching.transfer import Advance
from pipelines.registry.sources import PERIOD_PLACEHOLDER, AnySource, DatabaseSource, S3Source, SftpSource

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Way:
    """``origin``: a digest of where a source comes from. ``run``: brings it, and tells whether anything came."""

    origin: str
    run: Callable[[Validators | None], bool]


def way_of(source: AnySource, period: str, store: SourceStore, policy: HostPolicy, advance: Advance,
           vouched: tuple[str, ...] = ()) -> Way:  # fmt: skip
    """How a source of one period is brought; ``vouched``: what a catalog says of a file on the web besides where it is.

    Raises:
        FetchFailed: when an environment variable with credentials is not set.
    """

    bounds = (source.max_megabytes * _MEGABYTE, store, policy, Deadline(source.max_seconds), advance)
    if isinstance(source, DatabaseSource):
        origin = origin_of(source.database, source.query, period)
        export = Export(origin, *bounds, source.database, source.query, period)
        return Way(origin, lambda _: export.run())
    if isinstance(source, S3Source):
        address = object_address(source, period)
        origin = origin_of(address)
        return Way(origin, Download(origin, *bounds, address, signing(source), is_object=True).run)
    url = source.url.replace(PERIOD_PLACEHOLDER, period)
    origin = origin_of(url, *vouched)
    if isinstance(source, SftpSource):
        from pipelines.fetching.sftp import SftpDownload

        return Way(origin, SftpDownload(origin, *bounds, url, source).run)
    return Way(origin, Download(origin, *bounds, url).run)
