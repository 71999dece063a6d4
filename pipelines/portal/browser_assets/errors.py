"""Why other people's scripts could not be set up."""

from __future__ import annotations

from pipelines.core.errors import GongkaiError


class BrowserAssetsError(GongkaiError):
    """Base of these errors."""


class RegistryUnreachable(BrowserAssetsError):
    """An archive cannot be had from the registry."""

    message_id = "assets-registry-unreachable"

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(address=address, problem=problem)


class RegistryUnknown(BrowserAssetsError):
    """Nothing says where a registry is."""

    message_id = "assets-registry-unknown"

    def __init__(self, variable: str) -> None:
        super().__init__(variable=variable)


class ArchiveAltered(BrowserAssetsError):
    """An archive is not the one that is pinned: other bytes, cut off, or too long."""

    message_id = "assets-archive-altered"

    def __init__(self, package: str, version: str) -> None:
        super().__init__(package=package, version=version)


class ArchiveUnusable(BrowserAssetsError):
    """An archive cannot be unpacked: broken, too large, or without a member that is needed."""

    message_id = "assets-archive-unusable"

    def __init__(self, package: str, problem: str) -> None:
        super().__init__(package=package, problem=problem)


class BundleAltered(BrowserAssetsError):
    """What was made of the archives is not what is pinned."""

    message_id = "assets-bundle-altered"

    def __init__(self, bundle: str, found: str) -> None:
        super().__init__(bundle=bundle, found=found)
