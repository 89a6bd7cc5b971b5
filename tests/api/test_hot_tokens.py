"""The hot route of tokens answers as the ordinary one does, and spends an assertion once."""

import base64
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import jwt
import pytest

from app.api.hot_tokens import HotTokens
from app.exchange import access, connecting
from app.exchange.connecting import SystemChange
from app.exchange.models import SpentAssertion
from app.platform import clock
from tests.api.conftest import secret, served
from tests.api.test_oidc import ASSERTION_TYPE, FORM, ISSUER, assertion
from tests.support.copies import copy

BASIC, BY_KEY = "vietcombank-basic", "vietcombank-fapi"
OWN = {"grant_type": "client_credentials"}


class CountingHot(HotTokens):
    """The hot route, counting what it answers."""

    answered = 0

    async def answer(self, call, reply):
        has_answered = await super().answer(call, reply)
        self.answered += has_answered
        return has_answered


@pytest.fixture(scope="module")
def sides(settings, worlds, api_spec):
    """Two servers of one world: with the hot route, which is given, too, and without."""
    hot = CountingHot()
    with copy(worlds, api_spec) as world:
        world.writer.submit(lambda s: connecting.change(s, BY_KEY, SystemChange(fapi=False)))
        with (
            served(settings, world, hot={"/oidc/token": hot.answer}) as quick,
            served(settings, world, hot={}) as plain,
        ):
            yield quick, plain, world, hot


def by_secret(world, claimed=None):
    pair = f"{BASIC}:{claimed or secret(world, BASIC)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def by_assertion(world, **changes):
    return {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(world, **changes),
    }


def comparable(answer):
    """Return all of an answer that does not depend on time and chance."""
    told = answer.json()
    token = told.pop("access_token", None)
    claims = None
    if token is not None:
        claims = jwt.decode(token, options={"verify_signature": False})
        claims = {name: claims[name] for name in claims.keys() - {"jti", "iat", "exp"}}
    kept = {name: text for name, text in answer.headers.items() if name != "x-request-id"}
    kept.pop("content-length")
    return answer.status_code, told, claims, kept


CASES = {
    "secret": (lambda w: (OWN, by_secret(w)), 200),
    "scope": (lambda w: (OWN | {"scope": "exchange"}, by_secret(w)), 200),
    "scope twice": (lambda w: (OWN | {"scope": "exchange exchange"}, by_secret(w)), 200),
    "other scope": (lambda w: (OWN | {"scope": "openid"}, by_secret(w)), 400),
    "wrong secret": (lambda w: (OWN, by_secret(w, "sim_wrong")), 401),
    "no proof": (lambda _: (OWN, {}), 401),
    "other grant": (lambda w: ({"grant_type": "password"}, by_secret(w)), 400),
    "proof of a key": (lambda w: (OWN, by_secret(w) | {"DPoP": "x"}), 400),
    "assertion": (lambda w: (OWN | by_assertion(w), {}), 200),
    "assertion over": (lambda w: (OWN | by_assertion(w, exp=1), {}), 401),
    "assertion for others": (lambda w: (OWN | by_assertion(w, aud="https://x.invalid"), {}), 401),
    "both": (lambda w: (OWN | by_assertion(w), by_secret(w)), 400),
}


@pytest.mark.parametrize("case", CASES)
def test_both_routes_answer_alike(sides, case):
    quick, plain, world, hot = sides
    makes, status = CASES[case]
    answered = hot.answered
    one, other = (
        client.post("/oidc/token", content=urlencode(form), headers=FORM | headers)
        for client in (quick, plain)
        for form, headers in [makes(world)]
    )
    assert comparable(one) == comparable(other)
    assert one.status_code == status
    is_usual = status == 200 and case != "scope twice"
    assert hot.answered - answered == is_usual


def test_an_assertion_is_spent_on_one_route_for_the_other(sides):
    quick, plain, world, _ = sides
    for first, second in ((quick, plain), (plain, quick)):
        form = OWN | by_assertion(world, iss=BY_KEY, aud=ISSUER)
        assert first.post("/oidc/token", data=form).status_code == 200
        again = second.post("/oidc/token", data=form)
        assert again.status_code == 401
        assert "used before" in again.json()["error_description"]


def test_of_many_who_send_one_assertion_at_once_one_gets_a_token(sides):
    quick, _, world, _ = sides
    form = OWN | by_assertion(world)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: quick.post("/oidc/token", data=form), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_what_was_spent_is_kept_until_the_assertion_would_expire(sides):
    quick, _, world, _ = sides
    form = OWN | by_assertion(world, jti="kept-until", exp=(later := clock.epoch() + 60))
    assert quick.post("/oidc/token", data=form).status_code == 200
    with world.session() as session:
        row = session.get(SpentAssertion, (BY_KEY, "kept-until"))
        assert int(row.expires_at.timestamp()) == later


def test_a_system_that_is_held_to_fapi_gets_no_bearer_token(sides):
    quick, _, world, hot = sides
    change = connecting.change
    try:
        world.writer.submit(lambda session: change(session, BY_KEY, SystemChange(fapi=True)))
        access.of(quick.app._server.worlds.peek(world.name)).poll()
        answered = hot.answered
        answer = quick.post("/oidc/token", data=OWN | by_assertion(world))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
        assert hot.answered == answered
    finally:
        world.writer.submit(lambda session: change(session, BY_KEY, SystemChange(fapi=False)))
