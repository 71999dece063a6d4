"""Telling somebody: messages of overdue disclosures, by mail or to a webhook.

Here: what a message says, and how it is handed over once: over a line to an address that was judged (as
``fetching`` judges them), encrypted unless a relay of one's own is not, and never to where a server sends on.

Not here: what is overdue, who is told, and what has been told already (``flow.escalation``).
"""

from pipelines.notifying.errors import NotTold
from pipelines.notifying.mail import send_mail
from pipelines.notifying.notices import Notice, OverdueEntry
from pipelines.notifying.webhook import post_webhook

__all__ = ["NotTold", "Notice", "OverdueEntry", "post_webhook", "send_mail"]
