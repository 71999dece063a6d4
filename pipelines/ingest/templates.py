"""Which layout reads a file: that of the template it was made from, else one that its dataset declares."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.formats import choose_layout
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.sources import SourceFile
from pipelines.registry import Dataset
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.template_marks import PREFIX, TemplateLayout, TemplateMark

#: Rules of files that are templates but cannot be read as such.
TEMPLATE_REFUSALS = frozenset({"template-of-another-dataset", "template-outdated"})
_PART = "docProps/custom.xml"
#: Bytes of the part; a template of a hundred columns has 30,000.
_LARGEST = 4 << 20
#: Every repetition is bounded, so that no part can make the search quadratic.
_PROPERTY = re.compile(
    rb"<(?:\w{1,32}:)?property\s([^<>]{0,1000})>\s{0,64}<(?:\w{1,32}:)?lpwstr(?:\s[^<>]{0,200})?>([^<>]{0,4000})</"
)
_NAME = re.compile(rb"\bname\s{0,8}=\s{0,8}[\"']([^\"'<>]{1,200})[\"']")


def layout_of(source: SourceFile, dataset: Dataset, findings: list[Finding]) -> Layout:
    """The layout for a file of the dataset; a template of an earlier schema whose columns still fit is warned about.

    Raises:
        Unreadable: when no layout fits, or the file is a template of another dataset or one that does not fit any more.
    """
    mark = read_mark(source.path) if source.format is FileFormat.XLSX else None
    if mark is None:
        return choose_layout(dataset.descriptor.layouts, source.delivered, source.format, source.name)
    return _of_mark(mark, source.name, dataset, findings)


def _of_mark(mark: TemplateMark, file: str, dataset: Dataset, findings: list[Finding]) -> TemplateLayout:
    if mark.dataset != dataset.id:
        raise unreadable("template-of-another-dataset", file, found=mark.dataset, dataset=dataset.id)
    differences = mark.differences(dataset)
    if not differences.fit:
        raise unreadable(
            "template-outdated",
            file,
            dataset=dataset.id,
            gone=", ".join(differences.gone) or "-",
            absent=", ".join(differences.absent) or "-",
            changed=", ".join(differences.changed) or "-",
        )
    if differences.older:
        findings.append(read_finding("template-older", Location(file), Severity.WARNING, dataset=dataset.id))
    return mark.layout(dataset)


def read_mark(path: Path) -> TemplateMark | None:
    """The mark of the template that an xlsx workbook was made from; ``None`` when it has none."""
    try:
        with zipfile.ZipFile(path) as package:
            if _PART not in package.NameToInfo:
                return None
            with package.open(_PART) as stream:
                content = stream.read(_LARGEST)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
        return None  # whoever reads the workbook will tell
    return TemplateMark.of_properties(dict(_properties(content)))


def _properties(content: bytes) -> Iterator[tuple[str, str]]:
    for match in _PROPERTY.finditer(content):
        name = _NAME.search(match[1])
        if name is not None and name[1].startswith(PREFIX.encode()):
            yield name[1].decode("utf-8", "replace"), html.unescape(match[2].decode("utf-8", "replace"))
