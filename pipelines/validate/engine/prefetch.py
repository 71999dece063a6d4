"""The next items of an iterator, made in a second thread while the first is being worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")
_END = object()


def prefetched(items: Iterable[_Item], ahead: int = 1) -> Iterator[_Item]:
    """Iterate over ``items`` with at most ``ahead`` of them waiting; what the iterable raises is raised here.

    Parsing and judging release the interpreter lock most of the time, so both cores have work.
    """
    waiting: queue.Queue[object] = queue.Queue(ahead)
    stopped = threading.Event()

    def put(item: object) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def produce() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_END)
        except BaseException as problem:  # handed over, and raised by the consumer
            put(_Raised(problem))

    producer = threading.Thread(target=produce, name="prefetch", daemon=True)
    producer.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, _Raised):
                raise item.problem
            yield item  # type: ignore[misc]  # the queue holds items, the mark of the end, or a problem
    finally:
        stopped.set()
        producer.join()


class _Raised:
    def __init__(self, problem: BaseException) -> None:
        self.problem = problem
