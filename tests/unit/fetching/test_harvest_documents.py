"""What is read out of other catalogs' documents, whatever they hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalog.harvested import HarvestedDataset, in_language
from pipelines.core.checksums import Checksum
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting import ckan, datapackage, dcat
from pipelines.fetching.harvesting.texts import address, media_type, size, time, titles

TESTS = Path(__file__).parents[2]

URL = "https://data.other.example/catalog/data.json"
DIGEST = "ab" * 32
CSV = {"downloadURL": "https://data.other.example/t.csv", "mediaType": "text/csv"}
READERS = {"dcat": dcat.datasets, "datapackage": datapackage.datasets, "ckan": ckan.datasets}


def read(folder: Path, content: Any, kind: str = "dcat") -> list[HarvestedDataset | None]:
    """The datasets of a document; anything but bytes is written as JSON."""
    (folder / "graph.sqlite").unlink(missing_ok=True)
    document = folder / "document"
    document.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return list(READERS[kind](document, URL, folder))


def one(folder: Path, content: Any, kind: str = "dcat") -> HarvestedDataset:
    """The only dataset."""
    (found,) = read(folder, content, kind)
    assert found is not None
    return found


def failure(folder: Path, content: Any, kind: str = "dcat") -> str:
    with pytest.raises(FetchFailed) as told:
        read(folder, content, kind)
    return told.value.message.id


@pytest.mark.parametrize(
    ("temporal", "told"),
    [
        ("2025-01-01/2025-12-31", ("2025-01-01", "2025-12-31")),
        ({"@value": "2025-01-01T00:00:00Z/2025-12-31T00:00:00Z"}, ("2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z")),
        ([{"@type": "dct:PeriodOfTime", "dcat:startDate": {"@value": "2025-01"}, "dcat:endDate": ["2025-12"]}],
         ("2025-01", "2025-12")),
        ({"http://schema.org/startDate": "2025", "http://schema.org/endDate": "2025"}, ("2025", "2025")),
        ({"@id": "_:time"}, ("2026-03-01", "2026-03-31")), ({"dcat:startDate": "2025"}, ("2025", "")),
        # Several, or no times.
        (["2024/2024", "2025/2025"], ("", "")), ("R/P1M", ("", "")), ("2025-01-01/P1Y", ("2025-01-01", "")),
        ({"@id": "http://reference.data.gov.uk/id/year/2025"}, ("", "")), ([], ("", "")), (2025, ("2025", "")),
        ({"dcat:startDate": "\u202e2025", "dcat:endDate": {"@id": "x"}}, ("2025", "")),
    ],
)  # fmt: skip
def test_which_time_data_are_about(tmp_path: Path, temporal: Any, told: tuple[str, str]) -> None:
    period = {"@id": "_:time", "dcat:startDate": "2026-03-01", "dcat:endDate": "2026-03-31"}
    trees = {"@type": "dcat:Dataset", "dct:identifier": "trees", "dct:title": "Trees", "dct:temporal": temporal}
    found = one(tmp_path, {"@graph": [trees, period]})
    assert (found.starts, found.ends) == told


def test_data_json_as_dcat_us_writes_it(tmp_path: Path) -> None:
    found = one(tmp_path, {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "dataset": [{
            "identifier": "trees", "title": "Trees", "description": "All trees", "modified": "2026-03-01",
            "publisher": {"@type": "org:Organization", "name": "Parks"}, "landingPage": "../pages/trees",
            "license": "https://creativecommons.org/licenses/by/4.0/", "distribution": [{**CSV, "title": "Table"}],
        }],
    })  # fmt: skip
    assert (found.identifier, found.title, found.publisher) == ("trees", {"und": "Trees"}, {"und": "Parks"})
    assert (found.modified, found.landing_page) == ("2026-03-01", "https://data.other.example/pages/trees")
    (file,) = found.distributions
    assert (file.address, file.media_type, file.title) == (CSV["downloadURL"], "text/csv", {"und": "Table"})


GRAPH = [
    {"@id": "https://o.example/c", "@type": "dcat:Catalog", "dcat:dataset": [{"@id": "https://o.example/d"}]},
    {
        "@id": "https://o.example/d", "@type": ["dcat:Dataset"], "dcat:distribution": {"@id": "_:f"},
        "dct:title": [{"@value": "树", "@language": "zh-Hans"}, {"@value": "Trees", "@language": "en"}],
        "dct:publisher": {"@id": "https://o.example/p"},
        "dct:issued": {"@value": "2026-01-02T03:04:05Z", "@type": "xsd:dateTime"},
    },
    {"@id": "https://o.example/d", "dct:description": {"@value": "More of it", "@language": "en"}},
    {"@id": "https://o.example/p", "@type": "foaf:Agent", "foaf:name": "Parks"},
    {
        "@id": "_:f", "@type": "dcat:Distribution", "dcat:accessURL": {"@id": "https://o.example/t.xlsx"},
        "dct:format": {"@id": "http://publications.europa.eu/resource/authority/file-type/XLSX"},
        "dcat:byteSize": {"@value": "12", "@type": "xsd:nonNegativeInteger"}, "dct:license": {"@id": "https://l.example/"},
        "spdx:checksum": {
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": DIGEST.upper(), "@type": "xsd:hexBinary"},
        },
    },
    {"@id": "https://o.example/version", "@type": "dcat:Dataset", "dct:title": "Not a member of the catalog"},
]  # fmt: skip


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A document with other prefixes."""
    text = json.dumps(value)
    for name, other in names.items():
        text = text.replace(f'"{name}', f'"{other}')
    return json.loads(text)


