"""``gongkai serve`` as it is typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection

import pytest

from pipelines.core.paths import CATALOG_VARIABLE, DATA_VARIABLE, Workspace


def command(workspace: Workspace, *options: str, **more: str) -> subprocess.Popen[str]:
    environment: Mapping[str, str] = {**os.environ, DATA_VARIABLE: str(workspace.data), "GONGKAI_LANG": "en", **more}
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "serve", *options], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_it_serves_until_it_is_interrupted(workspace: Workspace) -> None:
    process = command(workspace, "--port", "0", "--base-url", "https://data.example/city/")
    assert process.stdout is not None
    told = re.search(r"http://127\.0\.0\.1:([0-9]+)", process.stdout.readline())
    assert told
    connection = HTTPConnection("127.0.0.1", int(told[1]), timeout=30)
    connection.request("GET", "/api/3/action/package_show?id=tree_inventory")
    package = json.loads(connection.getresponse().read())["result"]
    assert package["url"] == "https://data.example/city/api/v1/datasets/tree_inventory"
    connection.request("GET", "/sql?query=SELECT+1+AS+a")
    assert json.loads(connection.getresponse().read())["rows"] == [{"a": 1}]
    connection.close()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [(line["request"]["path"], line["request"]["status"]) for line in lines] == [
        ("/api/3/action/package_show", 200), ("/sql", 200),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (["--base-url", "data.example"], {}, "--base-url"), (["--port", "70000"], {}, "--port"),
        ([], {CATALOG_VARIABLE: "s3://bucket/catalog", "AWS_ENDPOINT": "http://127.0.0.1:9", "AWS_REGION": "a",
              "AWS_ALLOW_HTTP": "true"}, "s3://bucket/catalog"),
    ],
)  # fmt: skip
def test_what_cannot_be_served(
    workspace: Workspace, options: list[str], environment: dict[str, str], told: str
) -> None:
    process = command(workspace, *options, **environment)
    _, errors = process.communicate(timeout=120)
    assert process.returncode in {2, 3}
    assert told in errors
