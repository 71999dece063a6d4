"""Mail over SMTP (RFC 5321, submission RFC 6409), encrypted from the start or by STARTTLS (RFC 3207)."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Collection, Iterator

from pipelines.fetching.deadline import Deadline
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.lines import line_to
from pipelines.notifying.errors import NotTold, reaching, secret
from pipelines.notifying.notices import Notice
from pipelines.registry.escalation import MailWay


def send_mail(way: MailWay, notice: Notice, receiver: str, private_hosts: Collection[str], seconds: float) -> None:
    """Hand a notice to the mail server.

    Args:
        way: the server, and how it is spoken to.
        notice: what is told.
        receiver: the address it goes to.
        private_hosts: hosts that lie in a network of one's own; the server may be one.
        seconds: after which it is given up.

    Raises:
        NotTold: the server cannot be reached, is not who it should be, or does not take the login or the message.
    """
    # What opens the server is looked up first: without it nobody has to be reached.
    login = [secret(variable) for variable in (way.user_variable, way.password_variable) if variable is not None]
    message = notice.mail(way.sender, receiver)
    deadline, policy = Deadline(seconds), HostPolicy((), private_hosts)
    with reaching(), contextlib.ExitStack() as stack:
        line = stack.enter_context(line_to(way.host, way.port, policy.addresses(way.host, way.port), deadline))
        stack.enter_context(_answers(way.host))
        context = ssl.create_default_context()
        if way.security == "tls":
            line = stack.enter_context(context.wrap_socket(line, server_hostname=way.host))
        server = stack.enter_context(_OverLine(way, line))
        if way.security == "starttls":
            # Refused where the server does not offer it: what stands in between could have taken the offer out.
            server.starttls(context=context)
        if login:
            server.login(*login)
        server.send_message(message)


class _OverLine(smtplib.SMTP):
    """SMTP over a line that there is already: the library would look the host up again."""

    def __init__(self, way: MailWay, line: socket.socket) -> None:
        self._line = line
        # By its own name the library would ask the name service for this machine's.
        super().__init__(way.host, way.port, local_hostname=way.sender.rpartition("@")[2])

    def _get_socket(self, *_: object) -> socket.socket:
        return self._line


@contextlib.contextmanager
def _answers(host: str) -> Iterator[None]:
    """What servers say is not repeated: it may quote what they were told."""
    try:
        yield
    except ssl.SSLCertVerificationError as problem:
        raise NotTold("notify-certificate", host=host, reason=problem.verify_message) from None
    except smtplib.SMTPNotSupportedError:
        raise NotTold("notify-mail-unsupported", host=host) from None
    except smtplib.SMTPAuthenticationError as problem:
        raise NotTold("notify-mail-login", host=host, code=problem.smtp_code) from None
    except smtplib.SMTPRecipientsRefused as problem:
        codes = ", ".join(sorted({str(code) for code, _ in problem.recipients.values()}))
        raise NotTold("notify-mail-receiver", host=host, code=codes) from None
    except smtplib.SMTPResponseException as problem:
        raise NotTold("notify-mail-refused", host=host, code=problem.smtp_code) from None
    except (smtplib.SMTPException, OSError) as problem:
        raise NotTold("notify-connection", host=host, reason=type(problem).__name__) from None
    except ValueError as problem:  # a login that is not ASCII among them; the error would quote it
        raise NotTold("notify-mail-unwritable", host=host, reason=type(problem).__name__) from None
