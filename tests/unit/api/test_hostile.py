"""Requests that nobody sends by mistake: each is answered or cut off in time, and all others are answered as before."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from apiserving import SMALL, Answer, Site, site_of
from processes import children, command_of

from pipelines.catalog import Limits
from pipelines.core.paths import Workspace

LIMITS = replace(
    SMALL, query=Limits(seconds=1, memory=256, threads=1), header_seconds=1, body_seconds=1, send_seconds=1,
    connections=400, queries_of_client=2,
)  # fmt: skip
ROWS = "/api/v1/datasets/tree_inventory/rows"


@pytest.fixture(scope="module")
def guarded(workspace: Workspace) -> Iterator[Site]:
    with site_of(workspace.catalog, LIMITS) as running:
        yield running


def ask(site: Site, query: str) -> Answer:
    return site.ask("/sql", "POST", query.encode(), Content_Type="application/sql")


def ended(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    received = b""
    try:
        while block := connection.recv(65_536):
            received += block
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\r\n" * 100,
        b"\0" * 1000,
        b"GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET //evil.example/%2f.. HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 1e9\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
        b"A" * 100_000 + b" / HTTP/1.1\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request(guarded: Site, request_bytes: bytes) -> None:
    with guarded.connect() as connection:
        connection.sendall(request_bytes)
        received = ended(connection)
    assert not received or re.match(rb"HTTP/1\.1 [1234]\d\d ", received), received[:200]
    assert b"Traceback" not in received
    assert guarded.ask("/latest.json").status == 200


def test_a_request_that_comes_byte_by_byte_is_cut_off(guarded: Site) -> None:
    for beginning in (b"", b"POST /sql HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n"):
        with guarded.connect() as connection:
            connection.sendall(beginning)
            connection.settimeout(0.05)
            received, sent = b"", 0
            while not received and sent < 400:
                try:
                    connection.sendall(b"G")
                    sent += 1
                    received = connection.recv(64) or b"closed"
                except TimeoutError:
                    continue
                except OSError:
                    received = b"closed"
        assert received == b"closed" or received.startswith(b"HTTP/1.1 4")
        assert sent < 400


def test_who_reads_no_result_holds_none_for_long(guarded: Site) -> None:
    assert ask(guarded, "SELECT 1").status == 200
    before = children()
    held = [guarded.connect() for _ in range(2)]
    query = quote("SELECT repeat('x', 1000000) AS x FROM range(30)")
    for connection in held:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /sql?limit=30&query={query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    # Both places of this client are taken, until the server gives up waiting.
    while ask(guarded, "SELECT 1").status != 200:
        pass
    for connection in held:
        connection.close()
    assert not {pid for pid in children() - before if "nursery" in command_of(pid)}


def test_hundreds_of_connections_keep_nobody_out_for_long(guarded: Site) -> None:
    idle = [guarded.connect() for _ in range(350)]
    assert guarded.ask("/latest.json").status == 200
    idle += [guarded.connect() for _ in range(150)]
    assert guarded.ask("/latest.json").status in {200, 503}
    for connection in idle:
        assert ended(connection) in {b"", b"Service Unavailable"}
        connection.close()
    assert guarded.ask("/latest.json").status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "FOO", "get"])
@pytest.mark.parametrize(
    "path", ["/sql?query=SELECT+1", ROWS, "/api/v1/datasets", "/api/3/action/package_list", "/latest.json"]
)
def test_other_methods_do_nothing(guarded: Site, method: str, path: str) -> None:
    assert guarded.ask(path, method).status == 405


@pytest.mark.parametrize(
    "parameters",
    [
        "%ff=%fe",
        "tree_id=%ff",
        "tree_id%5B%ff%5D=1",
        "columns=%00",
        "cursor=%ff",
        "cursor=" + "A" * 8_000,
        "limit=1e9",
        "limit=99999999999999999999",
        "limit=-1",
        "limit=%D9%A1",
        "sort=" + "-" * 500,
        "sort=" + "tree_id," * 900,
        "as_of=9999-99-99",
        "as_of=2026-04-01T00:00:00%2B99:99",
        "version=" + "9" * 300,
        "version=1.0.0%00",
        "format=../x",
        "=",
        "&&&&",
        "a" * 9_000,
        "&".join(f"tree_id[ne]=T{number}" for number in range(60)),
        "tree_id[in]=" + "T,T," * 1_000,
        "height=1e999",
        "height=NaN",
        "planted=0000-00-00",
        "species[contains]=" + "%25" * 2_000,
        "tree_id='; DROP TABLE x; --",
        'columns="; SELECT 1',
        "limit=5&limit=6",
        "version=1.0.0&as_of=2026-04-01",
    ],
)
def test_parameters_that_make_no_sense(guarded: Site, parameters: str) -> None:
    for path in (ROWS, "/sql", "/api/v1/datasets", "/api/3/action/datastore_search"):
        answer = guarded.ask(f"{path}?{parameters.replace(' ', '%20')}")
        assert answer.status < 500, answer.body


#: Beside what ``test_sql`` has: other names of what reads files, reaches out, or changes the server.
REFUSED = [
    "FROM read_csv_auto('/etc/passwd')",
    "FROM read_json_auto('/etc/passwd')",
    "FROM read_ndjson_objects('/etc/passwd')",
    "FROM parquet_schema('/x')",
    "FROM parquet_kv_metadata('/x')",
    "FROM parquet_file_metadata('/x')",
    "FROM parquet_scan('/x')",
    "FROM sqlite_scan('/x', 'y')",
    "FROM postgres_scan('host=127.0.0.1', 'a', 'b')",
    "FROM iceberg_scan('/x')",
    "FROM delta_scan('/x')",
    "FROM st_read('/x')",
    "FROM arrow_scan_dumb(1, 2, 3)",
    "FROM seq_scan('x')",
    "FROM checkpoint()",
    "FROM force_checkpoint('catalog')",
    "FROM sql_auto_complete('SEL')",
    "FROM duckdb_logs",
    "FROM duckdb_logs()",
    "CALL enable_logging()",
    "CALL truncate_duckdb_logs()",
    "FROM 'https://example.org/x.parquet'",
    "FROM 's3://bucket/x.parquet'",
    "FROM 'gongkai://catalog/objects/x.parquet'",
    "FROM read_parquet('https://example.org/x')",
    "ATTACH 'https://example.org/x.duckdb'",
    "INSTALL x FROM 'http://127.0.0.1:1'",
    "LOAD '/tmp/x.duckdb_extension'",
    "FORCE INSTALL httpfs",
    "UPDATE EXTENSIONS",
    "CREATE SECRET (TYPE s3)",
    "DROP SECRET x",
    "IMPORT DATABASE '/x'",
    "COPY FROM DATABASE catalog TO memory",
    "COPY parks.tree_inventory FROM '/etc/passwd'",
    "CREATE OR REPLACE TEMP TABLE t AS SELECT 1",
    "CREATE TEMP MACRO m(x) AS TABLE SELECT * FROM read_text(x)",
    "CREATE TYPE t AS INT",
    "CREATE VIEW v AS SELECT 1",
    "CREATE SEQUENCE s",
    "ALTER TABLE main.datasets ADD COLUMN x INT",
    "COMMENT ON TABLE main.datasets IS 'x'",
    "ANALYZE",
    "FORCE CHECKPOINT",
    "EXECUTE v",
    "DEALLOCATE v",
    "ROLLBACK",
    "COMMIT",
    "USE catalog.main",
    "SET GLOBAL threads = 100",
    "SET SESSION search_path = 'main'",
    "SET TimeZone = 'UTC'",
    "RESET ALL",
    "PRAGMA database_list",
    "PRAGMA version",
    "PRAGMA memory_limit='1TB'",
    "MERGE INTO main.datasets USING main.datasets d ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO main.datasets VALUES (1) RETURNING *",
    "WITH x AS (DELETE FROM main.datasets RETURNING *) FROM x",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM (FROM query_table('main.datasets'))",
    "SELECT 1 WHERE EXISTS (FROM glob('/*'))",
    "SELECT (SELECT count(*) FROM read_blob('/etc/*'))",
    "FROM range(1), LATERAL (FROM glob('/*'))",
    "PIVOT (FROM glob('/*')) ON file",
    "SELECT * FROM range(1) SEMI JOIN glob('/*') ON true",
    "FROM (VALUES (1)) UNION ALL FROM glob('/*')",
    "SUMMARIZE FROM glob('/*')",
    "DESCRIBE FROM read_csv('/etc/passwd')",
    "SHOW ALL TABLES FROM '/etc'",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE FROM glob('/*')",
    "SELECT getenv('HOME')",
    "SELECT main.getenv('HOME')",
    "SELECT system.main.getenv('HOME')",
    "SELECT list_transform(['HOME'], lambda x: getenv(x))",
    "SELECT list_apply(['x'], lambda x: current_setting(x))",
    "SELECT sleep_ms(100000)",
    "SELECT nextval('s')",
]


def test_what_reaches_further_is_refused(guarded: Site) -> None:
    for query in REFUSED:
        answer = ask(guarded, query)
        assert answer.status == 400, (query, answer.body)
        assert b"root:" not in answer.body and b"/root" not in answer.body, query


#: What would take for ever, or all memory: planning, reading and writing alike. All fit into a request.
BOMBS = [
    "SELECT count(*) FROM generate_series(1, 1000000000000) t(x) WHERE hash(x) = 1",
    "SELECT max(x) FROM unnest(range(10000000000)) t(x)",
    "SELECT sum(hash(a.x, b.x)) FROM generate_series(1, 1000000) a(x), generate_series(1, 1000000) b(x)",
    "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a FROM t) SELECT count(*) FROM t",
    "WITH RECURSIVE t AS (SELECT 'x' AS a UNION ALL SELECT a || a FROM t) SELECT max(length(a)) FROM t",
    "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT b.a FROM t, t AS b) SELECT count(*) FROM t",
    "SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)",
    "SELECT list(range(1000000)) FROM range(100000)",
    "SELECT repeat('x', 1000000000000)",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT array_to_string(range(1000000000), 'x')",
    "SELECT printf('%2000000000d', 1)",
    "SELECT list_resize([1], 100000000000)",
    "SELECT map(range(100000000), range(100000000))",
    "SELECT count(DISTINCT x || repeat('y', 1000)) FROM range(100000000) t(x)",
    "SELECT x FROM range(1000000000) t(x) ORDER BY hash(x) LIMIT 1",
    "SELECT count(*) FROM (FROM range(100000000) t(x) WINDOW w AS (ORDER BY hash(x)) SELECT rank() OVER w)",
    "SELECT 1" + "".join(f", (SELECT count(*) FROM range(100000000) t{n}(x) WHERE hash(x) = {n})" for n in range(200)),
    "WITH "
    + ", ".join(["a0 AS (SELECT 1 AS x)", *(f"a{n} AS (SELECT l.x FROM a{n - 1} l, a{n - 1} r)" for n in range(1, 40))])
    + " SELECT count(*) FROM a39",
    "SELECT " + "list_transform([1], lambda x: " * 14 + "x" + ")" * 14,
    "SELECT * FROM " + ", ".join(f"range(3) t{n}" for n in range(60)),
    "SELECT " + "-" * 1 + "- " * 15_000 + "1",
    "SELECT " + "NOT " * 12_000 + "true",
    "SELECT " + "[" * 5_000 + "]" * 5_000,
    "SELECT " + "CASE WHEN true THEN " * 2_500 + "1" + " END" * 2_500,
    "SELECT " + "1 + " * 15_000 + "1",
    "SELECT " + "'a' || " * 8_000 + "'a'",
    "SELECT * FROM " + "(SELECT * FROM " * 3_000 + "range(1)" + ")" * 3_000,
    "SELECT 1" + " UNION ALL SELECT 1" * 3_000,
    "SELECT 1 IN (" + "1," * 30_000 + "1)",
    "SELECT " + ", ".join(["1"] * 20_000),
    "SELECT '" + "x" * 60_000 + "'",
    "SELECT regexp_matches(repeat('a', 10000), '" + "(a*)*" * 500 + "b')",
    "SELECT * FROM range(1) GROUP BY CUBE (" + ", ".join(["range"] * 20) + ")",
    "SELECT {" + ", ".join(f"'k{n}': {n}" for n in range(4_000)) + "}",
    "SELECT 1::" + "STRUCT(a " * 2_000 + "INT" + ")" * 2_000,
    "SELECT x'" + "zz" * 100 + "'",
    "SELECT 9" + "9" * 60_000,
    "SELECT 1e" + "9" * 60_000,
    'SELECT 1 AS "' + "a" * 60_000 + '"',
]


def test_bombs_end_in_time(guarded: Site) -> None:
    assert ask(guarded, "SELECT 1").status == 200
    before = children()
    for query in BOMBS:
        answer = ask(guarded, query)
        assert answer.status in {200, 400, 422}, (query[:100], answer.status, answer.body[:300])
        assert len(answer.body) < 4 << 20, query[:100]
        assert ask(guarded, "SELECT 1").status == 200, query[:100]
    assert not {pid for pid in children() - before if "nursery" in command_of(pid)}
