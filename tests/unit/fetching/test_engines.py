"""Drivers connect to the address that was judged: the name that stands in the URL leads nowhere."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from pipelines.fetching.deadline import Deadline
from pipelines.fetching.engines import connected
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy

#: Reserved never to be found (RFC 6761), so whoever looks it up a second time fails.
NAME = "database.invalid"


class Judged(HostPolicy):
    """A policy that has looked the name up already; nothing listens at the first of its addresses."""

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        assert host == NAME
        return ("127.0.0.2", "127.0.0.1")


@contextlib.contextmanager
def database(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bool]]]:
    """A port where ``answer`` speaks to each connection, and a list that grows with them."""
    came: list[bool] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                came.append(True)
                with connection, contextlib.suppress(OSError):
                    answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], came
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def postgres(connection: socket.socket) -> None:
    """Refuse as PostgreSQL does, in its protocol (version 3)."""
    while connection.recv(4096)[4:8] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
        connection.sendall(b"N")  # neither TLS nor GSSAPI
    fields = b"SFATAL\0C28000\0Mnot you\0\0"
    connection.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


def mysql(connection: socket.socket) -> None:
    """Refuse as MySQL does, in place of its greeting."""
    packet = b"\xff" + (1130).to_bytes(2, "little") + b"not you"
    connection.sendall(len(packet).to_bytes(3, "little") + b"\0" + packet)


@pytest.mark.parametrize(("driver", "answer"), [("postgresql+psycopg", postgres), ("mysql+pymysql", mysql)])
def test_a_name_is_not_looked_up_again(driver: str, answer: Callable[[socket.socket], None]) -> None:
    with database(answer) as (port, came):
        policy = Judged([f"{NAME}:{port}"], [])
        url = f"{driver}://reader:hush@{NAME}:{port}/trees"
        with pytest.raises(DBAPIError, match="not you"), connected(url, "V", policy, Deadline(30)):
            pass
        assert came == [True]


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "mysql+pymysql"])
def test_connecting_ends_with_the_time(driver: str) -> None:
    over = threading.Event()
    silent: list[bool] = []
    with database(lambda _: silent.append(over.wait())) as (port, _):
        policy = Judged([f"{NAME}:{port}"], [])
        url = f"{driver}://reader:hush@{NAME}:{port}/trees"
        try:
            with pytest.raises(FetchFailed) as given_up, connected(url, "V", policy, Deadline(0.5)):
                pass
        finally:
            over.set()
    assert given_up.value.message.id == "fetch-too-slow"


def test_drivers_that_look_names_up_themselves_are_refused() -> None:
    policy = Judged([NAME], [])
    with pytest.raises(FetchFailed) as refused, connected(f"oracle://reader:hush@{NAME}/x", "V", policy, Deadline(30)):
        pass
    assert refused.value.message.id == "fetch-database-driver"
    assert "hush" not in str(refused.value)


def test_a_port_among_the_options_is_refused() -> None:
    url = f"postgresql+psycopg://reader:hush@{NAME}/trees?port=6000"
    with pytest.raises(FetchFailed) as refused, connected(url, "V", Judged([NAME], []), Deadline(30)):
        pass
    assert refused.value.message.id == "fetch-database-host"


def test_an_address_needs_no_look_up() -> None:
    policy = HostPolicy(["127.0.0.1"], ["127.0.0.1"])
    url = "oracle+oracledb://reader:hush@127.0.0.1/x"
    with pytest.raises(ModuleNotFoundError), connected(url, "V", policy, Deadline(30)):  # as far as the driver
        pass
