"""Where everything lies. What is public and what is private never share a root.

::

    data/inbox/     what departments deliver            <organisation>/<dataset>/<period>/<files>
    data/catalog/   public: objects, manifests, snapshots, the DuckDB index; a bucket may take its place
    data/private/   owner only: landed bytes, work tables, reports, candidates, ledger, keys, Dagster's storage
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.core.errors import UnsafePath
from pipelines.core.files import PRIVATE_FOLDER_MODE

#: Environment variables that move the data folder and the descriptors; the defaults are the project's folders.
DATA_VARIABLE = "GONGKAI_DATA"
SCHEMA_VARIABLE = "GONGKAI_CATALOG_SCHEMA"
#: Where the catalog is kept instead: a folder, or the URL of a bucket.
CATALOG_VARIABLE = "GONGKAI_CATALOG"
#: Where other people's scripts for pages are, once they have been set up.
BROWSER_ASSETS_VARIABLE = "GONGKAI_BROWSER_ASSETS"


@dataclass(frozen=True)
class Workspace:
    """The folders of one installation. ``data`` and ``schema`` are absolute.

    ``catalog_address`` is a folder or a bucket's URL that keeps the catalog; ``None``: the folder ``catalog``.
    ``browser_assets`` is the folder of other people's scripts, which need not be there; ``None``: pages have none.
    """

    data: Path
    schema: Path
    catalog_address: str | None = None
    browser_assets: Path | None = None

    @classmethod
    def at(cls, data: Path, schema: Path, catalog_address: str | None = None) -> Workspace:
        """A workspace with the given data and descriptor folders and, where it is not in ``data``, the catalog."""
        return cls(data.resolve(), schema.resolve(), catalog_address)

    @classmethod
    def default(cls) -> Workspace:
        """The workspace named by the environment, else ``data/``, ``catalog_schema/`` and ``.browser-assets/`` of the
        project.

        The project is the current folder if it has descriptors, else the one this package lies in.
        """
        project = Path.cwd()
        if not (project / "catalog_schema" / "catalog.yaml").is_file():
            project = Path(__file__).resolve().parents[2]
        return cls(
            Path(os.environ.get(DATA_VARIABLE) or project / "data").resolve(),
            Path(os.environ.get(SCHEMA_VARIABLE) or project / "catalog_schema").resolve(),
            os.environ.get(CATALOG_VARIABLE) or None,
            Path(os.environ.get(BROWSER_ASSETS_VARIABLE) or project / ".browser-assets").resolve(),
        )

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def catalog(self) -> Path:
        return self.data / "catalog"

    @property
    def private(self) -> Path:
        return self.data / "private"

    @property
    def landing(self) -> Path:
        """Landed bytes (``objects/ab/<sha256>``) and landing records."""
        return self.private / "landing"

    @property
    def outcomes(self) -> Path:
        """One folder per processed delivery: report, findings, quarantined rows, work tables."""
        return self.private / "outcomes"

    @property
    def candidates(self) -> Path:
        """Segments that are ready and not yet released."""
        return self.private / "candidates"

    @property
    def protection(self) -> Path:
        """How people in published rows were kept from being told apart, by dataset and period."""
        return self.private / "protection"

    @property
    def notes(self) -> Path:
        """What officers say about versions that are not made yet."""
        return self.private / "notes"

    @property
    def data_docs(self) -> Path:
        """Results of expectations by dataset and released version, and the pages made of them."""
        return self.private / "data_docs"

    @property
    def work(self) -> Path:
        """Scratch space; anything here may be deleted between runs."""
        return self.private / "work"

    @property
    def store_cache(self) -> Path:
        """Copies of files of remote catalogs; may be deleted whenever no command runs."""
        return self.private / "store_cache"

    @property
    def serve_cache(self) -> Path:
        """The same for `gongkai serve`, which removes what it has not used for long."""
        return self.private / "serve_cache"

    @property
    def fetching(self) -> Path:
        """Unfinished downloads, and what was fetched last from each source."""
        return self.private / "fetching"

    @property
    def reviews(self) -> Path:
        """What officers have decided about disclosure."""
        return self.private / "reviews"

    @property
    def registers(self) -> Path:
        """What the catalog delivers about itself, laid out like the inbox."""
        return self.private / "registers"

    @property
    def ledger(self) -> Path:
        return self.private / "ledger.sqlite"

    @property
    def deadlines(self) -> Path:
        """When deliveries were first released: learned from the catalog's snapshots."""
        return self.private / "deadlines.sqlite"

    @property
    def history(self) -> Path:
        """Which segments versions had of periods with rows about people: learned from the catalog's manifests."""
        return self.private / "history.sqlite"

    @property
    def metadata(self) -> Path:
        """What the catalog's metadata have of each dataset: made again when it is lost."""
        return self.private / "metadata.sqlite"

    @property
    def portal(self) -> Path:
        """What the portal's pages were made of: made again when it is lost."""
        return self.private / "portal.sqlite"

    @property
    def escalations(self) -> Path:
        """Who was told of which overdue disclosure."""
        return self.private / "escalations.sqlite"

    @property
    def secrets(self) -> Path:
        return self.private / "secrets"

    @property
    def dagster_home(self) -> Path:
        return self.private / "dagster"

    def prepare(self) -> None:
        """Create the folders that must exist; everything private is readable by its owner only."""
        for folder in (self.private, self.landing, self.outcomes, self.candidates, self.work, self.secrets,
                       self.dagster_home):  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
            folder.chmod(PRIVATE_FOLDER_MODE)
        self.inbox.mkdir(parents=True, exist_ok=True)


def is_plain_name(name: str) -> bool:
    """Tell whether ``name`` is one path component that leads nowhere else and can be shown as it is.

    Refuses separators, ``.`` and ``..``, control and format characters (bidirectional overrides among
    them), and names over 255 bytes.
    """
    if not name or name in {".", ".."} or "/" in name or "\\" in name:
        return False
    if len(os.fsencode(name)) > 255:
        return False
    return not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in name)


def join_inside(root: Path, relative: str) -> Path:
    """Join a relative path from outside (an archive member, a manifest) to ``root``.

    Raises:
        UnsafePath: when a component is not a plain name, or a link leads out of ``root``.
    """
    parts = PurePosixPath(relative).parts
    if not parts or not all(is_plain_name(part) for part in parts):
        raise UnsafePath(ascii(relative))
    joined = root.joinpath(*parts)
    if not joined.resolve().is_relative_to(root.resolve()):
        raise UnsafePath(ascii(relative))
    return joined
