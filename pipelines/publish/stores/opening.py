"""From an address to a store. What is secret comes from the environment, never from the address.

obstore reads the environment by the names of each provider's own tools: ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT`` and ``AWS_ALLOW_HTTP`` (for stores that speak S3),
``GOOGLE_SERVICE_ACCOUNT``, ``AZURE_STORAGE_ACCOUNT_NAME``, ``AZURE_STORAGE_ACCOUNT_KEY`` and others.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from pipelines.core.paths import Workspace, is_plain_name
from pipelines.publish.errors import StoreAddressRefused
from pipelines.publish.stores.base import Store
from pipelines.publish.stores.folder import FolderStore
from pipelines.publish.stores.remote import CLIENT_OPTIONS, RETRIES, RemoteStore

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore

#: By a URL's scheme, how the provider's environment variables begin.
_PREFIXES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
#: Variables that lead one address to different stores.
_WHERE = ("ENDPOINT", "ACCOUNT_NAME", "BASE_URL")


def catalog_store(workspace: Workspace) -> Store:
    """The store that keeps an installation's catalog.

    Raises:
        StoreAddressRefused: when its address is none.
    """
    return open_store(workspace.catalog_address or workspace.catalog, workspace.store_cache)


def open_store(address: str | Path, cache: Path) -> Store:
    """The store at an address.

    Args:
        address: a folder, or a URL: ``file:///srv/catalog``, ``s3://bucket/prefix``, ``gs://…``, ``az://…``.
        cache: local folder for copies of remote files; each store has a folder of its own in it.

    Raises:
        StoreAddressRefused: when the address is none of these, or the environment does not suit it.
    """
    if isinstance(address, Path):
        return FolderStore(address.absolute())
    scheme, separator, _ = address.partition("://")
    if not separator:
        return FolderStore(Path(address).absolute())
    parts = urlsplit(address)
    if "?" in address or "#" in address or "@" in parts.netloc:
        raise StoreAddressRefused("secret")
    if scheme == "file" and parts.netloc in {"", "localhost"}:
        return FolderStore(Path(unquote(parts.path)))
    if scheme not in _PREFIXES:
        raise StoreAddressRefused("scheme")
    folders = [name for name in parts.path.split("/") if name]
    if not all(map(is_plain_name, [parts.netloc, *folders])) or ":" in parts.netloc:
        raise StoreAddressRefused("name")
    plain = "/".join([f"{scheme}://{parts.netloc}", *folders])
    return RemoteStore(plain, cache_of(plain, cache) / "files", _client(scheme, parts.netloc, "/".join(folders)))


def cache_of(address: str, cache: Path) -> Path:
    """A store's own folder in ``cache``. The same bucket's name at two endpoints is two stores."""
    prefix = _PREFIXES.get(address.partition("://")[0])
    where = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if prefix and name.startswith(prefix) and any(part in name for part in _WHERE)
    )
    return cache / hashlib.sha256("\n".join([address, *where]).encode()).hexdigest()[:32]


def _client(scheme: str, bucket: str, prefix: str) -> ObjectStore:
    # Options given in code replace all those that obstore would take from the environment.
    allow_http = os.environ.get(f"{_PREFIXES[scheme]}ALLOW_HTTP", "").lower() in {"1", "true", "yes", "on"}
    options: ClientConfig = {**CLIENT_OPTIONS, "allow_http": allow_http}
    try:
        match scheme:
            case "s3":  # Not every store that speaks S3 removes several files at once.
                return S3Store(bucket, prefix=prefix or None, client_options=options, retry_config=RETRIES,
                               disable_bulk_delete=True)  # fmt: skip
            case "gs":
                return GCSStore(bucket, prefix=prefix or None, client_options=options, retry_config=RETRIES)
            case _:
                return AzureStore(bucket, prefix=prefix or None, client_options=options, retry_config=RETRIES)
    except (BaseError, ValueError):
        raise StoreAddressRefused("environment") from None
