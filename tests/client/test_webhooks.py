"""Messages as the server sends them, and those that nobody should believe."""

import datetime as dt
import json

import pytest
from dancu_client import Ground, NotProvedError, Receiver
from standardwebhooks.webhooks import Webhook

from app.platform import clock
from tests.client.conftest import INSURANCE
from tests.support.receiving import receiver

OFFICER = Ground(officer="can-bo-1")


def test_a_change_that_is_sent_is_taken_in(system, dancu_world, an):
    insurance = system(INSURANCE)
    with receiver() as got:
        hook = insurance.add_webhook(
            got.url, "social-insurance", fields=["full_name"], ground=OFFICER
        )
        secret = insurance.webhook_secret(hook.id).secret
        dancu_world.operator.report(
            "name-change", "on request", [{"pin": an.pin, "name": "Nguyễn Văn Ân"}]
        )
        [sent] = got.wait_for(1)
    message = Receiver("whsec_c2VjcmV0LW9mLXRoZS1wYXN0LTEyMzQ1Ng==", secret).take(
        sent.body, sent.headers
    )
    assert (message.type, message.data.values) == (
        "life_event.name_change",
        {"full_name": "Nguyễn Văn Ân"},
    )
    assert insurance.check_receipt(message.receipt).seq == message.leaf.seq
    assert [each.id for each in insurance.webhooks()] == [hook.id]
    insurance.remove_webhook(hook.id)
    assert insurance.webhooks() == ()


SECRET = "whsec_c2VjcmV0LW9mLXRoaXMtdGVzdC0xMjM0NTY3OA=="


def signed(body, *, at=None, secret=SECRET):
    at = at or clock.now()
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def test_a_message_by_another_secret_or_out_of_time_is_refused():
    body = json.dumps({"type": "test"}).encode()
    taker = Receiver(SECRET)
    taker.verify(body, signed(body))
    late = signed(body, at=clock.now() - dt.timedelta(minutes=10))
    forged = signed(body, secret="whsec_YW5vdGhlci1zZWNyZXQtYWx0b2dldGhlci0xMjM=")
    for headers in (late, forged, {}, {**signed(body), "Webhook-Id": "msg_2"}):
        with pytest.raises(NotProvedError):
            taker.verify(body, headers)
    with pytest.raises(NotProvedError):
        taker.verify(body + b" ", signed(body))


def test_what_is_signed_and_no_change_is_told():
    body = json.dumps({"type": "test"}).encode()
    with pytest.raises(NotProvedError, match="no message about a change"):
        Receiver(SECRET).take(body, signed(body))
