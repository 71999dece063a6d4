"""Random tables, schemas and dialects on which the engine and frictionless must agree to the letter.

``python tests/fuzz_engine.py N SEED`` runs N cases on all cores and prints every disagreement (the first 20) as it is
found, and how far it is.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from frictionless import Dialect, FrictionlessException, Package, Resource, Schema
from frictionless.vendors import stringcase
from rich.progress import track

from pipelines.validate.engine import ForeignTable, csv_source, validate_file

# Frictionless turns the same few names of properties into others, 2,400 times for each case.
stringcase.snakecase = functools.lru_cache(1024)(stringcase.snakecase)

V2 = "https://datapackage.org/profiles/2.0/tableschema.json"

VALUES: dict[str, list[str]] = {
    "string": ["a", "b", "abc", "x y", "中文", "é", "😀", "A1", "ID0001", "a\nb", 'q"q', " lead", "tail ", "x" * 40],
    "integer": ["0", "1", "-1", "+1", "007", "12", "999999999999999999", "9223372036854775808", "1_000", "１２", " 3",
                "4 ", "1.0", "1e3", "0x10", "-0", "--1", "-", "5%", "€6", "١٢"],
    "number": ["0", "1", "1.0", "01", "-1.5", "+2", ".5", "5.", "1e3", "1E-2", "1e999999", "NaN", "Infinity", "-inf",
               "1,5", "1 000,5", "1.2.3", "$5", "5%", "1_0", "１.５", "0.30000000000000004", "0.3", "10",
               "100000000000"],
    "boolean": ["true", "false", "True", "FALSE", "1", "0", "yes", "no", "是", "否", "t"],
    "date": ["2020-01-01", "2020-02-29", "2021-02-29", "2020-1-5", "0001-01-01", "0000-01-01", "9999-12-31",
             " 2020-01-01", "２０２０-01-01", "20200101", "2020-01-01T00:00:00", "01/02/2020", "5 May 2020",
             "2019-12-31"],
    "time": ["10:00:00", "23:59:59", "24:00:00", "10:00", "10:00:00Z", "10:00:00+08:00", "10:00:00.5", "noon"],
    "datetime": ["2020-01-01T00:00:00", "2020-01-01T00:00:00Z", "2020-01-01T08:00:00+08:00", "2020-02-29T10:00:00",
                 "2021-02-29T10:00:00", "2020-01-31T23:59:59", "2020-04-31T00:00:00", "2020-01-01 00:00:00",
                 "2020-01-01T24:00:00", "2020-01-01T00:00:00.5", "0999-01-01T00:00:00", "2020-01-01T00:00"],
    "year": ["2020", "0000", "9999", "20", "20200", "+999", "１２３４", "-100", " 202"],
    "yearmonth": ["2020-01", "2020-13", "2020-1", "20-1", "2020", "-1-2"],
    "duration": ["P1Y", "P1M", "P1D", "PT24H", "PT0.5S", "P", "1 day", "-P1D"],
    "object": ["{}", '{"a": 1}', "[]", "{", '{"a": NaN}'],
    "array": ["[]", "[1, 2]", '["a"]', "[1, ", "{}", "[1, 2, 3, 4]"],
    "list": ["a,b", "1,2,3", "a", "", "1,,2", "true,false"],
    "geopoint": ["1,2", "180,90", "181,0", "[1, 2]", '{"lon": 1, "lat": 2}', "1", "a,b", "1.0, 2.00"],
    "geojson": ['{"type": "Point", "coordinates": [1, 2]}', "{}", '{"type": "Point"}', "x"],
    "any": ["a", "1", "中"],
}  # fmt: skip
FORMATED = {
    "email": ["a@b.cn", "a@b", "x", "first.last@mail-1.example.org", "A@b.cn", "a@@b.cn", "a@b.cn\n", "a@1.2",
              "é@b.cn"],
    "uri": ["http://a.cn/b", "a", "ftp://x", "http://", "https://a-b.cn/x/y?z=1&w=2", "http://a.cn:80", "http://[x]",
            "http://a b", "http://a.cn/\n"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000", "x",
             "123e4567e89b12d3a456426614174000", "00000000-0000-0000-0000-000000000000"],
    "binary": ["YQ==", "YQ", "*", ""],
    "wkt": ["POINT (1 2)", "POINT", "x"],
}  # fmt: skip
HOSTILE = [
    "",
    "",
    "",
    "NA",
    "-",
    "None",
    " ",
    "n/a",
    "0",
    "1",
    "\0",
    "﻿",
    "'",
    '"',
    "#",
    "nan",
    "sNaN",
    "\\",
    "x" * 3000,
]
FORMATS: dict[str, list[str]] = {
    "string": ["default", "default", "default", "email", "uri", "uuid", "binary"],
    "date": ["default", "default", "any", "%d/%m/%Y", "%Y%m%d"],
    "time": ["default", "any", "%H:%M"],
    "datetime": ["default", "default", "any", "%Y-%m-%d %H:%M:%S"],
    "geopoint": ["default", "array", "object"],
    "geojson": ["default", "topojson"],
}
PATTERNS = ["[a-z]+", "a|b", r"\w*", r"\d{1,4}", "ID[0-9]{4}", "(a|b|中文)+", "^x.*$", "[^a]*", r"(?=a).*", r"\S+",
            "a{,2}", r"[\w-]+\s?", "(?i:a)", ".*", r"\bx y\b", "x{5,50}", r"q\"q", r"[一-龥]+",
            r"(a)\1?", ""]  # fmt: skip
BOUNDED = {"integer", "number", "date", "time", "datetime", "year", "yearmonth"}
BOUND_VALUES: dict[str, list[Any]] = {
    "integer": [0, 1, "2", 10**18, -5, "10"],
    "number": [0, "0.3", 1.5, "-1", 10**11, 0.1],
    "date": ["2020-01-01", "2019-12-31", "0001-01-01"],
    "time": ["10:00:00", "12:00:00"],
    "datetime": ["2020-01-01T00:00:00", "2020-01-01T00:00:00Z"],
    "year": [2020, "0000", "2021"],
    "yearmonth": ["2020-01", "2021-02"],
}
KEYABLE = ["string", "integer", "number", "date", "boolean", "year", "datetime", "yearmonth", "any"]


@dataclass
class Case:
    """One table and how to read it. ``foreign``: records by resource name, columns first."""

    schema: dict[str, Any]
    content: bytes
    dialect: dict[str, Any] | None = None
    encoding: str | None = "utf-8"
    foreign: dict[str, list[list[str | None]]] = field(default_factory=dict)
    block_bytes: int = 1 << 20


def random_case(random: Random) -> Case:
    """A case: mostly plausible, sometimes hostile."""
    v2 = random.random() < 0.5
    fields = [_field(random, position, v2) for position in range(random.randint(1, 5))]
    schema: dict[str, Any] = {"fields": fields}
    if v2:
        schema["$schema"] = V2
    if random.random() < 0.4:
        schema["missingValues"] = random.sample(
            ["", "NA", "-", "0", "1", "None", "n/a", "2020-01-01"], random.randint(0, 3)
        )
    keyable = [spec["name"] for spec in fields if spec["type"] in KEYABLE or random.random() < 0.02]
    if keyable and random.random() < 0.4:
        schema["primaryKey"] = random.sample(keyable, random.randint(1, min(2, len(keyable))))
    foreign = _foreign_keys(random, schema, keyable) if keyable and random.random() < 0.25 else {}
    dialect = _dialect(random)
    content, encoding = _content(random, fields, dialect or {})
    return Case(schema, content, dialect, encoding, foreign, random.choice([64, 256, 4096, 1 << 20]))


def _field(random: Random, position: int, v2: bool) -> dict[str, Any]:
    kind = random.choice([*VALUES, "string", "integer", "number", "date"])
    spec: dict[str, Any] = {"name": f"f{position}", "type": kind}
    if kind in FORMATS and random.random() < 0.6:
        spec["format"] = random.choice(FORMATS[kind])
    constraints = _constraints(random, kind, v2)
    if constraints:
        spec["constraints"] = constraints
    if random.random() < 0.1:
        spec["missingValues"] = random.sample(["", "NA", "a", "0", "1"], random.randint(0, 2))
    if kind in {"integer", "number"} and random.random() < 0.15:
        spec["bareNumber"] = random.random() < 0.5
    if kind == "number" and random.random() < 0.2:
        spec.update(random.choice([{"groupChar": ","}, {"decimalChar": ","}, {"groupChar": " ", "decimalChar": ","},
                                   {"floatNumber": True}]))  # fmt: skip
    if kind == "boolean" and random.random() < 0.3:
        spec.update({"trueValues": ["是", "1"], "falseValues": ["否", "0"]})
    if kind == "list" and random.random() < 0.5:
        spec["itemType"] = random.choice(["integer", "string", "boolean", "date"])
    if kind == "array" and random.random() < 0.3:
        spec["arrayItem"] = {"type": "integer", "constraints": {"maximum": 2}}
    return spec


def _constraints(random: Random, kind: str, v2: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if random.random() < 0.25:
        constraints["required"] = random.random() < 0.8
    if (kind in KEYABLE and random.random() < 0.15) or random.random() < 0.01:
        constraints["unique"] = random.random() < 0.9
    if random.random() < 0.15 and kind != "list":
        constraints["enum"] = random.sample(VALUES[kind], min(3, len(VALUES[kind])))
    if kind == "string" and random.random() < 0.35:
        constraints["pattern"] = random.choice(PATTERNS)
    if kind in {"string", "array", "object"}:
        for name in ("minLength", "maxLength"):
            if random.random() < 0.15:
                constraints[name] = random.choice([0, 1, 2, 3, 5])
    if kind in BOUNDED:
        names = ["minimum", "maximum", *(["exclusiveMinimum", "exclusiveMaximum"] if v2 else [])]
        for name in names:
            if random.random() < 0.15:
                constraints[name] = random.choice(BOUND_VALUES[kind])
    return constraints


def _foreign_keys(random: Random, schema: dict[str, Any], keyable: list[str]) -> dict[str, list[list[str | None]]]:
    kinds = {spec["name"]: spec["type"] for spec in schema["fields"]}
    names = random.sample(keyable, random.randint(1, min(2, len(keyable))))
    if random.random() < 0.3:
        others = random.sample(keyable, len(names))
        schema["foreignKeys"] = [{"fields": names, "reference": {"resource": "", "fields": others}}]
        return {}
    columns = [f"k{position}" for position in range(len(names))]
    schema["foreignKeys"] = [{"fields": names, "reference": {"resource": "codes", "fields": columns}}]
    rows: list[list[str | None]] = [
        [random.choice([*VALUES[kinds[name]], "", "x"]) for name in names] for _ in range(random.randint(0, 12))
    ]
    return {"codes": [list(columns), *rows]}


def _dialect(random: Random) -> dict[str, Any] | None:
    if random.random() < 0.3:
        return None
    csv: dict[str, Any] = {"delimiter": random.choice([",", ",", ",", ";", "\t", "|"]), "quoteChar": '"',
                           "skipInitialSpace": False}  # fmt: skip
    dialect: dict[str, Any] = {"csv": csv}
    if random.random() < 0.1:
        csv["quoteChar"] = "'"
    if random.random() < 0.03:
        csv["escapeChar"] = "\\"
    if random.random() < 0.05:
        csv["skipInitialSpace"] = True
    if random.random() < 0.1:
        dialect["commentChar"] = "#"
    if random.random() < 0.05:
        dialect["commentRows"] = [random.randint(1, 5)]
    if random.random() < 0.1:
        dialect["skipBlankRows"] = True
    if random.random() < 0.1:
        dialect["headerRows"] = random.choice([[2], [1, 2]])
    if random.random() < 0.05:
        dialect["header"] = False
    return dialect


def _content(random: Random, fields: list[dict[str, Any]], dialect: dict[str, Any]) -> tuple[bytes, str | None]:
    delimiter = dialect.get("csv", {}).get("delimiter", ",")
    quote = dialect.get("csv", {}).get("quoteChar", '"') or '"'
    newline = random.choice(["\n", "\n", "\r\n", "\r"])
    header = [spec["name"] for spec in fields]
    if random.random() < 0.1:
        header = random.choice(
            [header[:-1], [*header, "more"], header[::-1], [header[0], *header[:-1]], [""] * len(header)]
        )
    lines = [delimiter.join(header)]
    clean = random.random() < 0.4
    rows: list[list[str]] = []
    for _ in range(random.choice([0, 1, 3, 8, 20, 60])):
        if rows and random.random() < 0.1:
            rows.append(list(random.choice(rows)))
        else:
            rows.append([random_cell(random, spec, clean=clean) for spec in fields])
        if random.random() < 0.04:
            rows[-1] = random.choice([rows[-1][:-1], [*rows[-1], "extra"], [], [""] * len(fields), rows[-1][:1]])
    for row in rows:
        lines.append(delimiter.join(_quoted(random, cell, delimiter, quote) for cell in row))
    text = newline.join(lines) + random.choice(["", newline, newline, newline * 2])
    encoding = random.choice(["utf-8"] * 12 + [None, "gb18030", "big5", "cp1252", "utf-8-sig", "utf-16"])
    content = text.encode(encoding or "utf-8", "ignore")
    if random.random() < 0.12:
        content = _damaged(random, content)
    return content, encoding


def random_cell(random: Random, spec: Mapping[str, Any], *, clean: bool) -> str:
    """A cell for a field: mostly of its type, unless ``clean`` sometimes of another or hostile."""
    if not clean and random.random() < 0.12:
        return random.choice(HOSTILE)
    if not clean and random.random() < 0.1:
        return random.choice(VALUES[random.choice(list(VALUES))])
    pool = FORMATED.get(spec.get("format", ""), VALUES[spec["type"]])
    if clean and spec["type"] in {"integer", "number"}:
        return str(random.randint(0, 99))
    return random.choice(pool)


def _quoted(random: Random, cell: str, delimiter: str, quote: str) -> str:
    if any(character in cell for character in (delimiter, quote, "\n", "\r")) and random.random() < 0.97:
        return quote + cell.replace(quote, quote * 2) + quote
    return quote + cell + quote if random.random() < 0.05 else cell


def _damaged(random: Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(random.randint(1, 4)):
        place = random.randint(0, len(data))
        action = random.random()
        if action < 0.6:
            data[place:place] = random.choice(
                [b'"', b"\r", b"\n", b",", b"\xff", b"\0", b" ", b"\\", b'""', b'\n"', b"\xef\xbb\xbf"]
            )
        elif action < 0.8:
            del data[place : place + random.randint(1, 3)]
        else:
            del data[place:]
    return bytes(data)


def expected(case: Case, path: Path) -> list[dict[str, Any]] | None:
    """Frictionless's error descriptors; ``None`` where it raises."""
    try:
        table = _table(case, path)
    except FrictionlessException as refused:
        return [error.to_descriptor() for error in refused.to_errors()]
    try:
        report = table.validate(limit_errors=10**9)
    except Exception:  # frictionless gives up on values it cannot compare or hash
        return None
    return [error.to_descriptor() for error in report.tasks[0].errors]


