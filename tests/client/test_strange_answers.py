"""What is no answer is taken for none, and what was to be signed is not taken unsigned."""

import datetime as dt
import json
from email.utils import format_datetime

import httpx
import pytest
from dancu_client import Client, NotProvedError, Options, Patience, Secret, StrangeAnswerError
from dancu_client.effects import Lost, Reply
from dancu_client.patience import retry_after

URL = "http://127.0.0.1:1"
ABOUT = {
    "issuer": URL,
    "authorization_endpoint": f"{URL}/oidc/authorize",
    "token_endpoint": f"{URL}/oidc/token",
    "pushed_authorization_request_endpoint": f"{URL}/oidc/par",
    "userinfo_endpoint": f"{URL}/oidc/userinfo",
    "jwks_uri": f"{URL}/oidc/jwks",
    "id_token_signing_alg_values_supported": ["ES256"],
}
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 600}
ANSWER = {
    "outcome": "match",
    "simulated": True,
    "request_id": "r",
    "receipt": "e",
    "leaf": {"seq": 1, "log": "l"},
}
WHOLE = json.dumps(ANSWER).encode()


def _asked(content, options=None):
    """Ask a world that answers every question by this content."""

    def answer(request):
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=ABOUT)
        if request.url.path == "/oidc/token":
            return httpx.Response(200, json=TOKEN)
        return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        bank = Client(URL, Secret("bank", "secret"), options, http=http)
        return bank.verify("901090990001", {"full_name": "Nguyễn Văn An"}, purpose="ekyc")


def test_a_whole_answer_is_taken():
    assert _asked(WHOLE).matches


@pytest.mark.parametrize(
    "content",
    [
        b'{"outcome":"no_match",' + WHOLE[1:],
        WHOLE.replace(b'"outcome"', b'"note":"Nguy\xe3n","outcome"'),
        b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"," + WHOLE[1:],
        WHOLE + b" " * (1 << 26),
        WHOLE[:20],
    ],
    ids=["said twice", "no UTF-8", "too deep", "too large", "cut short"],
)
def test_what_two_programs_would_read_differently_is_no_answer(content):
    with pytest.raises(StrangeAnswerError):
        _asked(content)


def test_an_answer_that_was_to_be_signed_is_not_taken_unsigned():
    with pytest.raises(NotProvedError, match="without a signature"):
        _asked(WHOLE, Options(sign=True, patience=Patience(attempts=1)))


def test_a_server_says_how_long_or_until_when():
    then = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)  # noqa: TID251 - as a server

    def said(text):
        return retry_after(Reply(503, httpx.Headers({"Retry-After": text}), b""))

    assert said("7") == 7.0
    assert 50 < said(format_datetime(then, usegmt=True)) <= 60
    assert said("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert said("soon") is None
    assert retry_after(Lost("cut")) is None
