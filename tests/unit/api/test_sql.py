"""``/sql``: strangers' statements reach the catalog's rows and nothing else, within limits."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apiserving import Answer, Site

from pipelines.core.paths import Workspace


def ask(site: Site, query: str) -> Answer:
    return site.ask(f"/sql?query={quote(query)}")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT count(*) AS n FROM parks.tree_inventory", [{"n": 12}]),
        ("SELECT count(*) AS n FROM parks.tree_inventory('1.0.0')", [{"n": 5}]),
        ("SELECT count(*) AS n FROM catalog.parks.tree_inventory(DATE '2026-04-01')", [{"n": 5}]),
        ("SELECT count(*) AS n FROM changes('tree_inventory', '1.2.0')", [{"n": 7}]),
        ("SELECT count(*) AS n FROM changes.tree_inventory('1.2.0')", [{"n": 7}]),
        ("SELECT district_name_en AS n FROM labelled.tree_inventory LIMIT 1", [{"n": "East"}]),
        ("WITH t AS (FROM codelists.district) SELECT count(*) AS n FROM t", [{"n": 2}]),
        ("SELECT 1 AS a, 2 AS a, 3 AS A", [{"a": 1, "a_1": 2, "A_2": 3}]),
        ("SELECT 123456789012345678901234567890::HUGEINT AS h, 0.10::DECIMAL(3,2) AS d",
         [{"h": 123456789012345678901234567890, "d": 0.1}]),
        ("SELECT [1, NULL] AS l, {'k': DATE '2026-01-01'} AS s, 'nan'::DOUBLE AS f, "
         "'x'::BLOB AS b, INTERVAL 1 DAY AS i",
         [{"l": [1, None], "s": {"k": "2026-01-01"}, "f": "nan", "b": "78", "i": "1 day"}]),
        ("SELECT TIMESTAMP '2026-01-01 08:00:00' AS t, NULL AS n", [{"t": "2026-01-01T08:00:00", "n": None}]),
        ("SELECT count(*) > 5 AS many FROM (SHOW TABLES)", [{"many": True}]),
        ("SELECT sum(x) AS n FROM range(4) t(x)", [{"n": 6}]),
        ('SELECT 1 AS "50%s", NULL AS "公开 \\ ""x""", \'"\' || chr(10) AS t',
         [{"50%s": 1, '公开 \\ "x"': None, "t": '"\n'}]),
    ],
)  # fmt: skip
def test_what_reads_the_catalog(site: Site, query: str, rows: list[dict[str, object]]) -> None:
    answer = ask(site, query)
    assert answer.status == 200, answer.body
    assert answer.json["rows"] == rows
    assert answer.json["complete"] is True
    assert answer.headers["cache-control"] == "no-store"


HOSTILE = [
    "FROM read_text('/etc/passwd')", "FROM read_csv('/etc/passwd')", "FROM '/etc/passwd'", "FROM \"/etc/passwd\"",
    "FROM read_blob('{root}/latest.json')", "FROM read_parquet('{root}/objects/*/*.parquet')", "FROM glob('{root}/**')",
    "FROM '{root}/objects/*/*.parquet'", "FROM \"{root}/objects/x\".parquet", "FROM objects.parquet",
    "SELECT * FROM 'x.csv', range(1)",
    "FROM parquet_metadata('{root}/objects/*/*.parquet')", "FROM sniff_csv('/etc/passwd')",
    "FROM read_duckdb('{root}/catalog.duckdb')",
    "WITH t AS (FROM read_text('/etc/passwd')) FROM t", "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "FROM query('FROM read_text(''/etc/passwd'')')", "FROM query_table('/etc/passwd')", "FROM query_table(['a', 'b'])",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "FROM arrow_scan(1::UBIGINT, 2::UBIGINT, 3::UBIGINT)",
    "FROM python_map_function(1)", "FROM pandas_scan(1)", "FROM main.glob('*')", "FROM system.main.glob('*')",
    "ATTACH '/etc/passwd' AS x", "ATTACH ':memory:' AS x", "DETACH catalog", "INSTALL httpfs", "LOAD httpfs",
    "USE memory",
    "COPY (SELECT 1) TO '{root}/x.csv'", "COPY parks.tree_inventory TO '{root}/../x'", "EXPORT DATABASE '{root}/../x'",
    "WITH x AS (COPY (SELECT 1) TO '{root}/x.csv') FROM x", "EXPLAIN ANALYZE COPY (SELECT 1) TO '{root}/x.csv'",
    "CREATE TABLE memory.t (a INT)", "INSERT INTO main.datasets SELECT * FROM main.datasets",
    "DROP VIEW parks.tree_inventory",
    "UPDATE main.datasets SET theme = 'x'", "DELETE FROM main.datasets", "CREATE MACRO f() AS 1",
    "CALL pragma_version()",
    "SET lock_configuration = false", "SET enable_external_access = true", "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "PRAGMA enable_profiling", "SET VARIABLE catalog_root = '/'", "CHECKPOINT", "BEGIN", "VACUUM",
    "PREPARE v AS SELECT 1",
    "SELECT getenv('PATH')", "SELECT current_setting('temp_directory')", "SELECT getvariable('catalog_root')",
    "FROM duckdb_settings()", "FROM duckdb_databases", "FROM duckdb_secrets()", "FROM pg_catalog.pg_settings",
    "FROM pragma_database_list",
    "SELECT 1; SELECT 2", "SELECT 1; DROP VIEW parks.tree_inventory", "DESCRIBE '/etc/passwd'",
    "SUMMARIZE '/etc/passwd'",
    "SELECT write_log('x')", "FROM which_secret('s3://x', 's3')", "FROM read_json('/proc/self/environ')",
    "FROM parks.\"../x.parquet\"", "SELECT * FROM parks.read_text('/etc/passwd')", "", "  ", "-- nothing", "\0",
    "SELECT '\0'",
    "SELEC 1", "SELECT " + "(" * 2_000 + "1" + ")" * 2_000, "SELECT error('x')", "SELECT * FROM parks.bench_inventory",
    "FROM parks.tree_inventory('1.1.0')",
]  # fmt: skip


