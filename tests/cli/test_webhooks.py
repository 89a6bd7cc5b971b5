"""`dancu webhook …` beside a server that runs: added, fired, replayed, listened to, removed."""

from __future__ import annotations

import http.client
import re
import threading

import httpx2
import pytest

from app.cli import failing, listening
from app.exchange.webhooks import signing
from app.platform import clock
from tests.support.receiving import receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_webhook_lives_its_life_by_commands(dancu, told):
    with receiver() as inbox:
        added = told("webhook", "add", inbox.url, "--kind", "birth", "--from-first")
        hook = added["id"]
        assert added["secret"].startswith("whsec_")
        assert "whsec_" in dancu("webhook", "add", inbox.url).out
        assert next(each["id"] for each in told("webhook", "list")) == hook
        fired = told("webhook", "fire", hook)
        inbox.wait_for(1)
        assert told("webhook", "replay", hook, "--message", fired["id"]) == {"replayed": 1}
        inbox.wait_for(2)
        assert told("webhook", "replay", hook, "--since", "2020-01-01T00:00:00Z")["replayed"] == 1
        inbox.wait_for(3)
        assert {each["message"] for each in told("webhook", "log", hook)} == {fired["id"]}
        assert [each["id"] for each in told("webhook", "log", hook, "--messages")] == [fired["id"]]
        assert told("webhook", "log", hook, "--dead") == []
        assert told("webhook", "rotate", hook)["version"] == 2
        assert told("webhook", "pause", hook)["state"] == "paused"
        assert told("webhook", "resume", hook)["state"] == "active"
        for each in told("webhook", "list"):
            assert told("webhook", "remove", each["id"]) == {"removed": each["id"]}
        assert "No webhooks." in dancu("webhook", "list").out


def test_a_replay_needs_to_be_told_what(dancu):
    done = dancu("webhook", "replay", "0" * 32)
    assert (done.status, done.out) == (failing.USAGE, "")
    assert "--since" in done.err


def test_it_listens_and_leaves_nothing_behind(dancu, told):
    done = dancu("webhook", "listen", "--fire", "--count", "1")
    assert done.status == 0, done.err
    assert "verified" in done.out
    assert "webhook.test" in done.out
    assert told("webhook", "list") == []
    came = told("webhook", "listen", "--fire", "--count", "1", "--kind", "birth")
    assert (came["refused"], came["is_repeated"]) == (None, False)
    assert came["body"]["type"] == "webhook.test"


def post(url, headers, body, answers):
    answer = httpx2.post(url, content=body, headers=headers, timeout=20)
    answers.append(answer.status_code)


def test_the_listener_tells_what_it_refuses_and_what_it_had_before(run):
    del run
    answers: list[int] = []
    now = clock.epoch()
    good = signing.headers([SECRET], "msg_1", now, b"{}")
    sealed = signing.headers([SECRET], "msg_2", now, b"a.b.c")
    old = signing.headers([SECRET], "msg_1", now - 600, b"{}")
    with listening.Listener(0) as listener:
        sent = [(good, b"{}"), (good, b"{}"), (old, b"{}"), (sealed, b"a.b.c")]

        def send():
            for headers, body in sent:
                post(listener.url, headers, body, answers)

        thread = threading.Thread(target=send)
        thread.start()
        found = list(listener.receive(SECRET, len(sent)))
        thread.join()
        assert [(each.refused, each.is_repeated) for each in found[:2]] == [
            (None, False), (None, True),
        ]  # fmt: skip
        assert re.search(r"60\d seconds ago", found[2].refused)  # a slow machine is late
        assert found[3].body == "a.b.c"
        assert answers == [204, 204, 400, 204]
        connection = http.client.HTTPConnection(*listener.url[7:-1].split(":"))
        connection.putrequest("POST", "/")
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
        taken = int(listener.url[:-1].rpartition(":")[2])
        with pytest.raises(failing.CommandError, match="cannot be listened on"):
            listening.Listener(taken)


def test_an_agency_reports_an_event_by_the_command_and_hears_of_it(dancu):
    kinds = dancu("event", "kinds", "--json").json
    assert {each["name"]: each["client"] for each in kinds}["death"] == "btp"
    told = dancu("changes", "--latest", "--kind", "death", "--json").json
    death = ("event", "report", "death", "--about", "adult-level-2")
    done = dancu(*death, "--set", "date=2026-01-01", "--document", "GBT 1", "--json")
    assert done.status == 0, done.err
    assert done.json["receipt"]
    page = dancu("changes", "--kind", "death", "--cursor", told["next_cursor"], "--json").json
    pin = done.json["pin"]
    assert pin in {item["pin"] for item in page["items"]}
    again = ("event", "report", "death", "--event", f'{{"pin": "{pin}"}}')
    assert dancu(*again, "--on", "2026-01-01").status == failing.FAILED
    wrong = dancu(*again, "--client", "bca")
    assert "purpose" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("horoscope",), "no kind"),
        (("death", "--set", "pin"), "name=value"),
        (("death", "--event", "[]"), "JSON object"),
    ],
)
def test_a_report_that_is_unclear_is_told(run, arguments, why):
    done = run("event", "report", *arguments)
    assert (done.status, done.out) == (failing.USAGE, "")
    assert why in done.err
