"""Making bundles of archives in a folder: complete and as pinned, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipelines.core.files import flush_folder, scratch_folder, write_file
from pipelines.portal.browser_assets.downloading import download
from pipelines.portal.browser_assets.errors import ArchiveUnusable, BundleAltered
from pipelines.portal.browser_assets.pins import Bundle, PinnedPackage
from pipelines.portal.browser_assets.unpacking import members

Download = Callable[[PinnedPackage], bytes]


def missing_bundles(folder: Path, bundles: Mapping[str, Bundle]) -> Sequence[Bundle]:
    """Those of the bundles that are not in a folder."""
    return [bundle for bundle in bundles.values() if not (folder / bundle.folder).is_dir()]


def install(folder: Path, bundles: Mapping[str, Bundle], fetch: Download = download) -> Sequence[str]:
    """Make the bundles that are missing in a folder, and remove those of other versions.

    Args:
        folder: made if it is not there.
        bundles: what is to be in it.
        fetch: gives the archive of a package.

    Returns:
        Names of those that were made.

    Raises:
        BrowserAssetsError: when one cannot be made; those before it stay.
        OSError: when the folder cannot be written.
    """
    missing = missing_bundles(folder, bundles)
    for bundle in missing:
        _install(folder, bundle, fetch)
    _remove_others(folder, {bundle.folder for bundle in bundles.values()})
    return [bundle.name for bundle in missing]


def _install(folder: Path, bundle: Bundle, fetch: Download) -> None:
    made = _files(bundle, fetch)
    digest = digest_of(made)
    if digest != bundle.sha256:
        raise BundleAltered(bundle.name, digest)
    packed = {file.name: file.stored_name for package in bundle.packages for file in package.files if file.compress}
    with scratch_folder(folder, bundle.name) as scratch:
        for name, content in made.items():
            stored = gzip.compress(content, mtime=0) if name in packed else content
            write_file(scratch / packed.get(name, name), stored, 0o644)
        scratch.chmod(0o755)
        flush_folder(scratch)
        # Another process may have made it meanwhile: then it is the same.
        if not (folder / bundle.folder).is_dir():
            os.rename(scratch, folder / bundle.folder)  # noqa: PTH104 - a folder never takes another's place
    flush_folder(folder)


def _files(bundle: Bundle, fetch: Download) -> dict[str, bytes]:
    """The files of a bundle, not compressed, by name."""
    made = {}
    for package in bundle.packages:
        found = members(package.name, fetch(package), [file.member for file in package.files])
        for file in package.files:
            try:
                made[file.name] = file.made_of(found[file.member])
            except ValueError as problem:
                raise ArchiveUnusable(package.name, f"{file.member}: {problem}") from problem
    return made


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the lines ``<sha256>  <name>`` of files, by name."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _remove_others(folder: Path, kept: set[str]) -> None:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name not in kept and entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
