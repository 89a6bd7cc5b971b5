"""Signatures of Standard Webhooks: the specification's words, and a library that is not ours."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.exchange.webhooks import signing
from app.exchange.webhooks.signing import SignatureError
from app.platform import clock

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_the_known_answer_of_the_reference_libraries():
    """The vector that the reference libraries of the specification carry in their tests."""
    said = signing.headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)
    assert said["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert said["webhook-timestamp"] == "1614265330"


@given(body=st.text().map(str.encode), secret=st.binary(min_size=24, max_size=64))
def test_what_we_sign_the_reference_library_verifies_and_the_other_way_round(body, secret):
    text = signing.PREFIX + base64.b64encode(secret).decode()
    now = clock.epoch()
    said = signing.headers([text], "msg_1", now, body)
    Webhook(text).verify(body, said, json_parse=False)
    signing.verify(text, said, body, now=now)


def test_while_a_secret_is_rotated_either_one_verifies():
    new = signing.PREFIX + base64.b64encode(b"n" * 32).decode()
    now = clock.epoch()
    said = signing.headers([new, SECRET], "msg_1", now, BODY)
    assert said["webhook-signature"].count("v1,") == 2
    for secret in (new, SECRET):
        Webhook(secret).verify(BODY, said)
        signing.verify(secret, said, BODY, now=now)


@pytest.mark.parametrize(
    ("changed", "body", "later", "why"),
    [
        ({"webhook-signature": ""}, BODY, 0, "missing"),
        ({"webhook-timestamp": "soon"}, BODY, 0, "no number"),
        ({"webhook-id": "msg_2"}, BODY, 0, "no signature"),
        ({}, BODY + b" ", 0, "no signature"),
        ({}, BODY, 301, "301 seconds ago"),
        ({}, BODY, -301, "301 seconds ahead"),
        ({"webhook-signature": "v1a,abc v1,é v2"}, BODY, 0, "no signature"),
    ],
)
def test_what_does_not_hold_is_told_by_its_reason(changed, body, later, why):
    now = clock.epoch()
    said = signing.headers([SECRET], "msg_1", now, BODY) | changed
    with pytest.raises(SignatureError, match=why):
        signing.verify(SECRET, said, body, now=now + later)
    if not later:
        with pytest.raises((WebhookVerificationError, ValueError)):
            Webhook(SECRET).verify(body, said)


@pytest.mark.parametrize("secret", ["whsec_@@", "whsec_" + base64.b64encode(b"x" * 23).decode()])
def test_a_secret_that_is_none_is_told(secret):
    with pytest.raises(SignatureError, match="secret"):
        signing.headers([secret], "msg_1", 1, b"")