@pytest.mark.parametrize(
    "document",
    [
        {"@context": {"dcat": "http://www.w3.org/ns/dcat#"}, "@graph": GRAPH},
        renamed(GRAPH, {
            "dcat:": "http://www.w3.org/ns/dcat#", "dct:": "http://purl.org/dc/terms/",
            "foaf:": "http://xmlns.com/foaf/0.1/", "spdx:": "http://spdx.org/rdf/terms#",
        }),
        {
            "@graph": renamed(GRAPH, {"dcat:": "x:", "dct:": "y:"}),
            "@context": ["https://never.example/context", {"x": "http://www.w3.org/ns/dcat#", "y": {
                "@id": "http://purl.org/dc/terms/"}}],
        },
    ],
    ids=["prefixes", "expanded", "a context of its own, at the end"],
)  # fmt: skip
def test_a_graph_in_every_form(tmp_path: Path, document: Any) -> None:
    found = one(tmp_path, document)
    assert found.title == {"zh": "树", "en": "Trees"} and found.description == {"en": "More of it"}
    assert in_language(found.title, "zh") == "树" and in_language(found.description, "zh") == "More of it"
    assert (found.publisher, found.issued) == ({"und": "Parks"}, "2026-01-02T03:04:05Z")
    assert (found.landing_page, found.licence) == ("https://o.example/d", "https://l.example/")
    (file,) = found.distributions
    assert (file.address, file.bytes, file.checksum) == ("https://o.example/t.xlsx", 12, Checksum("sha256", DIGEST))
    assert file.media_type.endswith("spreadsheetml.sheet")


def test_references_that_lead_in_circles_or_nowhere(tmp_path: Path) -> None:
    itself = {"@id": "https://o.example/d"}
    circle = {**itself, "@type": "dcat:Dataset", "dct:title": "Round", "dcat:distribution": itself,
              "dct:publisher": itself, "dcat:accessURL": itself, "spdx:checksum": itself}  # fmt: skip
    found = one(tmp_path, {"@graph": [circle]})
    assert [each.address for each in found.distributions] == ["https://o.example/d"]
    lost = {"@id": "https://o.example/c", "dcat:dataset": [{"@id": "https://o.example/elsewhere"}, 7, None, []]}
    assert read(tmp_path, {"@graph": [lost, "text", 7]}) == [None, None]