def test_what_does_anything_else_is_refused(site: Site, workspace: Workspace) -> None:
    def stored() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in workspace.catalog.rglob("*")}

    root, before = str(workspace.catalog).replace("'", "''"), stored()
    for query in HOSTILE:
        statement = query.replace("{root}", root)
        answer = ask(site, statement)
        assert answer.status == 400, (query, answer.body)
        assert answer.json["type"].partition("#")[2] in {"query-refused", "query-failed", "no-query"}, query
        assert b"root:" not in answer.body, query
        # Whoever names the folder may be told its name.
        assert "{root}" in query or str(workspace.data) not in answer.body.decode(), query
    assert stored() == before
    assert not (workspace.data / "x").exists()


@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t",
        "SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE hash(a.range, b.range) = 1",
        "SELECT list(range::VARCHAR || 'x') FROM range(100000000)", "SELECT repeat('x', 4000000000)",
        "SELECT repeat(repeat('x', 1000000), 1000) FROM range(1000)",
    ],
)  # fmt: skip
def test_statements_without_end(quick: Site, query: str) -> None:
    answer = ask(quick, query)
    # Which limit it meets first depends on the machine.
    assert answer.status == 422
    assert answer.json["type"].partition("#")[2] in {"query-time", "query-memory"}
    assert ask(quick, "SELECT 1").status == 200


def test_a_result_is_cut_aloud(site: Site) -> None:
    for form in ("json", "csv"):
        answer = site.ask(f"/sql?{urlencode({'query': 'FROM range(11)', 'format': form})}", Accept_Language="zh")
        assert (answer.headers["gongkai-complete"], answer.headers["gongkai-rows"]) == ("false", "10")
        assert unquote(answer.headers["gongkai-notice"]).startswith("UTF-8''结果还有更多行")
    assert len(ask(site, "FROM range(11)").json["rows"]) == 10
    assert "first 10" in ask(site, "FROM range(11)").json["notice"]
    whole = site.ask(f"/sql?{urlencode({'query': 'FROM range(11)', 'limit': 11})}")
    assert (len(whole.json["rows"]), whole.json["complete"], whole.json["notice"]) == (11, True, None)


def test_bytes_are_bounded_too(quick: Site) -> None:
    answer = ask(quick, f"SELECT repeat('x', {(1 << 20) // 4}) AS x FROM range(10)")
    assert answer.json["complete"] is False
    assert 0 < len(answer.json["rows"]) < 10
    assert ask(quick, f"SELECT repeat('x', {1 << 21}) AS x").json["type"] == "/api/v1/#query-large"


def test_formats(site: Site) -> None:
    def result(form: str) -> bytes:
        query = "SELECT [1, 2] AS l, 'a' AS t, INTERVAL 1 DAY AS i"
        return site.ask(f"/sql?{urlencode({'query': query, 'format': form})}").body

    expected = {"l": [1, 2], "t": "a", "i": "1 day"}
    assert pa.ipc.open_stream(result("arrow")).read_all().to_pylist() == [expected]
    assert pq.read_table(io.BytesIO(result("parquet"))).to_pylist() == [expected]
    assert result("csv").decode() == '"l","t","i"\n"[1, 2]","a","1 day"\n'
    assert json.loads(result("ndjson")) == expected


def test_ways_to_post(site: Site) -> None:
    def posted(body: bytes, kind: str) -> Answer:
        return site.ask("/sql", "POST", body, Content_Type=kind)

    for body, kind in (
        (b'{"query": "SELECT 1 AS a", "limit": 1}', "application/json; charset=utf-8"),
        (b"SELECT 1 AS a", "application/sql"),
        (b"SELECT 1 AS a", "text/plain"), (b"query=SELECT+1+AS+a", "application/x-www-form-urlencoded"),
    ):  # fmt: skip
        assert posted(body, kind).json["rows"] == [{"a": 1}]
    for body, status in ((b"{", 400), (b"[1]", 400), (b'{"query": 1.5}', 400), (b'{"other": "x"}', 400), (b"{}", 400),
                         (b'{"query": "SELECT \'\\ud800\'"}', 400), (b"[" * 60_000, 400), (b"\xff", 400)):  # fmt: skip
        assert posted(body, "application/json").status == status
    assert posted(b"SELECT 1", "text/csv").json["type"] == "/api/v1/#media-type"
    assert posted(b"\xff\xfe", "application/sql").status == 400
    assert posted(b"SELECT " + b"1" * 100_000, "application/sql").json["type"] == "/api/v1/#too-large"


def test_processes_of_queries_load_no_pandas() -> None:
    program = """
import sys
import duckdb
from pipelines.api.sandbox import nursery
from pipelines.api.sandbox.formats import Sink, writer
for form in ("json", "ndjson", "csv", "arrow", "parquet"):
    reader = duckdb.sql("SELECT 1 AS a, 'x' AS c, 1.5::DOUBLE AS b, DATE '2026-01-01' AS d").to_arrow_reader(10)
    writing = writer(form, Sink(), reader.schema)
    for batch in reader:
        writing.write(batch)
    writing.close()
print([name for name in ("pandas", "starlette") if name in sys.modules])
"""
    told = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert told.stdout == "[]\n", told.stderr
