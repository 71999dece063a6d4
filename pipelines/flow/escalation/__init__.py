"""Escalation of overdue disclosures: who is told of what, once per stage, and what became of it."""

from pipelines.flow.escalation.records import Waiting
from pipelines.flow.escalation.telling import Escalated, escalate, failed_before, to_escalate

__all__ = ["Escalated", "Waiting", "escalate", "failed_before", "to_escalate"]
