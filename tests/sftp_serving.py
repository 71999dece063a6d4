"""An SFTP server on 127.0.0.1 for tests: it gives the files of a folder."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_EOF, SFTP_PERMISSION_DENIED

USER, PASSWORD = "reader", "hush hush"


class SftpServer:
    """What the server does. ``reads``: where every read so far began; ``reading`` is called with what one gives."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self.users_key: paramiko.PKey | None = None
        self.reading: Callable[[bytes], bytes] = lambda block: block
        self.most = 1 << 15
        self.reads: list[int] = []
        self.logins: list[str] = []
        self.transports: list[paramiko.Transport] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"sftp://{USER}@{self.host}{path}"

    def hang_up(self) -> None:
        """End all connections."""
        for transport in self.transports:
            transport.sock.close()


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.logins.append(username)
        return _result((username, password) == (USER, PASSWORD))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.server.logins.append(username)
        return _result(username == USER and key == self.server.users_key)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


def _result(allowed: bool) -> int:
    return AUTH_SUCCESSFUL if allowed else AUTH_FAILED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, server: SftpServer, path: Path) -> None:
        super().__init__()
        self.server, self.stream = server, path.open("rb")

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.stream.fileno()))

    def read(self, offset: int, length: int) -> bytes | int:
        self.server.reads.append(offset)
        self.stream.seek(offset)
        return self.server.reading(self.stream.read(min(length, self.server.most))) or SFTP_EOF

    def close(self) -> None:
        self.stream.close()


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, interface: paramiko.ServerInterface, server: SftpServer) -> None:
        super().__init__(interface)
        self.server = server

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(os.lstat(self._path(path)))
        except OSError as problem:
            return paramiko.SFTPServer.convert_errno(problem.errno or 0)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        if "forbidden" in path:
            return SFTP_PERMISSION_DENIED
        return _Handle(self.server, self._path(path))

    def _path(self, path: str) -> Path:
        return self.server.root / path.lstrip("/")


@contextlib.contextmanager
def sftp_serving(root: Path) -> Iterator[SftpServer]:
    """A server in threads of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = SftpServer(root, listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            server.transports.append(transport)
            transport.add_server_key(server.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, server)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Login(server))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in server.transports:
            transport.close()