def _table(case: Case, path: Path) -> Any:
    options: dict[str, Any] = {"schema": Schema.from_descriptor(json.loads(json.dumps(case.schema)))}
    if case.dialect is not None:
        options["dialect"] = Dialect.from_descriptor(json.loads(json.dumps(case.dialect)))
    if case.encoding is not None:
        options["encoding"] = case.encoding
    if case.schema.get("$schema") == V2:
        options["schema_profile"] = "https://datapackage.org/profiles/2.0/dataresource.json"
    table = Resource(name="table", path=path.name, basepath=str(path.parent), scheme="file", format="csv", **options)
    kinds = {spec["name"]: spec for spec in case.schema["fields"]}
    others = []
    for name, records in case.foreign.items():
        key = case.schema["foreignKeys"][0]
        specs = [{**{k: v for k, v in kinds[source].items() if k != "constraints"}, "name": target}
                 for source, target in zip(key["fields"], key["reference"]["fields"], strict=True)]  # fmt: skip
        schema: dict[str, Any] = {k: case.schema[k] for k in ("$schema", "missingValues") if k in case.schema}
        schema["fields"] = specs
        others.append(Resource(name=name, data=records, format="inline", schema=Schema.from_descriptor(schema)))
    if others:
        table = Package(resources=[*others, table]).get_resource("table")
    return table