def test_a_data_package_of_either_version(tmp_path: Path) -> None:
    package = {
        "contributors": [{"title": "Parks", "roles": ["publisher"]}], "licenses": [{"name": "CC0-1.0"}],
        "resources": [
            {"name": "trees", "title": "Trees", "path": "trees.csv", "hash": f"sha256:{DIGEST}", "bytes": 12},
            {"name": "benches", "path": ["a.csv", "/etc/passwd", "file:///etc/passwd"], "hash": "ab" * 16},
            {"name": "inline", "data": [1]},
            {"title": "without a name"}, 7,
        ],
    }  # fmt: skip
    trees, benches, inline, *unreadable = read(tmp_path, package, "datapackage")
    assert trees is not None and benches is not None and inline is not None and unreadable == [None, None]
    (file,) = trees.distributions
    assert file.address == "https://data.other.example/catalog/trees.csv" and file.media_type == "text/csv"
    assert (file.checksum, file.bytes) == (Checksum("sha256", DIGEST), 12)
    assert (trees.licence, trees.publisher) == ("CC0-1.0", {"und": "Parks"})
    assert [each.address for each in benches.distributions] == [
        "https://data.other.example/catalog/a.csv", "https://data.other.example/etc/passwd",
    ]  # fmt: skip
    assert benches.distributions[0].checksum is None and inline.distributions == ()
    first = {"name": "p", "license": "ODbL-1.0", "resources": [{"name": "t", "path": "t.csv", "hash": "ab" * 16}]}
    found = one(tmp_path, first, "datapackage")
    assert (found.licence, found.distributions[0].checksum) == ("ODbL-1.0", Checksum("md5", "ab" * 16))


def test_packages_of_ckan(tmp_path: Path) -> None:
    package = {
        "name": "trees", "title": "Trees", "title_translated": {"zh": "树", "en": ""}, "notes": "All",
        "organization": {"title": "Parks"}, "license_id": "cc-by", "url": "https://elsewhere.example/",
        "resources": [{"url": "https://o.example/t.csv", "format": "CSV", "hash": "cd" * 20, "size": 7},
                      {"url": "javascript:alert(1)"}],
    }  # fmt: skip
    answer = {"help": "…", "success": True, "result": {"count": 2, "results": [package, {"title": "nameless"}]}}
    found, unreadable = read(tmp_path, answer, "ckan")
    assert unreadable is None and found is not None
    assert (found.title, found.description, found.publisher) == ({"zh": "树"}, {"und": "All"}, {"und": "Parks"})
    assert found.landing_page.endswith("/dataset/trees")
    (file,) = found.distributions
    assert (file.bytes, file.checksum) == (7, Checksum("sha1", "cd" * 20))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "harvest-not-json"),
        (b"<html>down for maintenance</html>", "harvest-not-json"),
        (b'{"dataset": [{"identifier": "a", "title": "b"}', "harvest-not-json"),
        (b'{"dataset": []} x', "harvest-not-json"),
        (b'{"dataset": [], "dataset": []}', "harvest-not-json"),
        (b"7", "harvest-not-json"),
        ('{"dataset": [{"title": "é"}]}'.encode("latin-1"), "harvest-not-utf8"),
        ('{"dataset": []}'.encode("utf-16"), "harvest-not-utf8"),
        (b'{"dataset": [' + b"[" * 200_000, "harvest-too-deep"),
        (b'{"dataset": ' + b'{"a":' * 200_000, "harvest-too-deep"),
        (b'{"@graph": [{"@id": "x", "http://www.w3.org/ns/hydra/core#next": "p2"}]}', "harvest-paged"),
        (b'{"hydra:nextPage": "p2", "dataset": []}', "harvest-paged"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["dcat", "datapackage"])
def test_documents_that_are_refused(tmp_path: Path, content: bytes, message: str, kind: str) -> None:
    if kind == "datapackage" and message == "harvest-paged":
        assert read(tmp_path, content, kind) == []
    else:
        assert failure(tmp_path, content, kind) == message


def test_texts_are_cleaned_and_bounded(tmp_path: Path) -> None:
    found = one(tmp_path, {"dataset": [{
        "identifier": "a\u202eb\x00", "title": "<script>alert(1)</script>\u2066\ud800", "description": "x" * 10_000_000,
        "issued": "<b>", "modified": 10**400, "publisher": {"name": ["P", {"@value": 5}]},
        "distribution": [{"downloadURL": where, "byteSize": 10**30, "title": "t" * 5000} for where in (
            "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//u:p@o.example/",
            "HTTP://o.example/a b\u202e", "https://o.example:999999/", "https://" + "o" * 3000,
            "\\\\o.example\\x", 7, {"@id": "ftp://o.example/x"},
        )],
    }]})  # fmt: skip
    assert found.identifier == "a b" and found.title == {"und": "<script>alert(1)</script>"}
    assert len(found.description["und"]) == 4000 and (found.issued, found.modified) == ("", "")
    addresses = [each.address for each in found.distributions]
    assert addresses[0] == "HTTP://o.example/a%20b" and len(addresses) == 2
    assert addresses[1].startswith("https://data.other.example/")
    assert {(each.bytes, len(each.title["und"])) for each in found.distributions} == {(None, 300)}


