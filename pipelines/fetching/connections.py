"""Connections to the address that was checked, and to no other."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from pipelines.core.web_addresses import Target
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed, connection_failed
from pipelines.fetching.hosts import HostPolicy, target_of

MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_BLOCK = 1 << 16


class _Cuttable(HTTPConnection):
    """A connection that another thread can end, whatever this one is waiting for."""

    _line: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        # TLS takes the socket over; its double still reaches the line during the handshake.
        self._line = made.dup()
        return made

    def cut(self) -> None:
        """End the connection."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection and its double."""
        super().close()
        if self._line is not None:
            self._line.close()


class _CuttableTls(_Cuttable, HTTPSConnection):
    """The same over TLS."""


@dataclass(frozen=True)
class Answer:
    """What a server answered; the body is read once, as it comes, and never decompressed."""

    response: BaseHTTPResponse
    host: str
    deadline: Deadline

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the body.

        Raises:
            FetchFailed: when the connection fails or the time is over.
        """
        while True:
            with _network_errors(self.host, self.deadline):
                block = self.response.read1(_BLOCK, decode_content=False)
            self.deadline.remaining()
            if not block:
                return
            yield block


@contextlib.contextmanager
def answer(url: str, headers: Mapping[str, str], policy: HostPolicy, deadline: Deadline, *,
           follows: bool = True, body: bytes | None = None) -> Iterator[Answer]:  # fmt: skip
    """What a server answers to GET, or to POST where there is a body.

    Every hop is checked anew: host, address, and that no redirect leads from https to http.

    Args:
        url: Where the file is.
        headers: Sent to every hop.
        policy: Which hosts and addresses may be reached.
        deadline: When the connection is cut.
        follows: Whether redirects are; headers that open something are for one server alone.
        body: What is sent, to that address alone.

    Raises:
        FetchFailed: when a hop is not allowed, or the connection fails.
    """
    target = target_of(url)
    policy.require_host(target.host, target.port, is_default_port=target.is_default_port)
    for _ in range(MOST_REDIRECTS + 1):
        with _asked(target, headers, policy, deadline, body) as given:
            if given.response.status not in _REDIRECTS:
                yield given
                return
            if not follows or body is not None:
                raise FetchFailed("fetch-redirect-signed", host=given.host, status=given.response.status)
            url = _location(url, given.response)
        target = _following(url, target, policy)
    raise FetchFailed("fetch-redirects", limit=MOST_REDIRECTS)


def _following(url: str, before: Target, policy: HostPolicy) -> Target:
    target = target_of(url)
    if before.scheme == "https" and target.scheme == "http":
        raise FetchFailed("fetch-redirect-unencrypted", host=target.host)
    try:
        policy.require_host(target.host, target.port, is_default_port=target.is_default_port)
    except FetchFailed as refused:
        raise FetchFailed("fetch-redirect-host", **refused.message.params) from None
    return target


def _location(url: str, response: BaseHTTPResponse) -> str:
    """Where a redirect leads; headers come as Latin-1, addresses in them as a rule as UTF-8."""
    text = response.headers.get("Location", "")
    with contextlib.suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, text)
    except ValueError:
        raise FetchFailed("fetch-address") from None


@contextlib.contextmanager
def _asked(target: Target, headers: Mapping[str, str], policy: HostPolicy, deadline: Deadline,
           body: bytes | None) -> Iterator[Answer]:  # fmt: skip
    addresses = policy.addresses(target.host, target.port)
    with contextlib.ExitStack() as stack:
        connection = _connected(target, addresses, deadline, stack)
        with _network_errors(target.host, deadline):
            connection.request("GET" if body is None else "POST", target.path, body,
                               {**headers, "Host": target.host_header}, preload_content=False,
                               decode_content=False, enforce_content_length=False)  # fmt: skip
            response = connection.getresponse()
        yield Answer(response, target.host, deadline)


def _connected(target: Target, addresses: Sequence[str], deadline: Deadline, stack: contextlib.ExitStack) -> _Cuttable:
    """A connection to the first address that takes one; ``stack`` closes it."""
    failure = FetchFailed("fetch-connection", host=target.host, reason="")
    for address in addresses:
        connection = _connection(target, address, deadline.patience())
        stack.enter_context(contextlib.closing(connection))
        stack.enter_context(deadline.cutting(connection.cut))
        try:
            with _network_errors(target.host, deadline):
                connection.connect()
        except FetchFailed as failed:
            failure = failed
        else:
            return connection
    raise failure


def _connection(target: Target, address: str, patience: float) -> _Cuttable:
    if target.scheme == "http":
        return _Cuttable(address, target.port, timeout=patience)
    # The certificate must be the name's: OpenSSL compares it with ``server_hostname``, not with the address.
    return _CuttableTls(address, target.port, timeout=patience, cert_reqs="CERT_REQUIRED",
                        server_hostname=target.host.strip("[]"))  # fmt: skip


@contextlib.contextmanager
def _network_errors(host: str, deadline: Deadline) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as problem:
        raise FetchFailed("fetch-certificate", host=host, reason=problem.verify_message) from None
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as problem:
        deadline.remaining()  # a connection that was cut fails in many ways, for one reason
        raise connection_failed(host, problem) from None
