"""Web addresses (http, https) taken apart, the same way wherever one is looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: What stands in paths and queries as it is (RFC 3986), and what is percent-encoded already.
_KEPT = "%/?:@!$&'()*+,;=-._~[]"


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


def taken_apart(url: str) -> Target:
    """Take a web address apart.

    Raises:
        ValueError: when it is no http or https address, or has a user name or password; never with the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:  # UnicodeError among them
        raise ValueError("the address has no host and port that there can be") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
        raise ValueError("the address has no scheme http or https, no host, or a user name")
    if any(ord(character) < 32 or character == "\\" for character in url):
        raise ValueError("the address has characters that no address has")
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


def is_listed(hosts: Collection[str], host: str, port: int, *, is_default_port: bool) -> bool:
    """Whether a list names a host with this port, or without any where the port is its scheme's own."""
    return f"{host}:{port}" in hosts or (is_default_port and host in hosts)