def test_deep_values_inside_an_entry_are_left_out(tmp_path: Path) -> None:
    deep: Any = "end"
    for _ in range(300):
        deep = {"distribution": [deep]}
    assert one(tmp_path, {"dataset": [{"identifier": "a", "title": "b", **deep}]}).distributions == ()


#: What was taken before and after, in megabytes, by the process itself; and its CPU time.
_MANY = """
import sys, time
from pathlib import Path
from own_peak import peak_megabytes
from pipelines.fetching.harvesting import dcat
folder, before = Path(sys.argv[1]), peak_megabytes()
count = sum(1 for _ in dcat.datasets(folder / "document", "https://o.example/", folder))
print(count, peak_megabytes() - before, time.process_time())
"""


def test_forty_thousand_datasets_are_never_held_at_once(tmp_path: Path) -> None:
    entry = '{"identifier": "d%d", "title": "T", "description": "%s"}'
    with (tmp_path / "document").open("w", encoding="utf-8") as stream:
        stream.write('{"dataset": [')
        stream.writelines(("," if number else "") + entry % (number, "x" * 300) for number in range(40_000))
        stream.write("]}")
    paths = os.pathsep.join(str(TESTS / name) for name in (".", ".."))
    told = subprocess.run([sys.executable, "-c", _MANY, str(tmp_path)], check=True, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": paths}).stdout.split()  # fmt: skip
    assert int(told[0]) == 40_000
    assert int(told[1]) < 15, "megabytes"
    assert float(told[2]) < 60


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "@id", "@type", "@value", "@language", "@graph", "@context", "dataset", "dcat:dataset", "identifier", "title",
        "description", "distribution", "downloadURL", "checksum", "algorithm", "checksumValue", "publisher", "name",
        "license", "licenses", "resources", "path", "hash", "bytes", "result", "results", "count", "organization",
        "contributors", "roles", "en", "zh", "title_translated", "mediaType", "format", "url", "issued",
    ]) | st.text(max_size=5), inner, max_size=6),
    max_leaves=40,
)  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
@given(document=_JSON)
def test_any_json_is_read_or_refused(kind: str, document: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        found = read(folder, document, kind)
    except FetchFailed:
        return
    for entry in found:
        for file in entry.distributions if entry is not None else ():
            assert file.address.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (("SHA-256", DIGEST), "sha256"), (("http://spdx.org/rdf/terms#checksumAlgorithm_sha1", "AB" * 20), "sha1"),
        (("md5", "ab" * 16), "md5"), (("sha512", "ab" * 64), "sha512"), (("sha256", "ab" * 16), None),
        (("crc32", "abcdef12"), None), (("", ""), None), (("sha256", "zz" * 32), None),
    ],
)  # fmt: skip
def test_checksums_as_catalogs_write_them(given: tuple[str, str], known: str | None, tmp_path: Path) -> None:
    found = Checksum.read(*given)
    assert (found.algorithm if found else None) == known
    (tmp_path / "file").write_bytes(b"x")
    assert found is None or not found.fits(tmp_path / "file")
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    right = Checksum.prefixed(f"sha256:{digest}")
    assert right is not None and right == Checksum.prefixed(digest) and right.fits(tmp_path / "file")


def test_plain_values() -> None:
    assert (size("12"), size("12.0"), size("-1"), size("9" * 400), size(True)) == (12, 12, None, None, None)
    assert (time("2026"), time("2026-01-02T03:04:05+08:00"), time("yesterday")) == (
        "2026", "2026-01-02T03:04:05+08:00", "",
    )  # fmt: skip
    assert media_type("", "https://www.iana.org/assignments/media-types/text/csv") == "text/csv"
    assert media_type("TEXT/CSV; charset=utf-8") == "text/csv" and media_type(".csv") == "text/csv"
    assert media_type("http://publications.europa.eu/resource/authority/file-type/GRIB") == media_type(7) == ""
    assert titles({"en-GB": "a", "zh_CN": ["b"], "not a language": "c", "en": "d"}) == {"en": "a", "zh": "b"}
    assert address("t.csv") == "" and address("t.csv", "https://o.example/a/b") == "https://o.example/a/t.csv"
