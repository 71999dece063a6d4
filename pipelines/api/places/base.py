"""What the server asks of the place where a catalog lies."""

from __future__ import annotations

from typing import Protocol

from pipelines.publish import Store


class Opened(Protocol):
    """An open file. It is closed by whoever opened it."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def modified(self) -> float:
        """When it was last changed, in seconds since 1970."""

    @property
    def validator(self) -> str:
        """Another one whenever its bytes are other ones; letters, digits and hyphens."""

    async def read(self, position: int, most: int) -> bytes:
        """Bytes from a position on, at least one and no more than ``most``; none where it has been cut or replaced."""

    def close(self) -> None:
        """Close it."""


class IsFolder(Exception):
    """The path leads to a folder that has a page."""


class Place(Protocol):
    """A place. Its methods block, but where they say that they do not."""

    @property
    def store(self) -> Store:
        """What is published is read from it."""

    def open(self, path: str) -> Opened | None:
        """Open a file.

        Args:
            path: components with ``/`` between, already decoded, from whoever.

        Returns:
            ``None`` where there is no such file, or it is not for anybody to see.

        Raises:
            IsFolder: when it is a folder with a page, ``index.html``, of its own.
            OSError: when the place cannot be reached.
        """

    def lend(self, path: str) -> int:
        """A descriptor of an object, opened to be read.

        Raises:
            FileNotFoundError: when there is none.
            OSError, CorruptStore: when it cannot be read.
        """

    def signs(self) -> object:
        """What is another thing after a release: equal as long as there was none. Waits for nothing."""

    def keep_index(self, path: str) -> None:
        """Be told which index is used from now on, by its path; copies of others than the last two may go."""


#: What a page of a folder is called.
PAGE = "index.html"
