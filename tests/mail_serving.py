"""A mail server on 127.0.0.1 for tests: aiosmtpd, which keeps what it takes in."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "gongkai", "hush-hush"


@dataclass
class MailServer:
    """``taken``: envelopes' receivers and messages. ``answer``: what it says to a message; ``250 …`` takes it."""

    port: int = 0
    answer: str = "250 OK"
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append((envelope.rcpt_tos, message))
        return self.answer


@contextlib.contextmanager
def mail_serving(certificate: Path | None = None, *, login: bool = False, tls: bool = False) -> Iterator[MailServer]:
    """A mail server in a thread of its own.

    With ``certificate`` it offers STARTTLS, or with ``tls`` speaks TLS from the start; with ``login`` it wants one.
    """
    server = MailServer()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def authenticate(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        ok = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=ok, handled=False)  # the server answers

    # aiosmtpd's controllers know no ports that the system chooses.
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def session() -> SMTP:
        return SMTP(server, hostname="localhost", tls_context=None if tls else context, loop=loop,
                    require_starttls=context is not None and not tls, auth_required=login, auth_require_tls=not tls,
                    authenticator=authenticate if login else None)  # fmt: skip

    async def listen() -> asyncio.Server:
        return await loop.create_server(session, "127.0.0.1", 0, ssl=context if tls else None)

    listener = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        server.port = listener.sockets[0].getsockname()[1]
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listener: asyncio.Server) -> None:
    listener.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
