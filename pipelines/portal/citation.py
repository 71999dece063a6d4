"""How a version is cited: in words, and for programs that keep references."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipelines.catalog.metadata.texts import Texts
from pipelines.core.messages import translate

#: What TeX reads as something else than itself, and how it is written instead. Braces by name: BibTeX counts them even
#: after a backslash.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$", "&": r"\&",
    "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}",
}  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """What is told of a version wherever it is cited.

    ``manifest`` is the SHA-256 of its manifest, which proves all of it; ``address`` may be empty; ``released`` is a
    day, ISO 8601.
    """

    dataset: str
    version: str
    title: Texts
    publisher: Texts
    catalog: Texts
    released: str
    address: str
    manifest: str

    def gb(self) -> str:
        """As GB/T 7714-2015 has electronic resources (4.6): a data set, online ([DS/OL]), in Chinese."""
        return self._sentence("portal-cite-gb", "zh")

    def apa(self) -> str:
        """As the Publication Manual of the APA (7th edition, 10.9) has data sets, in English."""
        return self._sentence("portal-cite-apa", "en")

    def _sentence(self, message: str, language: str) -> str:
        text = translate(
            message, language, publisher=self.publisher[language], title=self.title[language], version=self.version,
            year=self.released[:4], day=self.released, catalog=self.catalog[language], address=self.address,
            manifest=self.manifest,
        )  # fmt: skip
        return " ".join(text.split())

    @property
    def key(self) -> str:
        """Names it among others: letters, digits and hyphens."""
        return f"{self.dataset.replace('_', '-')}-{self.version}"

    def bibtex(self) -> str:
        """For BibTeX and BibLaTeX: ``@misc``, which both know; corporate authors in braces of their own."""
        fields = {
            "author": f"{{{tex(self.publisher['en'])}}}",
            "title": f"{{{tex(self.title['en'])}}}",
            "year": self.released[:4],
            "month": str(int(self.released[5:7])),
            "version": tex(self.version),
            "publisher": tex(self.catalog["en"]),
            "howpublished": tex(translate("portal-cite-medium", "en")),
            "url": self.address,
            "note": tex(f"{self.title['zh']} ({self.publisher['zh']}). Manifest SHA-256: {self.manifest}"),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""])

    def csl(self) -> str:
        """For Zotero, Pandoc and others: CSL-JSON, a list of one item."""
        item: dict[str, object] = {
            "id": self.key, "type": "dataset", "title": self.title["en"], "title-short": self.title["zh"],
            "author": [{"literal": self.publisher["en"]}],
            "issued": {"date-parts": [[int(part) for part in self.released.split("-")]]},
            "publisher": self.catalog["en"], "version": self.version,
            "note": f"Manifest SHA-256: {self.manifest}",
        }  # fmt: skip
        if self.address:
            item["URL"] = self.address
        return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def tex(text: str) -> str:
    """A text as TeX shows it, whatever is in it; what has no sign of its own is left out."""
    return "".join(_TEX.get(sign, sign) for sign in text)


#: Names of the files beside a version's page.
CITATION_FILES = ("cite.bib", "cite.json")


def citation_files(cited: Citation) -> tuple[bytes, ...]:
    """What the files have that :data:`CITATION_FILES` names."""
    return cited.bibtex().encode(), cited.csl().encode()
