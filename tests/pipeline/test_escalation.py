"""Escalation against a real mail server and a real web server on 127.0.0.1."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dated import YEARLY, at, describe_deadlines, release_at
from flowing import GOOD, HEADER, Command, Deliver
from mail_serving import PASSWORD, USER, MailServer, mail_serving
from serving import Server, certificate_in, sends, serving

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation
from pipelines.flow.escalation import escalate, failed_before, telling, to_escalate
from pipelines.notifying import NotTold, send_mail

#: One day over, five, and twenty.
OVER, FIVE, TWENTY = at("2026-01-30T09:00:00"), at("2026-02-03T09:00:00"), at("2026-02-18T09:00:00")
LOCAL = ["127.0.0.1", "localhost"]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_serving() as server:
        yield server


@pytest.fixture
def web() -> Iterator[Server]:
    with serving() as server:
        server.answers["/overdue"] = sends(b"", 204)
        yield server


def by_mail(server: MailServer, **more: Any) -> dict[str, Any]:
    way = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "open@testville.example"}
    return {"private_hosts": LOCAL, "mail": {**way, **more}}


def by_webhook(server: Server, **more: Any) -> dict[str, Any]:
    return {"private_hosts": LOCAL, "hosts": [server.host], "webhook": {"url": server.url("/overdue"), **more}}


def told(inst: Installation, moment: dt.datetime) -> list[str]:
    """Way and receiver of each message, or what kept it."""
    return [entry.message.id if entry.message else f"{entry.way} {entry.receiver}" for entry in escalate(inst, moment)]


def reopened(workspace: Workspace, *rules: dict[str, Any], **escalation: Any) -> Any:
    describe_deadlines(workspace.schema, *(rules or (YEARLY,)), **escalation)
    return open_installation(workspace)


def test_without_a_description_nobody_is_told(workspace: Workspace) -> None:
    with reopened(workspace) as inst:
        assert escalate(inst, TWENTY) == []
        assert to_escalate(inst, TWENTY) == []
        assert not workspace.escalations.exists()


def test_everybody_is_told_once_per_stage(workspace: Workspace, mail: MailServer, deliver: Deliver) -> None:
    with reopened(workspace, stages=[0, 5, 20], **by_mail(mail)) as inst:
        assert told(inst, at("2026-01-29T23:59:59")) == []
        both = ["mail east_district_office", "mail parks_office"]
        assert told(inst, OVER) == both
        assert told(inst, OVER) == told(inst, OVER + dt.timedelta(days=2)) == []
        assert told(inst, FIVE) == both
        deliver(HEADER + GOOD)
        release_at(inst, FIVE)
        assert told(inst, TWENTY) == both[:1]
        assert [receivers for receivers, _ in mail.taken] == [
            ["east@testville.example"], ["parks@testville.example"], ["east@testville.example"],
            ["parks@testville.example"], ["east@testville.example"],
        ]  # fmt: skip
        message = mail.taken[-1][1]
        assert (message["From"], message["To"]) == ("open@testville.example", "east@testville.example")
        assert re.fullmatch(r"<[0-9a-f]{40}@testville\.example>", message["Message-ID"])
        assert message["Date"].datetime == TWENTY and message["Subject"] == "1 项公开逾期 / 1 overdue disclosure"
        text = message.get_content()
        assert "树木清单：树木年报；东区，2025：期限 2026-01-29，已逾期 20 天" in text
        assert "Tree inventory — Trees of the year; East District, 2025: due on 2026-01-29, 20 days ago" in text


def test_who_starts_late_is_told_of_the_last_stage_alone(workspace: Workspace, mail: MailServer) -> None:
    with reopened(workspace, stages=[0, 5, 20], **by_mail(mail)) as inst:
        assert len(told(inst, TWENTY)) == 2
        assert told(inst, TWENTY) == []
        assert len(mail.taken) == 2


def test_all_for_one_receiver_is_in_one_message(workspace: Workspace, mail: MailServer, web: Server) -> None:
    rules = [{**YEARLY, "from_period": "2024", "responsible": "parks_office"}, {**YEARLY, "id": "second"}]
    ways = {**by_webhook(web), **{"mail": by_mail(mail)["mail"]}}
    with reopened(workspace, *rules, **ways) as inst:
        assert told(inst, OVER) == ["mail east_district_office", "mail parks_office", "webhook webhook"]
        (east, parks) = (message.get_content().count("\n- ") for _, message in mail.taken)
        assert (east, parks) == (2 * 1, 2 * 5)  # in two languages
        (sent,) = map(json.loads, web.sent)
        assert len(sent["entries"]) == 6 and sent["catalog"] == {"zh": "测试市", "en": "Testville"}
        assert web.asked[0][1]["Idempotency-Key"] == sent["id"]
        assert web.asked[0][1]["Content-Type"] == "application/json"
        assert {entry["stage"] for entry in sent["entries"]} == {0}


def test_what_fails_is_tried_again_as_the_same_message(
    workspace: Workspace, gongkai: Command, web: Server, mail: MailServer
) -> None:
    web.answers["/overdue"] = sends(b"secret", 503)
    with reopened(workspace, **by_webhook(web)) as inst:
        assert told(inst, OVER) == ["notify-status"]
        later = OVER + dt.timedelta(hours=1)
        assert told(inst, later) == ["notify-status"]
        (waiting,) = to_escalate(inst, later)
        assert waiting.tries == 2 and waiting.failure is not None
        shown = gongkai("deadlines", "--at", "2026-01-30T10:00")
        assert "tried 2 times: 127.0.0.1" in shown.stdout and "secret" not in shown.stdout
        web.answers["/overdue"] = sends(b"", 200)
        assert told(inst, later) == ["webhook webhook"]
        assert told(inst, later) == []
        assert len({asked[1]["Idempotency-Key"] for asked in web.asked}) == 1
        assert len(set(web.sent)) == 1
    # One that fails stops no other.
    web.answers["/overdue"] = sends(b"", 500)
    ways = {**by_webhook(web), "mail": by_mail(mail)["mail"], "stages": [3]}
    with reopened(workspace, **ways) as inst:
        assert told(inst, FIVE) == ["mail east_district_office", "mail parks_office", "notify-status"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_dies_tells_it_again_under_the_same_name(
    workspace: Workspace, web: Server, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    original = telling._send

    def die(*arguments: Any) -> None:
        if moment == "after":
            original(*arguments)
        raise KeyboardInterrupt

    with reopened(workspace, **by_webhook(web)) as inst:
        monkeypatch.setattr(telling, "_send", die)
        with pytest.raises(KeyboardInterrupt):
            escalate(inst, OVER)
        monkeypatch.setattr(telling, "_send", original)
        assert told(inst, OVER) == ["webhook webhook"]
        assert told(inst, OVER) == []
        assert len(web.sent) == (2 if moment == "after" else 1)
        assert len(set(web.sent)) == 1
        # The same name again if all records are lost.
        workspace.escalations.unlink()
        assert told(inst, OVER) == ["webhook webhook"]
        assert len({asked[1]["Idempotency-Key"] for asked in web.asked}) == 1


def test_mail_is_encrypted_and_the_server_must_be_who_it_says(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("TESTVILLE_USER", USER)
    login = {"user_variable": "TESTVILLE_USER", "password_variable": "TESTVILLE_PASSWORD"}
    with mail_serving(certificate, login=True) as server:
        described = by_mail(server, host="localhost", security="starttls", **login)
        with reopened(workspace, **described) as inst:
            assert set(told(inst, OVER)) == {"notify-no-variable"}
            monkeypatch.setenv("TESTVILLE_PASSWORD", "wrong")
            assert set(told(inst, OVER)) == {"notify-certificate"}
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            assert set(told(inst, OVER)) == {"notify-mail-login"}
            monkeypatch.setenv("TESTVILLE_PASSWORD", "p\u00e4ssword")
            for entry in escalate(inst, OVER):
                assert entry.message is not None and entry.message.id == "notify-mail-unwritable"
                assert "p\u00e4ss" not in json.dumps(entry.message.as_dict(), ensure_ascii=False)
            monkeypatch.setenv("TESTVILLE_PASSWORD", PASSWORD)
            assert told(inst, OVER) == ["mail east_district_office", "mail parks_office"]
            assert len(server.taken) == 2
        other = {**described, "mail": {**described["mail"], "host": "127.0.0.1"}, "stages": [5]}
        with reopened(workspace, **other) as inst:
            assert set(told(inst, FIVE)) == {"notify-certificate"}  # it is the certificate of localhost
    with mail_serving(certificate, tls=True) as server:
        described = by_mail(server, host="localhost", security="tls")
        with reopened(workspace, stages=[6], **described) as inst:
            # Those that waited too.
            assert told(inst, TWENTY) == ["mail east_district_office", "mail parks_office"] * 2
            assert len(server.taken) == 4


def test_nothing_goes_out_unencrypted_where_encryption_was_asked_for(workspace: Workspace, mail: MailServer) -> None:
    with reopened(workspace, **by_mail(mail, security="starttls")) as inst:
        assert set(told(inst, OVER)) == {"notify-mail-unsupported"}
        assert mail.taken == []


def test_refusals_are_told_without_what_the_server_says(workspace: Workspace, mail: MailServer) -> None:
    mail.answer = "452 too much of secret@testville.example"
    with reopened(workspace, **by_mail(mail)) as inst:
        (first, _) = escalate(inst, OVER)
        assert first.message is not None and first.message.id == "notify-mail-refused"
        assert "452" in first.message.text("zh") and "secret" not in json.dumps(first.message.as_dict())
    with reopened(workspace, **by_mail(mail, port=1)) as inst:
        assert {entry.message.id for entry in escalate(inst, OVER) if entry.message} == {"fetch-connection"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"hosts": []}, "fetch-host"),
        ({"hosts": ["127.0.0.1"]}, "fetch-host"),  # another port
        ({"private_hosts": []}, "fetch-private-address"),
        ({"webhook": {"url_variable": "TESTVILLE_HOOK"}}, "notify-no-variable"),
        ({"webhook": {"url_variable": "TESTVILLE_BAD_HOOK"}}, "fetch-address"),
        ({"webhook": {"url_variable": "TESTVILLE_PLAIN_HOOK", "token_variable": "TESTVILLE_TOKEN"}},
         "notify-unencrypted-token"),
    ],
)  # fmt: skip
def test_webhooks_go_where_the_catalog_allows(
    workspace: Workspace, web: Server, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], problem: str
) -> None:
    monkeypatch.setenv("TESTVILLE_BAD_HOOK", "https://user:hush@example.org/")
    monkeypatch.setenv("TESTVILLE_PLAIN_HOOK", web.url("/overdue"))
    with reopened(workspace, **{**by_webhook(web), **change}) as inst:
        assert told(inst, OVER) == [problem]
        assert web.sent == []


def test_webhooks_follow_nobody(workspace: Workspace, web: Server) -> None:
    web.answers["/overdue"] = sends(b"", 307, Location=web.url("/elsewhere"))
    web.answers["/elsewhere"] = sends(b"")
    with reopened(workspace, **by_webhook(web)) as inst:
        assert told(inst, OVER) == ["fetch-redirect-signed"]
        assert len(web.asked) == 1


def test_a_secret_address_and_a_token_come_from_the_environment(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate) as server:
        server.answers["/hush"] = sends(b"")
        monkeypatch.setenv("TESTVILLE_HOOK", server.url("/hush", "localhost"))
        monkeypatch.setenv("TESTVILLE_TOKEN", "t0ken")
        way = {"url_variable": "TESTVILLE_HOOK", "token_variable": "TESTVILLE_TOKEN"}
        described = {"hosts": [f"localhost:{server.port}"], "private_hosts": LOCAL, "webhook": way}
        with reopened(workspace, **described) as inst:
            assert told(inst, OVER) == ["webhook webhook"]
            assert server.asked[0][1]["Authorization"] == "Bearer t0ken"


def test_whatever_goes_wrong_with_one_message_stops_no_other(
    workspace: Workspace, mail: MailServer, web: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(way: Any, notice: Any, receiver: str, *more: Any) -> None:
        if receiver.startswith("east@"):
            raise UnicodeEncodeError("ascii", "s\u00e9cret", 1, 2, "ordinal not in range")
        send_mail(way, notice, receiver, *more)

    monkeypatch.setattr(telling, "send_mail", refuse)
    with reopened(workspace, **by_webhook(web), mail=by_mail(mail)["mail"]) as inst:
        assert told(inst, OVER) == ["notify-failed", "mail parks_office", "webhook webhook"]
        (waiting,) = to_escalate(inst, OVER)
        assert waiting.tries == 1 and waiting.failure is not None
        assert "cret" not in json.dumps(waiting.failure.as_dict(), ensure_ascii=False)
        monkeypatch.setattr(telling, "send_mail", send_mail)
        assert told(inst, OVER) == ["mail east_district_office"]


def test_what_was_published_meanwhile_is_not_told(workspace: Workspace, web: Server, deliver: Deliver) -> None:
    web.answers["/overdue"] = sends(b"", 503)
    with reopened(workspace, **by_webhook(web)) as inst:
        assert told(inst, OVER) == ["notify-status"]
        deliver(HEADER + GOOD)
        release_at(inst, OVER)
        web.answers["/overdue"] = sends(b"", 204)
        (planned,) = to_escalate(inst, FIVE)
        assert [entry.department for entry in planned.notice.entries] == ["east_district_office"]
        assert told(inst, FIVE) == ["webhook webhook"]
        (_, sent) = map(json.loads, web.sent)
        assert sent["id"] == planned.notice.id and len(sent["entries"]) == 1
    # Nothing is left to tell, until it is overdue again.
    web.answers["/overdue"] = sends(b"", 503)
    with reopened(workspace, {**YEARLY, "id": "second"}, **by_webhook(web)) as inst:
        assert (told(inst, OVER), len(failed_before(inst))) == (["notify-status"], 1)
    with reopened(workspace, **by_webhook(web)) as inst:
        assert (told(inst, OVER), failed_before(inst)) == ([], [])
    web.answers["/overdue"] = sends(b"", 204)
    with reopened(workspace, {**YEARLY, "id": "second"}, **by_webhook(web)) as inst:
        assert (told(inst, OVER), told(inst, OVER)) == (["webhook webhook"], [])


def test_titles_and_addresses_cannot_add_headers_or_lines(workspace: Workspace, mail: MailServer, web: Server) -> None:
    bad = "树\r\nBcc: thief@example.org\r\n\r\n<script>\u202e"
    rule = {**YEARLY, "subject": {"zh": bad, "en": bad}}
    organisations = workspace.schema / "organisations" / "organisations.csv"
    text = organisations.read_text(encoding="utf-8")
    organisations.write_text(
        text.replace("east@testville.example", '"x@y.example,thief@example.org"'), encoding="utf-8"
    )
    with reopened(workspace, rule, **{**by_webhook(web), "mail": by_mail(mail)["mail"]}) as inst:
        assert told(inst, OVER) == ["notify-mail-address", "mail parks_office", "webhook webhook"]
        ((receivers, message),) = mail.taken
        assert receivers == ["parks@testville.example"] and message["Bcc"] is None
        assert message.get_content_type() == "text/plain"
        assert "树 Bcc: thief@example.org <script>；" in message.get_content()
        assert json.loads(web.sent[0])["entries"][0]["subject"]["zh"] == bad


def test_the_command_tells_and_shows_what_it_would_tell(
    gongkai: Command, workspace: Workspace, mail: MailServer
) -> None:
    describe_deadlines(workspace.schema, YEARLY, **by_mail(mail))
    moment = ("--at", "2026-01-30T09:00")
    dry = gongkai.json("deadlines", "escalate", "--dry-run", *moment)
    assert [(entry["receiver"], entry["told"]) for entry in dry["messages"]] == [
        ("east_district_office", False), ("parks_office", False),
    ]  # fmt: skip
    assert mail.taken == []
    assert "would be told" in gongkai("deadlines", "escalate", "--dry-run", *moment).stdout
    # Of another time nobody is told anything, and what is told now is not thought to be told already.
    for wrong in (moment, ("--at", "2027-06-30")):
        assert gongkai("deadlines", "escalate", *wrong).exit_code == 2
    mail.answer = "550 no"
    failed = gongkai("deadlines", "escalate")
    assert failed.exit_code == 1 and "refused the message (code 550)" in failed.stderr
    mail.answer = "250 OK"
    done = gongkai("deadlines", "escalate", "--lang", "zh")
    assert done.exit_code == 0 and "消息 2 条，其中失败 0 条" in done.stdout
    assert gongkai.json("deadlines", "escalate") == {"messages": []}
    assert len(mail.taken) == 2


def test_errors_have_a_remedy_in_both_languages() -> None:
    error = NotTold("notify-status", host="a.example", status=500)
    assert error.remedy.text("zh") != error.remedy.text("en")
