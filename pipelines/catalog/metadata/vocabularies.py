"""Terms of published vocabularies: authority tables of the EU Publications Office, ADMS, IANA, SPDX.

Addresses are those of the tables' own concepts, so that a reader compares them without looking anything up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.core.periods import PeriodClass

AUTHORITY = "http://publications.europa.eu/resource/authority/"
DATA_THEMES = f"{AUTHORITY}data-theme"
PUBLIC = f"{AUTHORITY}access-right/PUBLIC"
STABLE = f"{AUTHORITY}planned-availability/STABLE"
LANGUAGES = (f"{AUTHORITY}language/ZHO", f"{AUTHORITY}language/ENG")
LOCAL_AUTHORITY = "http://purl.org/adms/publishertype/LocalAuthority"
LICENCE_TYPES = "http://purl.org/adms/licencetype/"
CREATED, UPDATED = (f"http://purl.org/adms/changetype/{name}" for name in ("created", "updated"))
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
DCAT_AP = "https://semiceu.github.io/DCAT-AP/releases/3.0.1"
TABLE_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"

FREQUENCIES = {
    PeriodClass.MONTHLY: f"{AUTHORITY}frequency/MONTHLY",
    PeriodClass.QUARTERLY: f"{AUTHORITY}frequency/QUARTERLY",
    PeriodClass.YEARLY: f"{AUTHORITY}frequency/ANNUAL",
    PeriodClass.NONE: f"{AUTHORITY}frequency/IRREG",
}
#: The same as repeating intervals of ISO 8601.
INTERVALS = {
    PeriodClass.MONTHLY: "R/P1M",
    PeriodClass.QUARTERLY: "R/P3M",
    PeriodClass.YEARLY: "R/P1Y",
    PeriodClass.NONE: "irregular",
}

#: Messages that have the labels of the data themes.
THEME_MESSAGES: Mapping[str, str] = {
    f"{DATA_THEMES}/{code}": f"metadata-term-{code.lower()}"
    for code in ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")
}


@dataclass(frozen=True)
class FileType:
    """A kind of file. ``code`` is its concept in the file type table; ``open`` and ``readable``: whether it is free of
    a vendor, and whether a machine finds the values in it; ``tabular``: whether it is a table with a header."""

    media_type: str
    code: str
    name: str
    open: bool
    readable: bool
    tabular: bool

    @property
    def uri(self) -> str:
        """Its concept in the authority table of file types."""
        return f"{AUTHORITY}file-type/{self.code}"

    @property
    def media_uri(self) -> str:
        """Its media type as IANA registers it."""
        return f"{MEDIA_TYPES}{self.media_type}"


PARQUET = FileType("application/vnd.apache.parquet", "PARQUET", "Parquet", open=True, readable=True, tabular=True)
FILE_TYPES = {
    kind.media_type: kind
    for kind in (
        PARQUET,
        FileType("text/csv", "CSV", "CSV", open=True, readable=True, tabular=True),
        FileType(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", "XLSX",
            open=True, readable=True, tabular=True,
        ),
        FileType("application/json", "JSON", "JSON", open=True, readable=True, tabular=False),
        FileType("application/zip", "ZIP", "ZIP", open=True, readable=False, tabular=False),
    )
}  # fmt: skip
