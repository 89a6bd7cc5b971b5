"""Access tokens: what is accepted, and every forgery that must not be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import access as accesses
from app.exchange import tokens
from app.exchange.token_cache import TokenCache, Verified
from app.platform import clock
from app.platform.signing import Es256Signer, derive_p256

BANK = "vietcombank-basic"
TYPE = {"typ": "at+jwt"}


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: no test here changes it."""
    return exchange_reader


@pytest.fixture
def access(world):
    found = accesses.of(world)
    found.tokens = TokenCache()
    return found


@pytest.fixture
def caller(access):
    return access.snapshot().callers[BANK]


def presented(access, token):
    """Who the token is taken for."""
    raw = token.encode() if isinstance(token, str) else token
    return tokens.caller_of(access, access.snapshot(), raw)


def claims(world, changed=None, /):
    now = clock.epoch()
    return {
        "iss": world.issuer,
        "sub": BANK,
        "aud": world.issuer,
        "client_id": BANK,
        "iat": now,
        "exp": now + 600,
        "jti": "a-jti",
        "scope": "exchange",
        "world": world.id,
        "credential_version": 1,
    } | (changed or {})


def signed(world, changed=None, *, signer=None, header=None):
    signer = signer or world.keys("token").current
    protected = TYPE | (header or {})
    payload = json.dumps(claims(world, changed)).encode()
    return signer.compact(signer.protected(**protected), payload)


def test_a_token_is_an_rfc_9068_jwt_for_ten_minutes(world, caller):
    issued = tokens.issue(world, caller)
    assert (issued.token_type, issued.expires_in, issued.scope) == ("Bearer", 600, "exchange")
    header = jwt.get_unverified_header(issued.access_token)
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    key = jwt.PyJWKSet.from_dict(tokens.jwks(world))[header["kid"]]
    said = jwt.decode(
        issued.access_token, key, algorithms=["ES256"], audience=world.issuer, issuer=world.issuer
    )
    assert said["sub"] == said["client_id"] == BANK
    assert said["exp"] - said["iat"] == 600
    assert said["scope"] == "exchange"
    assert len(said["jti"]) == 32


def test_a_token_never_lives_longer_than_ten_minutes(world, caller):
    assert tokens.issue(world, caller, lifetime=86_400).expires_in == 600
    assert tokens.issue(world, caller, lifetime=60).expires_in == 60


def test_a_token_is_taken_for_its_client_and_known_the_second_time(world, access, caller):
    token = tokens.issue(world, caller).access_token
    assert presented(access, token) == caller
    assert len(access.tokens) == 1
    assert presented(access, token) == caller
    assert len(access.tokens) == 1


def test_the_longer_form_of_the_type_is_accepted(world, access, caller):
    assert presented(access, signed(world, header={"typ": "application/at+jwt"})) == caller


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.invalid"},
        {"aud": "https://elsewhere.invalid"},
        {"aud": ["https://elsewhere.invalid"]},
        {"exp": 1},
        {"iat": 4_000_000_000, "exp": 4_000_000_600},
        {"sub": "viettel"},
        {"client_id": "viettel"},
        {"sub": "no-such-client", "client_id": "no-such-client"},
        {"world": "0" * 32},
        {"world": None},
        {"credential_version": 2},
        {"credential_version": "1"},
        {"jti": 5},
        {"scope": None},
        {"exp": "4000000000"},
    ],
    ids=str,
)
def test_a_token_signed_by_us_that_says_something_else_is_refused(world, access, changed):
    assert presented(access, signed(world, changed)) is None


@pytest.mark.parametrize(
    "missing", ["iss", "aud", "exp", "iat", "jti", "client_id", "scope", "world"]
)
def test_a_token_that_lacks_a_claim_is_refused(world, access, missing):
    signer = world.keys("token").current
    said = claims(world)
    del said[missing]
    token = signer.compact(signer.protected(**TYPE), json.dumps(said).encode())
    assert presented(access, token) is None


@pytest.mark.parametrize("typ", ["JWT", "dancu-answer+jwt", "dancu-receipt+jwt", ""])
def test_no_other_signed_message_passes_for_a_token(world, access, typ):
    assert presented(access, signed(world, header={"typ": typ})) is None


def test_a_signed_message_without_a_type_is_refused(world, access):
    signer = world.keys("token").current
    token = signer.compact(signer.protected(), json.dumps(claims(world)).encode())
    assert presented(access, token) is None


