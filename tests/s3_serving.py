"""S3-compatible servers on 127.0.0.1, each in a process of its own: moto, and OpenStack Swift with files on disk.

::

    with s3_server("moto") as server:
        environment.update(server.environment)
        store = open_store(server.fresh_bucket(), cache)

How a bucket's name begins says what is wrong with it; see ``s3_moto.py`` and ``s3_swift.py``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KINDS = ("moto", "swift")
ACCESS_KEY, SECRET = "test:publisher", "hush+hush"
REGION = "us-east-1"


@dataclass(frozen=True)
class S3Server:
    """A running server and the variables that lead clients to it."""

    environment: Mapping[str, str]

    def fresh_bucket(self, beginning: str = "catalog") -> str:
        """The URL of a new bucket."""
        name = f"{beginning}-{secrets.token_hex(6)}"
        request = AWSRequest("PUT", f"{self.environment['AWS_ENDPOINT']}/{name}")
        request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
        SigV4Auth(Credentials(ACCESS_KEY, SECRET), "s3", REGION).add_auth(request)
        signed = urllib.request.Request(request.url, method="PUT", headers=dict(request.headers.items()))  # noqa: S310
        with urllib.request.urlopen(signed) as answer:  # noqa: S310
            assert answer.status == 200
        return f"s3://{name}"


@contextlib.contextmanager
def s3_server(kind: str = "moto") -> Iterator[S3Server]:
    """A server of that kind. It ends with the block, or with this process."""
    script = Path(__file__).with_name(f"s3_{kind}.py")
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", script, folder, ACCESS_KEY, SECRET],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        )  # fmt: skip
        with process:
            assert process.stdin is not None and process.stdout is not None
            try:
                port = int(process.stdout.readline())
                yield S3Server({
                    "AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": REGION,
                    "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                })  # fmt: skip
            finally:
                process.kill()
