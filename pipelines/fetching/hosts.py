"""Which hosts the catalog allows, and to which of their addresses a connection may go."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pipelines.fetching.errors import FetchFailed, connection_failed

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: What stands in paths and queries as it is (RFC 3986), and what is percent-encoded already.
_KEPT = "%/?:@!$&'()*+,;=-._~[]"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """One web address taken apart. ``path`` begins with a slash and includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_default_port(self) -> bool:
        """Whether the port is the scheme's own."""
        return self.port == _DEFAULT_PORTS[self.scheme]

    @property
    def host_header(self) -> str:
        """The host as the header ``Host`` names it."""
        return self.host if self.is_default_port else f"{self.host}:{self.port}"


def target_of(url: str) -> Target:
    """Take a web address apart.

    Raises:
        FetchFailed: when it is no http or https address, or has a user name or password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:  # UnicodeError among them
        raise FetchFailed("fetch-address") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
        raise FetchFailed("fetch-address")
    if any(ord(character) < 32 or character == "\\" for character in url):
        raise FetchFailed("fetch-address")
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT)
    return Target(parts.scheme, host, port if port is not None else _DEFAULT_PORTS[parts.scheme], path)


def ascii_host(name: str) -> str:
    """A host name as DNS and TLS know it; IPv6 addresses in brackets.

    Raises:
        UnicodeError: when it is none.
    """
    if ":" in name:
        return f"[{name}]"
    return name.rstrip(".").encode("idna").decode("ascii").lower()


@dataclass(frozen=True)
class HostPolicy:
    """What the catalog allows: ``hosts`` by name with an optional port, ``private`` by name or address."""

    hosts: Collection[str]
    private: Collection[str]

    def require_host(self, host: str, port: int, *, is_default_port: bool) -> None:
        """Refuse a host that the catalog does not list.

        Raises:
            FetchFailed: when it is not listed, or not with this port.
        """
        if f"{host}:{port}" not in self.hosts and not (is_default_port and host in self.hosts):
            shown = host if is_default_port else f"{host}:{port}"
            raise FetchFailed("fetch-host", host=shown)

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host that may be connected to, in the order of preference.

        Raises:
            FetchFailed: when the host has no address, or none that may be connected to.
        """
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except OSError as problem:
            raise connection_failed(host, problem) from None
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        named = host in self.private or f"{host}:{port}" in self.private
        permitted = tuple(text for text in addresses if named or self._is_listed(text) or is_public_address(text))
        if not permitted:
            raise FetchFailed("fetch-private-address", host=host, address=addresses[0])
        return permitted

    def _is_listed(self, address: str) -> bool:
        return address in self.private or f"[{address}]" in self.private


def is_public_address(text: str) -> bool:
    """Tell whether an address belongs to the public internet, and so do the IPv4 addresses that it stands for."""
    try:
        address: _Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local:
            return False
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            return is_public_address(str(embedded))
    return address.is_global and not (address.is_multicast or address.is_reserved)
