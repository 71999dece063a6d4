"""The inbox: which deliveries lie there, told from names and file status alone, without reading a byte.

``data/inbox/<organisation>/<dataset>/<period>/<files>``, exactly that deep. What does not fit is reported with
what to do about it, and never hinders what does.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipelines.core.errors import InvalidPeriod
from pipelines.core.inbox_names import is_ignored, is_unfinished
from pipelines.core.messages import Message, Parameter
from pipelines.core.paths import Workspace, is_plain_name
from pipelines.core.records import DeliveryKey
from pipelines.ingest.names import shown_file
from pipelines.registry import Catalog, Dataset


@dataclass(frozen=True, order=True)
class InboxFile:
    """One file of a delivery as the file system describes it: ``size`` in bytes, ``mtime_ns`` in nanoseconds."""

    name: str
    path: Path
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, order=True)
class InboxFolder:
    """The files that one department has put down for one dataset and period, sorted by name."""

    key: DeliveryKey
    path: Path
    files: tuple[InboxFile, ...]

    @property
    def signature(self) -> str:
        """A digest of names, sizes, times and inodes: equal means that nobody has touched the folder."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.name}\0{file.size}\0{file.mtime_ns}\0{file.inode}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Unplaced:
    """Something in the inbox that belongs to no delivery. ``path`` is relative to the inbox and safe to show."""

    path: str
    message: Message
    remedy: Message


@dataclass(frozen=True)
class InboxScan:
    """Everything the inbox holds, in the order of delivery keys and of paths."""

    folders: tuple[InboxFolder, ...]
    unplaced: tuple[Unplaced, ...]


def scan_inbox(workspace: Workspace, catalog: Catalog, only: tuple[str, str] | None = None) -> InboxScan:
    """List the deliveries in the inbox.

    Args:
        workspace: Whose inbox.
        catalog: The datasets and organisations that deliveries may be about.
        only: A (dataset, period): look into the folders of that name alone.

    Returns:
        Folders with at least one regular file and nothing but regular files, and everything that could not be
        placed. Links are never followed; hidden files and Office lock files are passed over. A folder in which a
        file is still being uploaded, or that holds anything that cannot be delivered, is left for later as a whole.
    """
    scan = _Scan(catalog, only)
    scan.organisations(workspace.inbox, registers=False)
    scan.organisations(workspace.registers, registers=True)
    return InboxScan(
        tuple(sorted(scan.folders, key=lambda folder: folder.key)),
        tuple(sorted(scan.unplaced, key=lambda entry: (entry.path, entry.message.id))),
    )


class _Entry(NamedTuple):
    """Something in a folder: its name, and how it is shown."""

    name: str
    shown: str
    status: os.stat_result


class _Scan:
    """One walk through the inbox; each method handles one level."""

    def __init__(self, catalog: Catalog, only: tuple[str, str] | None) -> None:
        self._catalog = catalog
        self._dataset: str | None = only[0] if only is not None else None
        self._period: str | None = only[1] if only is not None else None
        self._registers = False
        self.folders: list[InboxFolder] = []
        self.unplaced: list[Unplaced] = []

    def organisations(self, inbox: Path, *, registers: bool) -> None:
        self._registers = registers
        for name, shown, path in self._subfolders(inbox, "", None):
            if name not in self._catalog.organisations:
                self._report(shown, "inbox-unknown-organisation", organisation=shown)
            else:
                self._datasets(name, path)

    def _datasets(self, organisation: str, folder: Path) -> None:
        for name, shown, path in self._subfolders(folder, organisation, self._dataset):
            place = f"{organisation}/{shown}"
            dataset = self._catalog.datasets.get(name)
            if dataset is None:
                broken = name in self._catalog.broken
                self._report(place, "inbox-broken-dataset" if broken else "inbox-unknown-dataset", dataset=shown)
            elif organisation not in dataset.descriptor.publishers:
                publishers = ", ".join(sorted(dataset.descriptor.publishers))
                self._report(place, "inbox-not-a-publisher", organisation=organisation, dataset=name,
                             publishers=publishers)  # fmt: skip
            elif (dataset.descriptor.register_of is not None) is not self._registers:
                self._report(place, "inbox-is-a-register", dataset=name)
            else:
                self._periods(organisation, dataset, path)

    def _periods(self, organisation: str, dataset: Dataset, folder: Path) -> None:
        for name, shown, path in self._subfolders(folder, f"{organisation}/{dataset.id}", self._period):
            place = f"{organisation}/{dataset.id}/{shown}"
            try:
                period = dataset.period(name)
            except InvalidPeriod:
                self._report(place, "inbox-wrong-period", period=shown, period_class=dataset.period_class.value)
                continue
            first_year = self._catalog.descriptor.first_year
            if period.start is not None and period.year < first_year:
                self._report(place, "inbox-too-early", period=name, first_year=first_year)
            else:
                self._files(DeliveryKey(dataset.id, name, organisation), path, place)

    def _files(self, key: DeliveryKey, folder: Path, place: str) -> None:
        files: list[InboxFile] = []
        reported = len(self.unplaced)
        unfinished = False
        for name, shown, status in self._entries(folder, place):
            if is_unfinished(name):
                unfinished = True
                self._report(f"{place}/{shown}", "inbox-unfinished-upload")
            elif stat.S_ISDIR(status.st_mode):
                self._report(f"{place}/{shown}", "inbox-too-deep")
            elif not stat.S_ISREG(status.st_mode):
                self._report(f"{place}/{shown}", "inbox-not-a-file")
            else:
                files.append(InboxFile(name, folder / name, status.st_size, status.st_mtime_ns, status.st_ino))
        complaints = len(self.unplaced) - reported
        # A part of what was put down is not what the department means to deliver.
        if files and not complaints:
            self.folders.append(InboxFolder(key, folder, tuple(files)))
        elif files and not unfinished:
            self._report(place, "inbox-folder-refused", entries=complaints)
        elif not complaints:
            self._report(place, "inbox-empty-folder")

    def _subfolders(self, folder: Path, place: str, only: str | None) -> Iterator[tuple[str, str, Path]]:
        for name, shown, status in self._entries(folder, place, only):
            if stat.S_ISDIR(status.st_mode):
                yield name, shown, folder / name
            elif not is_unfinished(name):
                self._report(f"{place}/{shown}".lstrip("/"), "inbox-stray-file")

    def _entries(self, folder: Path, place: str, only: str | None = None) -> Iterator[_Entry]:
        """Names and status of what is in a folder, sorted; links and unsafe names are reported instead."""
        try:
            names = sorted(entry.name for entry in folder.iterdir()) if only is None else [only]
        except FileNotFoundError:
            return  # taken away since its name was read, or there is no inbox yet
        except PermissionError:
            self._report(place, "inbox-unreadable")
            return
        for position, name in enumerate(names, start=1):
            if is_ignored(name):
                continue
            called = shown_file(name, position, names)
            shown = f"{place}/{called}".lstrip("/")
            if not is_plain_name(name):
                self._report(f"{place}/{called!a}".lstrip("/"), "inbox-unsafe-name")
                continue
            try:
                status = (folder / name).lstat()
            except FileNotFoundError:
                continue
            except PermissionError:
                self._report(shown, "inbox-unreadable")
                continue
            if stat.S_ISLNK(status.st_mode):
                self._report(shown, "inbox-link")
            else:
                yield _Entry(name, called, status)

    def _report(self, place: str, message_id: str, **params: Parameter) -> None:
        self.unplaced.append(Unplaced(place, Message(message_id, params), Message(f"{message_id}-remedy", params)))
