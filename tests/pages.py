"""Pages of the portal as tests read them: elements, text, headings, links and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise

from publishing import NOW, registry

from pipelines.core.paths import Workspace
from pipelines.core.versions import VersionNumber
from pipelines.portal import PortalRefresh, refresh_portal
from pipelines.publish import FolderStore, Manifest, Store, latest_snapshot, load_manifest
from pipelines.publish.manifests import PreviousVersion
from pipelines.publish.snapshots import commit_snapshot, next_snapshot
from pipelines.publish.store import put_manifest

#: Where pages and what they need lie.
_FOLDERS = (
    "about", "assets", "browse", "code-lists", "datasets", "disclosure", "en", "organisations", "search", "themes",
)  # fmt: skip
#: Elements that begin no line of their own.
_INLINE = {"a", "b", "code", "pre", "script", "span", "strong", "time"}
_VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


def make_portal(workspace: Workspace, store: Store | None = None) -> PortalRefresh:
    """Bring the pages of a workspace's catalog up to date."""
    place = store or FolderStore(workspace.catalog)
    return refresh_portal(place, registry(workspace), workspace.portal, workspace.work)


def portal_files(workspace: Workspace) -> dict[str, tuple[float, bytes]]:
    """All files of the portal: when they were written, and their bytes."""
    store = FolderStore(workspace.catalog)
    # Code lists themselves lie beside the pages about them.
    entries = [entry for folder in _FOLDERS for entry in store.entries(folder) if not entry.path.endswith(".csv")]
    entries += [entry for entry in store.entries("") if entry.path == "index.html"]
    return {entry.path: (entry.modified, store.read(entry.path)) for entry in entries}


def contents(workspace: Workspace) -> dict[str, bytes]:
    """All files of the portal."""
    return {path: content for path, (_, content) in portal_files(workspace).items()}


def reshown(workspace: Workspace, *changes: Callable[[Manifest], Manifest], dataset: str = "tree_inventory") -> None:
    """Have the newest snapshot show further versions of a dataset, each made of the one before by a change."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    entry = snapshot.datasets[dataset]
    for change in changes:
        before = load_manifest(store, entry.manifest)
        number = VersionNumber.parse(before.version)
        version = str(replace(number, patch=number.patch + 1))
        following = replace(before, version=version, previous=PreviousVersion(before.version, entry.manifest))
        entry = replace(entry, version=version, manifest=put_manifest(store, change(following).content()))
    shown = replace(next_snapshot(snapshot, NOW), datasets={**snapshot.datasets, dataset: entry})
    assert commit_snapshot(store, shown)


@dataclass
class Element:
    """An element with what stands in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is read in it, with single spaces."""
        return " ".join("".join(self._texts()).split())

    @property
    def exact(self) -> str:
        """What stands in it, as it is."""
        return "".join(self._texts()).strip(" ")

    def _texts(self) -> list[str]:
        found: list[str] = []
        for child in self.children:
            found += [child] if isinstance(child, str) else child._texts()
        return found if self.tag in _INLINE else [" ", *found, " "]

    def all(self, *tags: str) -> list[Element]:
        """Elements of these kinds in it, in their order; of all kinds when none is named."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child] if not tags or child.tag in tags else []
                found += child.all(*tags)
        return found

    def by_id(self, name: str) -> Element:
        """The element with that identifier."""
        (found,) = (each for each in self.all() if each.attributes.get("id") == name)
        return found

    def links(self) -> dict[str, str]:
        """Text of links → their address."""
        return {each.text: each.attributes["href"] for each in self.all("a")}

    def section(self, anchor: str) -> Element:
        """The section with that heading."""
        (found,) = (each for each in self.all("section") if each.attributes.get("aria-labelledby") == anchor)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(content: bytes) -> Element:
    """A page; every element that begins in it has to end."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def page(workspace: Workspace, place: str) -> Element:
    """A page of a workspace's catalog."""
    return read((workspace.catalog / place / "index.html").read_bytes())


def check_accessible(root: Element) -> None:
    """What of WCAG 2.2 AA can be told from markup: language, one first heading, none skipped, names of tables, of
    their header cells and of what scrolls, identifiers that are there once and that lead somewhere."""
    (html,) = root.all("html")
    assert html.attributes["lang"] in {"zh-Hans", "en"}
    levels = [int(each.tag[1]) for each in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in root.all():
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name, "content").split()) <= set(ids)
        if each.tag == "a" and each.attributes.get("href", "").startswith("#"):
            assert each.attributes["href"][1:] in ids
        if each.attributes.get("role") in {"group", "region"}:
            assert "aria-label" in each.attributes or "aria-labelledby" in each.attributes
            assert each.attributes["tabindex"] == "0"
        assert not any(name.startswith("on") or name == "style" for name in each.attributes)
    regions = [each for each in root.all() if each.attributes.get("role") == "region"]
    labelled = {id(table) for each in regions if "aria-label" in each.attributes for table in each.all("table")}
    for each in root.all("table"):
        assert each.all("caption")[0].text if each.all("caption") else id(each) in labelled
        assert all(cell.attributes["scope"] in {"col", "row"} for cell in each.all("th"))
    for each in root.all("a", "button", "summary"):
        assert each.text, each.attributes
