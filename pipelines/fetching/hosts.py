"""Which hosts the catalog allows, and to which of their addresses a connection may go."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass

from pipelines.core.web_addresses import Target, is_listed, taken_apart
from pipelines.fetching.errors import FetchFailed, connection_failed

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def target_of(url: str) -> Target:
    """Take a web address apart.

    Raises:
        FetchFailed: when it is no http or https address, or has a user name or password.
    """
    try:
        return taken_apart(url)
    except ValueError:
        raise FetchFailed("fetch-address") from None


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
        if not is_listed(self.hosts, host, port, is_default_port=is_default_port):
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