def test_keys_of_other_uses_sign_no_token(world, access):
    for use in ("answer", "receipt"):
        signer = world.keys(use).current
        assert presented(access, signed(world, signer=signer)) is None


def test_a_stranger_s_key_signs_no_token_even_under_our_kid(world, access):
    ours = world.keys("token").current
    stranger = Es256Signer(derive_p256(b"s" * 32, "stranger"), kid=ours.kid)
    assert presented(access, signed(world, signer=stranger)) is None


def _segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def test_alg_none_is_refused(world, access):
    kid = world.keys("token").current.kid
    for algorithm in ("none", "None", "NONE"):
        head = _segment({"alg": algorithm, "typ": "at+jwt", "kid": kid})
        assert presented(access, head + b"." + _segment(claims(world)) + b".") is None


def test_hs256_with_the_public_key_as_its_secret_is_refused(world, access):
    signer = world.keys("token").current
    public = signer.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = _segment({"alg": "HS256", "typ": "at+jwt", "kid": signer.kid})
    signing_input = head + b"." + _segment(claims(world))
    mac = hmac.digest(public, signing_input, hashlib.sha256)
    forged = signing_input + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")
    assert presented(access, forged) is None


def test_a_key_in_the_header_is_not_looked_at(world, access):
    stranger = Es256Signer(derive_p256(b"s" * 32, "stranger"))
    head = _segment({"alg": "ES256", "typ": "at+jwt", "kid": stranger.kid, "jwk": stranger.jwk})
    assert presented(access, stranger.compact(head, json.dumps(claims(world)).encode())) is None


def test_one_changed_letter_anywhere_spoils_a_token(world, access, caller):
    token = bytearray(tokens.issue(world, caller).access_token.encode())
    for place in range(0, len(token), 29):
        changed = bytearray(token)
        changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
        assert presented(access, bytes(changed)) is None
    assert presented(access, bytes(token)) == caller


def test_another_world_s_token_is_nobody_s_here(access, caller, open_copy):
    elsewhere = open_copy()
    token = tokens.issue(elsewhere, accesses.of(elsewhere).poll().callers[BANK]).access_token
    assert presented(accesses.of(elsewhere), token) == caller
    assert presented(access, token) is None


def test_a_token_of_the_same_keys_but_another_issuer_is_refused(world, access):
    changed = {"iss": f"{world.issuer}/w/other", "aud": f"{world.issuer}/w/other"}
    assert presented(access, signed(world, changed)) is None


def test_an_expired_token_is_refused_though_its_signature_is_known(
    world, access, caller, monkeypatch
):
    token = tokens.issue(world, caller, lifetime=30).access_token
    assert presented(access, token) == caller
    later = clock.epoch() + 30
    monkeypatch.setattr(clock, "epoch", lambda: later)
    assert presented(access, token) is None


def test_the_key_set_holds_public_parts_only(world):
    for jwk in tokens.jwks(world)["keys"]:
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_check(exchange_reader, raw):
    assert tokens.verify(exchange_reader, raw, clock.epoch()) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b".",
        b"..",
        b"a.b.c",
        b"\x00.\xff.\xff",
        _segment([]) + b"." + _segment({}) + b".AAAA",
        _segment({"alg": "ES256", "typ": "at+jwt", "kid": ["x"]}) + b".e30.AAAA",
        base64.urlsafe_b64encode(b"[" * 3000) + b".e30.AAAA",
        b"A" * 5000,
    ],
    ids=range(9),
)
def test_no_malformed_token_is_an_error(access, raw):
    assert presented(access, raw) is None


def test_the_cache_keeps_no_token_and_no_more_than_its_limit():
    cache = TokenCache(limit=2)
    for number in range(3):
        cache.keep(b"token-%d" % number, _verified(number))
    assert len(cache) == 2
    assert cache.find(b"token-0", now=0) is None
    assert cache.find(b"token-2", now=0).jti == "2"
    assert cache.find(b"token-2", now=60) is None
    assert not any(b"token" in known for known in cache._verified)


def _verified(number):
    return Verified(
        client_id=BANK,
        jti=str(number),
        scope="exchange",
        credential_version=1,
        issued_at=0,
        expires_at=600,
        trusted_until=60,
    )