def compare(case: Case) -> tuple[str, str | None]:
    """The engine that judged, and what differs, if anything."""
    with tempfile.TemporaryDirectory() as folder:
        path, work = Path(folder) / "table.csv", Path(folder) / "work"
        path.write_bytes(case.content)
        work.mkdir()
        foreign = {name: _foreign(records) for name, records in case.foreign.items()}
        with mock.patch.object(csv_source, "BLOCK_BYTES", case.block_bytes):
            report = validate_file(
                path, case.schema, dialect=case.dialect, encoding=case.encoding, foreign=foreign, work=work
            )
            found = [error for error in report.errors if "#gongkai" not in error["tags"]]
        wanted = expected(case, path)
    if wanted is None:
        return "failed", None if report.engine == "reference" else "frictionless raised, the engine did not notice"
    for place, (one, other) in enumerate(zip(found, wanted, strict=False)):
        if one != other:
            return report.engine, f"error {place}: engine {one}\n   frictionless {other}"
    if len(found) != len(wanted):
        return report.engine, f"{len(found)} errors instead of {len(wanted)}: {[*found, *wanted][-1]}"
    return f"reference: {report.reason.text()}" if report.reason else "fast", None


def _foreign(records: list[list[str | None]]) -> ForeignTable:
    columns = records[0]
    return ForeignTable.of_records(
        lambda names: [tuple(row[columns.index(name)] for name in names) for row in records[1:]]
    )


