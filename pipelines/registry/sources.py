"""``sources:`` in ``dataset.yaml``: where a department publishes what it would otherwise put into the inbox."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from pipelines.core.web_addresses import taken_apart
from pipelines.registry.base import Descriptor, Identifier, Text

#: Stands in a web address for the period that is asked for; in a query it is the bound value ``:period``.
PERIOD_PLACEHOLDER = "{period}"


def _lowered(name: str) -> str:
    return name.lower()


#: A host as web addresses write it: a name (its ASCII form, ``xn--…``), an IPv4 address or an IPv6 address in
#: brackets; a port may follow.
HostName = Annotated[
    str,
    Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"),
    AfterValidator(_lowered),
]

#: Stands in ``endpoint`` where a store wants the bucket in the host's name.
BUCKET_PLACEHOLDER = "{bucket}"

#: The name of an environment variable: what it holds stands in no descriptor.
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


def _with_host(url: str) -> str:
    taken_apart(url)
    return url


#: No user name or password, no blanks, no backslash; the host holds no placeholder.
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s\\/?#@{}]+(/[^\s\\#]*)?$"), AfterValidator(_with_host)]
#: A user and no password; the path is percent-encoded where it has blanks, ``?``, ``#`` or ``%``.
SftpAddress = Annotated[str, Field(pattern=r"^sftp://[^\s\\/?#@:{}]+@[^\s\\/?#@{}]+/[^\s\\?#]*[^\s\\?#/]$")]
#: A bucket and a key, which is no folder; the key as it is, not encoded.
S3Address = Annotated[
    str, Field(pattern=r"^s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]/[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f/]$")
]
Endpoint = Annotated[str, Field(pattern=r"^https://(\{bucket\}\.)?[^\s\\/?#@{}]+(/[^\s\\?#{}]*)?$")]


_KEY_LINE = r"([^\s@#]\S* )?(?:ssh|ecdsa)-[a-z0-9-]+ AAAA[A-Za-z0-9+/]+={0,2}( .*)?"


def _fingerprint(text: str) -> str:
    """A host's key as its fingerprint, which a line of ``known_hosts`` says too."""
    if text.startswith("SHA256:"):
        return text.rstrip("=")
    kind, encoded = re.findall(r"(?:^| )((?:ssh|ecdsa)-[a-z0-9-]+) (AAAA\S+)", text)[0]
    blob = base64.b64decode(encoded, validate=True)
    if _parts(blob)[0] != kind.encode():
        raise ValueError("the key is of another kind than the line says")
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def _parts(blob: bytes) -> list[bytes]:
    """The parts of a public key (RFC 4253, 6.6), each after its length: one that was copied by half does not add up."""
    parts = []
    while blob:
        end = 4 + int.from_bytes(blob[:4], "big")
        if len(blob) < end:
            raise ValueError("the key is not complete")
        parts.append(blob[4:end])
        blob = blob[end:]
    return parts


#: ``SHA256:…`` as ``ssh-keygen -l`` shows it, or a line of ``known_hosts``; kept as the former.
HostKey = Annotated[
    str,
    Field(pattern=rf"^(SHA256:[A-Za-z0-9+/]{{43}}=?|{_KEY_LINE})$"),
    AfterValidator(_fingerprint),
]


def _at_least_one(keys: tuple[str, ...]) -> tuple[str, ...]:
    if not keys:
        raise ValueError("host_keys names a key of the server: none is trusted because it is the first to be seen")
    return keys


#: ``min_length`` would find too few keys wherever one of them is wrong.
HostKeys = Annotated[tuple[HostKey, ...], Field(json_schema_extra={"minItems": 1}), AfterValidator(_at_least_one)]


class _Source(Descriptor):
    """What all sources have."""

    name: Identifier
    organisation: Identifier
    """The publisher in whose name it is delivered."""
    file: Text
    """The name it gets in the inbox."""
    period: Text | None = None
    """The one period it is about; absent: the period that is asked for."""
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600


class _FileSource(_Source):
    """What all files have."""

    url: str

    @property
    def asks_for_period(self) -> bool:
        """Whether the address differs by period."""
        return PERIOD_PLACEHOLDER in self.url


class WebSource(_FileSource):
    """A file on the web."""

    url: WebAddress


class SftpSource(_FileSource):
    """A file on an SFTP server. Variables name what stands in the environment: ``key_file``: a path."""

    url: SftpAddress
    host_keys: HostKeys
    """The keys that the server may show."""
    password_variable: Variable | None = None
    key_file_variable: Variable | None = None
    passphrase_variable: Variable | None = None

    @property
    def has_login(self) -> bool:
        """Whether there is one way to log in."""
        if self.key_file_variable is None:
            return self.password_variable is not None and self.passphrase_variable is None
        return self.password_variable is None


class S3Source(_FileSource):
    """An object in an S3-compatible store; without credentials it is read as everybody may."""

    url: S3Address
    endpoint: Endpoint
    region: Text | None = None
    access_key_variable: Variable | None = None
    secret_key_variable: Variable | None = None
    session_token_variable: Variable | None = None

    @property
    def has_login(self) -> bool:
        """Whether what signs requests is there as a whole, or not at all."""
        needed = {self.region is None, self.access_key_variable is None, self.secret_key_variable is None}
        return needed == {False} or (needed == {True} and self.session_token_variable is None)


class DatabaseSource(_Source):
    """Rows of a database, written as CSV."""

    query: Text
    database: Variable
    """It holds the SQLAlchemy URL."""

    @property
    def asks_for_period(self) -> bool:
        """Whether the query is bound to the period."""
        return ":period" in self.query


def _kind_of_source(value: Any) -> str:
    """Which kind of source it is, by its keys and its address; anything else is judged as a file on the web."""
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    if "query" in keys or "database" in keys:
        return "database"
    scheme = str(keys.get("url", "")).partition("://")[0]
    return scheme if scheme in {"sftp", "s3"} else "web"


AnySource = WebSource | SftpSource | S3Source | DatabaseSource
Source = Annotated[
    Annotated[WebSource, Tag("web")]
    | Annotated[SftpSource, Tag("sftp")]
    | Annotated[S3Source, Tag("s3")]
    | Annotated[DatabaseSource, Tag("database")],
    Discriminator(_kind_of_source),
]
