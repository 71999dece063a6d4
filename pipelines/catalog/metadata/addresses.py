"""Where everything is on the web: made here alone, from ``base_url`` of ``catalog.yaml``.

Things have addresses without a slash at the end, which identify them and never change; pages about them end in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pipelines.registry.dataset import DisclosureClass

#: Folders and files of the store.
FOLDER = "metadata"
SITEMAP, ROBOTS = "sitemap.xml", "robots.txt"
#: Language tag → the folder that its pages lie in.
PAGE_FOLDERS = {"zh-Hans": "", "en": "en/"}
#: Pages that every catalog has, by their path without a language; themes and organisations have one each besides.
PLACES = (
    "", "browse/", "themes/", "organisations/", "disclosure/", "disclosure/catalog/", "disclosure/negative-list/",
    "disclosure/corrections/", "disclosure/overdue/", *(f"disclosure/{name}/" for name in DisclosureClass),
    "code-lists/", "about/",
)  # fmt: skip
#: The list of catalogs elsewhere, where there are any, and how many datasets of one of them are on a page.
HARVESTED, HARVESTED_PER_PAGE = "harvested/", 50


def numbered(place: str, number: int) -> str:
    """A page of a list that begins at a place, counted from 1."""
    return place if number == 1 else f"{place}{number}/"


def harvested_place(source: str) -> str:
    """The first page with the datasets of a catalog elsewhere."""
    return f"{HARVESTED}{source}/"


def harvested_pages(datasets: int) -> int:
    """How many pages the datasets of a catalog elsewhere have; one, which is empty, where there is none."""
    return max(1, -(-datasets // HARVESTED_PER_PAGE))


def dataset_folder(dataset: str) -> str:
    """Where a dataset's documents lie, relative to the store's root."""
    return f"{FOLDER}/datasets/{dataset}"


def package_path(dataset: str, version: str) -> str:
    """Where the Data Package of a version lies, relative to the store's root."""
    return f"{dataset_folder(dataset)}/{version}/datapackage.json"


def theme_feed_path(theme: str) -> str:
    """Where the feed of a theme lies, relative to the store's root."""
    return f"{FOLDER}/themes/{theme}/feed.atom"


def archive_path(snapshot: int) -> str:
    """Where the part of the catalog's feed lies that tells of a snapshot, relative to the store's root."""
    return f"{FOLDER}/feed/{snapshot:06d}.atom"


@dataclass(frozen=True)
class Addresses:
    """The addresses of one catalog; ``base`` ends in a slash."""

    base: str

    @property
    def catalog(self) -> str:
        """The catalog itself."""
        return f"{self.base}#catalog"

    @property
    def service(self) -> str:
        """The programming interface."""
        return f"{self.endpoint}#service"

    @property
    def endpoint(self) -> str:
        """Where the programming interface is called."""
        return f"{self.base}api/v1"

    @property
    def themes(self) -> str:
        """The list of themes."""
        return f"{self.base}themes"

    def theme(self, theme: str) -> str:
        """A theme."""
        return f"{self.themes}/{quote(theme)}"

    def organisation(self, organisation: str) -> str:
        """An organisation."""
        return f"{self.base}organisations/{quote(organisation)}"

    def dataset(self, dataset: str) -> str:
        """A dataset."""
        return f"{self.base}datasets/{quote(dataset)}"

    def page(self, dataset: str) -> str:
        """The page about a dataset."""
        return f"{self.dataset(dataset)}/"

    def page_in(self, place: str, language: str) -> str:
        """A page by its path without a language, which ends in a slash or is empty, in one of ``PAGE_FOLDERS``."""
        return f"{self.base}{PAGE_FOLDERS[language]}{quote(place)}"

    def version(self, dataset: str, version: str) -> str:
        """A version of a dataset."""
        return f"{self.dataset(dataset)}/{quote(version)}"

    def distribution(self, dataset: str, version: str, name: str) -> str:
        """A file as a part of a version: versions may share the file itself."""
        return f"{self.version(dataset, version)}#{quote(name)}"

    def series(self, dataset: str) -> str:
        """The series of a dataset's years."""
        return f"{self.dataset(dataset)}/series"

    def year(self, dataset: str, year: int) -> str:
        """The part of a dataset that is about a year."""
        return f"{self.series(dataset)}/{year:04d}"

    def file(self, path: str) -> str:
        """A file of the store."""
        return f"{self.base}{quote(path)}"

    def path_of(self, address: str) -> str | None:
        """The file of the store that an address is of; ``None`` for all other addresses."""
        path = address.removeprefix(self.base).partition("#")[0]
        return path if address.startswith(self.base) and path and not path.endswith("/") else None