def _run(seed: int) -> tuple[int, str, str | None]:
    case = random_case(Random(seed))
    try:
        engine, difference = compare(case)
    except Exception as problem:  # a crash of the engine is a finding like any other
        import traceback

        engine, difference = "crashed", f"{problem!r}\n" + "".join(traceback.format_tb(problem.__traceback__)[-3:])
    if difference is not None:
        difference = f"seed {seed}: {difference}\n   {case}"
    return seed, engine, difference


def main() -> int:
    """Run the cases and print what differs."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    engines: Counter[str] = Counter()
    wrong = 0
    with multiprocessing.Pool() as pool:
        results = pool.imap_unordered(_run, range(seed, seed + count), chunksize=50)
        for _, engine, difference in track(results, "cases", total=count):
            engines[engine] += 1
            if difference is not None:
                wrong += 1
                if wrong <= 20:
                    sys.stdout.write(f"{difference}\n")
            if not sys.stdout.isatty() and engines.total() % 5000 == 0:
                sys.stdout.write(f"{engines.total()} of {count} cases, {wrong} differ\n")
                sys.stdout.flush()
    for engine, number in engines.most_common():
        sys.stdout.write(f"{number:8} {engine}\n")
    sys.stdout.write(f"{count} cases, {wrong} differ\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
