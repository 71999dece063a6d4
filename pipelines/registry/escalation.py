"""``escalation.yaml``: who is told of overdue disclosures, and by which way. Without the file nobody is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.core.messages import Message
from pipelines.core.web_addresses import is_listed, taken_apart
from pipelines.registry.base import Descriptor
from pipelines.registry.problems import Key, Problem, line_of
from pipelines.registry.sources import HostName, Variable, WebAddress

ESCALATION = "escalation.yaml"
#: One mailbox: nothing that mail programs give another meaning (lists, comments, quoted names).
_MAILBOX = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}"
MailAddress = Annotated[str, Field(pattern=f"^{_MAILBOX}$")]


def is_mail_address(text: str) -> bool:
    """Tell whether a text is one mailbox as :data:`MailAddress` has it."""
    return re.fullmatch(_MAILBOX, text) is not None


class MailWay(Descriptor):
    """A mail server that takes messages in (RFC 6409)."""

    host: Annotated[HostName, Field(pattern=r"^[^:\[\]]+$")]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the line is encrypted; ``none`` is for a relay of one's own and without a login."""
    sender: MailAddress
    user_variable: Variable | None = None
    password_variable: Variable | None = None

    @model_validator(mode="after")
    def _login(self) -> MailWay:
        if (self.user_variable is None) != (self.password_variable is None):
            raise ValueError("user_variable and password_variable go together")
        if self.security == "none" and self.user_variable is not None:
            raise ValueError(
                "a password is not sent over a line that is not encrypted: set security to starttls or tls"
            )
        return self


class WebhookWay(Descriptor):
    """An address that takes JSON. An address that is a secret itself comes from the environment."""

    url: WebAddress | None = None
    url_variable: Variable | None = None
    token_variable: Variable | None = None
    """Sent as ``Authorization: Bearer``."""

    @model_validator(mode="after")
    def _one_address(self) -> WebhookWay:
        if (self.url is None) == (self.url_variable is None):
            raise ValueError("give exactly one of url and url_variable")
        if self.token_variable is not None and self.url is not None and not self.url.startswith("https://"):
            raise ValueError("a token is sent to https addresses only")
        return self


class EscalationDescriptor(Descriptor):
    """How overdue disclosures are escalated."""

    stages: Annotated[tuple[Annotated[int, Field(ge=0, le=3660)], ...], Field(min_length=1, max_length=10)] = (0,)
    """Days after the due date at which somebody is told; 0: as soon as it is overdue."""
    hosts: tuple[HostName, ...] = ()
    """Hosts that the webhook may be on; without a port, those of http and https."""
    private_hosts: tuple[HostName, ...] = ()
    """Hosts, by name or address, that lie in a network of one's own; the mail server may be one."""
    mail: MailWay | None = None
    webhook: WebhookWay | None = None

    @field_validator("stages")
    @classmethod
    def _ascending(cls, stages: tuple[int, ...]) -> tuple[int, ...]:
        if list(stages) != sorted(set(stages)):
            raise ValueError("stages are written in ascending order, each once")
        return stages

    @model_validator(mode="after")
    def _some_way(self) -> EscalationDescriptor:
        if self.mail is None and self.webhook is None:
            raise ValueError("give mail, webhook or both")
        return self


def escalation_problems(escalation: EscalationDescriptor, lines: Mapping[Key, int]) -> Iterator[Problem]:
    """What would keep messages from being handed over; mail goes out although the webhook cannot be reached.

    Args:
        escalation: the descriptor.
        lines: lines of its keys.
    """
    url = escalation.webhook.url if escalation.webhook is not None else None
    if url is None:
        return
    target = taken_apart(url)
    if not is_listed(escalation.hosts, target.host, target.port, is_default_port=target.is_default_port):
        message, remedy = (Message(f"check-escalation-host{end}", {"host": target.host_header})
                           for end in ("", "-remedy"))  # fmt: skip
        yield Problem(ESCALATION, message, remedy, "webhook.url", line_of(("webhook", "url"), lines))
