"""Where pages lie, and how they link to each other: relatively, so that the folder may lie anywhere on a host.

Pages are named by their path without a language, which ends in a slash; the first language's pages lie there, the
other's below a folder with its code.
"""

from __future__ import annotations

from urllib.parse import quote

from pipelines.catalog.metadata.addresses import HARVESTED_PER_PAGE, harvested_place, numbered

#: The language of the pages at the root comes first.
LANGUAGES = ("zh", "en")
HOME = ""
BROWSE, DATASETS, THEMES, ORGANISATIONS, CODELISTS = "browse/", "datasets/", "themes/", "organisations/", "code-lists/"
DISCLOSURE, ABOUT, CONSOLE, SEARCH = "disclosure/", "about/", "console/", "search/"
ACTIVE_DISCLOSURE, NEGATIVE_LIST = f"{DISCLOSURE}catalog/", f"{DISCLOSURE}negative-list/"
CORRECTIONS, OVERDUE = f"{DISCLOSURE}corrections/", f"{DISCLOSURE}overdue/"


def folder(language: str) -> str:
    """What the paths of a language's pages begin with."""
    return "" if language == LANGUAGES[0] else f"{language}/"


def page_file(place: str, language: str) -> str:
    """The file of a page, relative to the store's root."""
    return f"{folder(language)}{place}index.html"


def dataset_place(dataset: str) -> str:
    """The page about a dataset."""
    return f"{DATASETS}{dataset}/"


def versions_place(dataset: str) -> str:
    """The page with all versions of a dataset."""
    return f"{dataset_place(dataset)}versions/"


def version_place(dataset: str, version: str) -> str:
    """The page about a version."""
    return f"{dataset_place(dataset)}{version}/"


def queries_file(dataset: str) -> str:
    """Example queries of a dataset, for the console; relative to the store's root."""
    return f"{dataset_place(dataset)}queries.json"


def theme_place(theme: str) -> str:
    """The page about a theme."""
    return f"{THEMES}{theme}/"


def organisation_place(organisation: str) -> str:
    """The page about an organisation."""
    return f"{ORGANISATIONS}{organisation}/"


def class_place(disclosure_class: str) -> str:
    """The page about one of the five disclosures."""
    return f"{DISCLOSURE}{disclosure_class}/"


def codelist_place(codelist: str) -> str:
    """The page with a code list."""
    return f"{CODELISTS}{codelist}/"


def harvested_dataset_place(source: str, position: int, short: str) -> str:
    """Where a dataset of a catalog elsewhere is: its page, by its position from 0, and its place there, by a short
    name: its identifier may be any text."""
    return f"{numbered(harvested_place(source), position // HARVESTED_PER_PAGE + 1)}#of-{short}"


def to_root(place: str, language: str) -> str:
    """The relative address of the store's root, as it is from a page; empty or ends in a slash."""
    return "../" * (folder(language) + place).count("/")


def to_page(place: str, language: str, target: str, target_language: str | None = None) -> str:
    """The relative address of another page, as it is from a page."""
    path = folder(target_language or language) + target
    return (to_root(place, language) + quote(path)) or "./"


def to_file(place: str, language: str, path: str) -> str:
    """The relative address of a file of the store, as it is from a page."""
    return to_root(place, language) + quote(path)
