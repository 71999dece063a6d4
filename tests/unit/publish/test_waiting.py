"""What waits for an approval, and whether an officer refused it."""

from __future__ import annotations

import pytest

from pipelines.disclose.reviews import Decision, DecisionKind, Entry, Reviews, Subject, SubjectKind
from pipelines.publish.waiting import Waiting

SUBJECT = Subject(SubjectKind.DISCLOSURE_PLAN, "tree_inventory", "ab" * 32)


@pytest.mark.parametrize("kind", DecisionKind)
def test_only_a_rejection_rejects(kind: DecisionKind) -> None:
    entry = Entry(1, "2026-01-01", Decision(kind, SUBJECT, "gongkai", "tester", "Act"), None, "cd" * 32)
    assert Waiting.of(SUBJECT, Reviews((entry,))).rejected is (kind is DecisionKind.REJECT)
    assert not Waiting.of(SUBJECT, Reviews()).rejected
