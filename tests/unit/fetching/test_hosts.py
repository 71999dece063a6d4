from __future__ import annotations

import pytest

from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy, is_public_address, target_of


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::ffff:93.184.216.34", True),
        ("0.0.0.0", False),  # noqa: S104
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.0.2.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2001:db8::1", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1%lo", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)  # fmt: skip
def test_only_public_addresses_are_public(address: str, public: bool) -> None:
    assert is_public_address(address) is public


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]"])
def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    target = target_of(f"http://{host}/")
    policy = HostPolicy([target.host], [])
    policy.require_host(target.host, target.port, is_default_port=target.is_default_port)
    with pytest.raises(FetchFailed) as refused:
        policy.addresses(target.host, target.port)
    assert refused.value.message.id == "fetch-private-address"


def test_a_private_host_may_be_listed_by_address() -> None:
    assert HostPolicy([], ["[::1]"]).addresses("[::1]", 80) == ("::1",)
    assert HostPolicy([], ["127.0.0.1"]).addresses("127.1", 80) == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("http://Data.Example.:80/a?b=c#d", "data.example", "/a?b=c"),
        ("https://数据.example:443", "xn--vxup8b.example", "/"),
        ("http://a.example/树 木%20.csv", "a.example", "/%E6%A0%91%20%E6%9C%A8%20.csv"),
    ],
)
def test_addresses_are_taken_apart_in_one_way(url: str, host: str, path: str) -> None:
    target = target_of(url)
    assert (target.host, target.path, target.is_default_port, target.host_header) == (host, path, True, host)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "http:///a", "http://a@b/", "http://:p@b/", "http://a\\@b/", "http://a/\r\nX: y",
     "http://a:99999/", "http://[::1/", "http://" + "a" * 64 + ".example/", "gopher://a/"],
)  # fmt: skip
def test_what_cannot_be_fetched_is_no_address(url: str) -> None:
    with pytest.raises(FetchFailed) as refused:
        target_of(url)
    assert refused.value.message.id == "fetch-address"
