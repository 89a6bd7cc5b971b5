"""How tokens end before their time: rotation of keys and credentials, revocation."""

from __future__ import annotations

import datetime as dt

import pytest

from app.exchange import access as accesses
from app.exchange import agencies, fresh_start, token_endpoint, tokens
from app.exchange.oauth import ASSERTION_TYPE, ErrorCode, Issued, TokenRequest
from app.exchange.token_cache import TRUST_SECONDS
from app.platform import clock, founding
from tests.exchange.test_client_authentication import assertion

BANK = "vietcombank-basic"


@pytest.fixture
def reset(worlds, world):
    """Begin the world again, as a reset does: the same name, seed and keys."""

    def again():
        def job(session):
            founding.begin_again(session, world.name, secret=False)
            fresh_start.begin(session)

        world.writer.submit(job)
        worlds.release(world.name)
        return worlds.open(world.name)

    return again


@pytest.fixture
def caller(access):
    return access.snapshot().callers[BANK]


def presented(access, token):
    """Who the token is taken for."""
    return tokens.caller_of(access, access.snapshot(), token.encode())


def test_a_signature_is_checked_again_after_a_minute(world, access, caller, monkeypatch):
    token = tokens.issue(world, caller).access_token
    assert presented(access, token) == caller
    known = access.tokens.find(token.encode(), clock.epoch())
    later = clock.epoch() + TRUST_SECONDS
    monkeypatch.setattr(clock, "epoch", lambda: later)
    assert access.tokens.find(token.encode(), later) is None
    assert presented(access, token) == caller
    assert access.tokens.find(token.encode(), later).trusted_until > known.trusted_until


def test_a_second_rotation_of_keys_ends_a_token_at_the_next_look(world, access, caller):
    token = tokens.issue(world, caller).access_token
    assert presented(access, token) == caller
    for holds in (True, False):
        world.writer.submit(founding.rotate)
        world.refresh()
        access.poll()
        assert (presented(access, token) == caller) is holds


def test_a_new_key_of_the_world_ends_every_token_at_the_next_look(world, access, caller):
    token = tokens.issue(world, caller).access_token
    assert presented(access, token) == caller
    world.writer.submit(founding.rekey)
    world.refresh()
    access.poll()
    assert presented(access, token) is None
    assert presented(access, tokens.issue(world, caller).access_token) == caller


def test_after_a_rotation_old_tokens_hold_until_the_next_one(world, access, caller):
    token = tokens.issue(world, caller).access_token
    before = {jwk["kid"] for jwk in tokens.jwks(world)["keys"]}
    world.writer.submit(founding.rotate)
    world.refresh()
    after = {jwk["kid"] for jwk in tokens.jwks(world)["keys"]}
    assert before < after
    assert len(after) == 2 * len(tokens.KEY_USES)
    assert presented(access, token) == caller
    assert presented(access, tokens.issue(world, caller).access_token) == caller


def test_a_revoked_token_is_refused_here_at_once_and_elsewhere_at_the_next_look(
    world, access, caller
):
    token = tokens.issue(world, caller).access_token
    other = accesses.Access(world)
    other.poll()
    assert presented(access, token) == presented(other, token) == caller
    assert tokens.revoke(world, token.encode(), BANK)
    assert presented(access, token) is None
    other.poll()
    assert presented(other, token) is None
    assert presented(access, tokens.issue(world, caller).access_token) == caller


def test_revoking_twice_or_what_is_no_token_changes_nothing(world, access, caller):
    token = tokens.issue(world, caller).access_token.encode()
    assert tokens.revoke(world, token, BANK)
    version = access.snapshot().version
    assert tokens.revoke(world, token, BANK)
    assert tokens.revoke(world, b"no token", BANK)
    assert access.poll().version == version + 1


def test_nobody_revokes_another_client_s_token(world, access, caller):
    token = tokens.issue(world, caller).access_token
    assert not tokens.revoke(world, token.encode(), "viettel")
    assert presented(access, token) == caller


def test_rotating_a_secret_ends_the_tokens_it_was_used_for(world, access, caller):
    token = tokens.issue(world, caller).access_token
    assert presented(access, token) == caller
    assert world.writer.submit(lambda s: agencies.rotate_secret(s, BANK)) == 2
    access.poll()
    assert presented(access, token) is None


def test_a_revoked_token_stays_revoked_when_the_world_is_reset(world, caller, reset):
    token = tokens.issue(world, caller).access_token
    assert tokens.revoke(world, token.encode(), BANK)
    begun = reset()
    access = accesses.of(begun)
    assert begun.issuer == world.issuer
    assert begun.keys("token").current.kid == world.keys("token").current.kid
    assert presented(access, token) is None
    access.poll()
    assert presented(access, token) is None
    assert presented(access, tokens.issue(begun, caller).access_token) == caller


def test_an_assertion_from_before_a_reset_is_not_good_once_more(world, reset, monkeypatch):
    used = assertion(world)
    assert isinstance(_ask(world, used), Issued)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now.replace(microsecond=0) + dt.timedelta(seconds=1))
    begun = reset()
    monkeypatch.undo()
    answer = _ask(begun, used)
    assert answer.error is ErrorCode.INVALID_CLIENT
    assert "before this world began" in answer.error_description


def test_an_assertion_without_its_time_is_good_only_where_it_cannot_be_from_before(
    world, reset, monkeypatch
):
    undated = assertion(world, iat=None)
    assert "iat" in _ask(world, undated).error_description
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - dt.timedelta(minutes=10))
    begun = reset()
    monkeypatch.undo()
    assert isinstance(_ask(begun, undated), Issued)


def _ask(world, unverified_assertion):
    request = TokenRequest(
        grant_type="client_credentials",
        client_assertion_type=ASSERTION_TYPE,
        client_assertion=unverified_assertion,
    )
    return token_endpoint.grant(world, request, lambda _client: None)
