"""Sessions with SFTP servers: at the address that was judged, with the key that the descriptor names."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from paramiko import AuthenticationException, PKey, SFTPClient, Transport

from pipelines.core.web_addresses import ascii_host
from pipelines.fetching.credentials import from_environment
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed, connection_failed
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.lines import line_to
from pipelines.registry.sources import SftpSource

_PORT = 22
# Its log would say on standard error, with a traceback, what is told in a sentence.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class SftpPlace:
    """An ``sftp://`` address taken apart. ``path`` is in bytes, since names on servers are in any encoding."""

    user: str
    host: str
    port: int
    path: bytes


def sftp_place(url: str) -> SftpPlace:
    """Take an ``sftp://`` address apart.

    Raises:
        FetchFailed: when it has no user, no host, or a port that cannot be.
    """
    try:
        parts = urlsplit(url)
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:  # UnicodeError among them
        raise FetchFailed("fetch-address") from None
    path = unquote_to_bytes(parts.path)
    if parts.scheme != "sftp" or not host or not parts.username or parts.password is not None or b"\0" in path:
        raise FetchFailed("fetch-address")
    user = unquote_to_bytes(parts.username).decode(errors="replace")
    return SftpPlace(user, host, port if port is not None else _PORT, path)


@contextlib.contextmanager
def session(place: SftpPlace, source: SftpSource, policy: HostPolicy, deadline: Deadline) -> Iterator[SFTPClient]:
    """A session with the server, logged in.

    Raises:
        FetchFailed: when the host may not be reached, its key is another, or it does not let us in.
    """
    credential = _credential(source)
    policy.require_host(place.host, place.port, is_default_port=place.port == _PORT)
    addresses = policy.addresses(place.host, place.port)
    with line_to(place.host, place.port, addresses, deadline) as line, contextlib.ExitStack() as stack:
        with ssh_errors(place.host, deadline):
            transport = stack.enter_context(contextlib.closing(Transport(line)))
            transport.banner_timeout = transport.handshake_timeout = deadline.patience()
            transport.auth_timeout = transport.channel_timeout = deadline.patience()
            transport.start_client(timeout=deadline.patience())
            _require_key(transport, place.host, source.host_keys)
            _log_in(transport, place, credential)
            client = SFTPClient.from_transport(transport)
            if client is None:
                raise EOFError
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(deadline.patience())
        yield client


@contextlib.contextmanager
def ssh_errors(host: str, deadline: Deadline) -> Iterator[None]:
    """Tell what goes wrong between us and the server; what it says itself is not shown."""
    try:
        yield
    except FetchFailed:
        raise
    except Exception as problem:  # malformed answers make paramiko raise what it likes
        deadline.remaining()  # a connection that was cut fails in many ways, for one reason
        if isinstance(problem, AuthenticationException):
            raise FetchFailed("fetch-login", host=host) from None
        if isinstance(problem, FileNotFoundError):
            raise FetchFailed("fetch-absent", host=host) from None
        if isinstance(problem, PermissionError):
            raise FetchFailed("fetch-denied", host=host) from None
        raise connection_failed(host, problem) from None


def _credential(source: SftpSource) -> str | PKey:
    """The password, or the private key."""
    if source.key_file_variable is None:
        return from_environment(source.password_variable or "", "password_variable")
    path = from_environment(source.key_file_variable, "key_file_variable")
    passphrase = None
    if source.passphrase_variable is not None:
        passphrase = from_environment(source.passphrase_variable, "passphrase_variable")
    try:
        # It is annotated as str, and hands it on to cryptography, which takes bytes alone.
        return PKey.from_path(path, passphrase.encode() if passphrase is not None else None)  # type: ignore[arg-type]
    except Exception as problem:  # each kind of key and of damage has its own; texts quote the path
        raise FetchFailed("fetch-key-file", variable=source.key_file_variable, reason=type(problem).__name__) from None


def _require_key(transport: Transport, host: str, known: tuple[str, ...]) -> None:
    key = transport.get_remote_server_key()
    if key.fingerprint.rstrip("=") not in known:
        raise FetchFailed("fetch-host-key", host=host, kind=key.get_name(), fingerprint=key.fingerprint)


def _log_in(transport: Transport, place: SftpPlace, credential: str | PKey) -> None:
    if isinstance(credential, str):
        transport.auth_password(place.user, credential)
    else:
        transport.auth_publickey(place.user, credential)
    if not transport.is_authenticated():  # the server wants a second proof
        raise FetchFailed("fetch-login", host=place.host)
