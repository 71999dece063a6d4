"""Connections to databases: at the address that was judged, whatever the driver would look up itself."""

from __future__ import annotations

import contextlib
import ipaddress
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from pipelines.core.web_addresses import ascii_host
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.lines import line_to

_Made = TypeVar("_Made")
#: Their databases are files, so there is no host.
_OF_FILES = {"sqlite"}
#: Drivers over libpq take the address beside the name, which the certificate is compared with.
_OVER_LIBPQ = {"psycopg", "psycopg2"}
_MYSQL_PORT = 3306
#: Parts of a database's URL that name a host or a port in another way, past what is checked.
_OTHER_HOSTS = {"host", "hostaddr", "port", "service", "servicefile", "dsn", "odbc_connect", "server", "unix_socket"}


@contextlib.contextmanager
def connected(written: str, variable: str, policy: HostPolicy, deadline: Deadline) -> Iterator[Connection]:
    """A connection to the database.

    Args:
        written: Its SQLAlchemy URL.
        variable: The environment variable that holds it, for errors.
        policy: Which hosts and addresses may be reached.
        deadline: When it is given up.

    Raises:
        FetchFailed: when the host may not be reached, or the driver would look it up once more.
        SQLAlchemyError: and what drivers raise, which may quote the URL.
    """
    url = make_url(written)
    if _OTHER_HOSTS & {name.lower() for name in url.query}:
        raise FetchFailed("fetch-database-host", variable=variable)
    with contextlib.ExitStack() as stack:
        if url.get_backend_name() in _OF_FILES:
            connection = _engine(url).connect()
        elif not url.host:
            raise FetchFailed("fetch-database-host", variable=variable)
        else:
            engine = _pinned(url, url.host, policy, deadline, stack)
            connection = _within(deadline, engine.connect)
        yield stack.enter_context(connection)


def _engine(url: URL, **arguments: Any) -> Engine:
    return create_engine(url, poolclass=NullPool, hide_parameters=True, **arguments)


def _pinned(url: URL, name: str, policy: HostPolicy, deadline: Deadline, stack: contextlib.ExitStack) -> Engine:
    """What connects to a judged address; ``stack`` closes lines that are ours."""
    host = ascii_host(name)
    policy.require_host(host, url.port or 0, is_default_port=url.port is None)
    addresses = policy.addresses(host, url.port or 0)
    driver = url.get_driver_name()
    if driver in _OVER_LIBPQ:
        return _engine(url, connect_args=libpq_arguments(name, addresses))
    if driver == "pymysql":
        engine = _engine(url)
        line = line_to(host, url.port or _MYSQL_PORT, addresses, deadline)
        _connecting_over(engine, lambda: stack.enter_context(line))
        return engine
    if _is_address(name):
        return _engine(url)
    raise FetchFailed("fetch-database-driver", driver=driver, host=host)


def libpq_arguments(name: str, addresses: Sequence[str]) -> dict[str, str]:
    """What makes libpq try the addresses in their order, without looking the name up."""
    return {"host": ",".join([name] * len(addresses)), "hostaddr": ",".join(addresses)}


def _connecting_over(engine: Engine, line: Callable[[], Any]) -> None:
    """Make PyMySQL speak over a line that is open already; the name stays what the certificate is compared with."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        made = dialect.loaded_dbapi.connect(*arguments, **{**parameters, "defer_connect": True})
        made.connect(line())
        return made


def _is_address(name: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _within(deadline: Deadline, make: Callable[[], _Made]) -> _Made:
    """What ``make`` gives, if it does before the time is over; drivers have no common way to break connecting off."""
    made: Future[_Made] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as problem:
            made.set_exception(problem)

    threading.Thread(target=run, daemon=True).start()
    try:
        return made.result(deadline.remaining())
    except Exception:
        deadline.remaining()  # what was cut fails in many ways, for one reason
        raise
