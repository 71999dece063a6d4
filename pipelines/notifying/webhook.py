"""JSON to an address of the web."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.fetching.connections import answer
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.hosts import HostPolicy
from pipelines.notifying.errors import NotTold, reaching, secret
from pipelines.notifying.notices import Notice
from pipelines.registry.escalation import WebhookWay

_TAKEN = range(200, 300)


def post_webhook(way: WebhookWay, notice: Notice, hosts: Collection[str], private_hosts: Collection[str],
                 seconds: float) -> None:  # fmt: skip
    """Hand a notice to the webhook, with its identifier in the header ``Idempotency-Key``.

    Args:
        way: where it is, and what opens it.
        notice: what is told.
        hosts: which may be reached.
        private_hosts: those of them that lie in a network of one's own.
        seconds: after which it is given up.

    Raises:
        NotTold: the host is not allowed or cannot be reached, or does not take it.
    """
    url = way.url if way.url is not None else secret(way.url_variable or "")
    headers = {"Content-Type": "application/json", "Idempotency-Key": notice.id, "User-Agent": "gongkai"}
    if way.token_variable is not None:
        if not url.startswith("https://"):
            raise NotTold("notify-unencrypted-token")
        headers["Authorization"] = f"Bearer {secret(way.token_variable)}"
    with reaching(), answer(url, headers, HostPolicy(hosts, private_hosts), Deadline(seconds), follows=False,
                            body=notice.as_json().encode()) as given:  # fmt: skip
        if given.response.status not in _TAKEN:
            raise NotTold("notify-status", host=given.host, status=given.response.status)
