"""So many clients at once, each asking again as soon as it was answered, over a connection that stays open."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Self
from urllib.parse import urlsplit

from benchmarks.portal.servers import Running

_SECONDS = 600


@dataclass(frozen=True)
class Measured:
    """Answers: the time of each in seconds, how long all took, processor time of the server, bytes, and how many were
    refused."""

    times: Sequence[float]
    wall: float
    cpu: float
    size: int
    refused: int

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Several rounds as one."""
        return cls(
            [each for part in parts for each in part.times], sum(part.wall for part in parts),
            sum(part.cpu for part in parts), sum(part.size for part in parts), sum(part.refused for part in parts),
        )  # fmt: skip

    @property
    def answers(self) -> float:
        """How many; not a number where there are none, so that nothing is said of them."""
        return len(self.times) or math.nan

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.wall

    def slowest(self, share: float) -> float:
        """The time within which such a share of the answers came."""
        ordered = sorted(self.times) or [math.nan]
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(server: Running, what: str, clients: int, seconds: float) -> Measured:
    """Ask for so long; each client asks once at least, and ends the answer that it has begun."""
    times: list[float] = []
    sizes: list[int] = []
    refused: list[int] = []
    until = time.perf_counter() + seconds

    def ask(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=_SECONDS)
        # Clients of a reverse proxy, each with an address of its own: limits per client are not what is measured.
        headers = {"X-Forwarded-For": f"192.0.2.{number + 1}"}
        with contextlib.closing(connection):
            began = time.perf_counter()
            while True:
                try:
                    status, size = _answer(connection, server.paths[what], headers)
                except (ConnectionError, HTTPException):
                    # It hung up; the next request connects anew.
                    connection.close()
                    status, size = 0, 0
                if status == 200:
                    times.append(time.perf_counter() - began)
                    sizes.append(size)
                else:
                    refused.append(status)
                began = time.perf_counter()
                if began >= until:
                    return

    began, used = time.perf_counter(), server.cpu()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Measured(times, time.perf_counter() - began, server.cpu() - used, sum(sizes), len(refused))


def _answer(connection: HTTPConnection, path: str, headers: dict[str, str]) -> tuple[int, int]:
    """Status and bytes of an answer, and of all that follow it where it is one of several."""
    size, following = 0, path
    while following:
        connection.request("GET", following, headers=headers)
        response = connection.getresponse()
        if "_size=max" in path and ".json" in path:
            content = response.read()
            size += len(content)
            told = urlsplit(json.loads(content).get("next_url") or "")
            following = f"{told.path}?{told.query}" if told.path else ""
        else:
            following = ""
            while block := response.read(1 << 18):
                size += len(block)
        if response.status != 200:
            return response.status, size
    return 200, size
