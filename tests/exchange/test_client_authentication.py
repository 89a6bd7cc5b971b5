"""The token endpoint: both ways a client proves itself, and every way it does not."""

from __future__ import annotations

import base64
import json
import threading
from urllib.parse import quote_plus

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from sqlalchemy import select

from app.exchange import access as accesses
from app.exchange import agencies, connecting, credentials, sweeping, token_endpoint, tokens
from app.exchange.connecting import SystemChange
from app.exchange.models import SpentAssertion
from app.exchange.oauth import ASSERTION_TYPE, ErrorCode, Issued, OAuthError, TokenRequest
from app.platform import clock
from app.platform.signing import base64url

BASIC, FAPI = "vietcombank-basic", "vietcombank-fapi"


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: tests only spend assertions in it."""
    return exchange_reader


def basic(client_id, secret, *, scheme="Basic"):
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"{scheme} {base64.b64encode(pair.encode()).decode()}"


def ask(world, **parameters):
    answer, _ = asked(world, **parameters)
    return answer


def asked(world, **parameters):
    """The answer, and the clients that proved themselves for it."""
    proved = []
    request = TokenRequest(**{"grant_type": "client_credentials", **parameters})
    return token_endpoint.grant(world, request, proved.append), [
        client.client_id for client in proved
    ]


def assertion(world, *, key=None, headers=None, algorithm="ES256", **changed):
    now = clock.epoch()
    claims = {
        "iss": FAPI,
        "sub": FAPI,
        "aud": world.issuer,
        "exp": now + 60,
        "iat": now,
        "jti": f"jti-{clock.monotonic_ns()}",
    } | changed
    signer = credentials.signer(world, FAPI, 1)
    headers = {"kid": signer.kid} if headers is None else headers
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(said, key or signer.private_key, algorithm, headers=headers)


def ask_by_assertion(world, unverified_assertion, **parameters):
    return ask(
        world,
        **{
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": unverified_assertion,
            **parameters,
        },
    )


def error_of(answer):
    assert isinstance(answer, OAuthError), answer
    return answer.error


def test_a_client_secret_gets_a_token_that_is_good_here(world):
    access = accesses.of(world)
    secret = credentials.client_secret(world, BASIC, 1)
    answer = ask(world, authorization=basic(BASIC, secret))
    assert isinstance(answer, Issued)
    caller = tokens.caller_of(access, access.snapshot(), answer.access_token.encode())
    assert caller.client_id == BASIC


def test_it_is_told_who_proved_itself_whatever_comes_of_the_rest(world):
    secret = credentials.client_secret(world, BASIC, 1)
    _, proved = asked(world, authorization=basic(BASIC, secret))
    assert proved == [BASIC]
    answer, proved = asked(world, authorization=basic(BASIC, secret), scope="all")
    assert (error_of(answer), proved) == (ErrorCode.INVALID_SCOPE, [BASIC])
    answer, proved = asked(world, authorization=basic(BASIC, "sim_wrong"))
    assert (error_of(answer), proved) == (ErrorCode.INVALID_CLIENT, [])


def test_a_secret_says_that_it_is_simulated_and_has_160_bits(world):
    secret = credentials.client_secret(world, BASIC, 1)
    assert secret.startswith("sim_")
    assert len(base64.b32decode(secret.removeprefix("sim_").upper())) == 20
    assert secret != credentials.client_secret(world, BASIC, 2)
    assert secret != credentials.client_secret(world, "vib-basic", 1)


def test_the_scheme_may_be_written_in_any_case_and_the_id_sent_twice(world):
    secret = credentials.client_secret(world, BASIC, 1)
    header = basic(BASIC, secret, scheme="bAsIc")
    assert isinstance(ask(world, authorization=header, client_id=BASIC), Issued)


@pytest.mark.parametrize(
    "header",
    [
        basic(BASIC, "sim_wrong"),
        basic(BASIC, ""),
        basic("no-such-client", "sim_wrong"),
        basic("", ""),
        "Basic",
        "Basic !!!",
        f"Basic {base64.b64encode(b'no colon').decode()}",
        f"Basic {base64.b64encode(bytes([0xFF, 0x3A])).decode()}",
        "Bearer abc",
        "",
    ],
    ids=range(10),
)
def test_whoever_does_not_know_the_secret_is_challenged(world, header):
    answer = ask(world, authorization=header)
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


def test_unknown_clients_and_wrong_secrets_get_one_answer(world):
    wrong = ask(world, authorization=basic(BASIC, "sim_wrong"))
    unknown = ask(world, authorization=basic("no-such-client", "sim_wrong"))
    derived = credentials.client_secret(world, "no-such-client", 0)
    assert wrong == unknown == ask(world, authorization=basic("no-such-client", derived))


def test_another_client_s_id_beside_the_header_is_refused(world):
    header = basic(BASIC, credentials.client_secret(world, BASIC, 1))
    answer = ask(world, authorization=header, client_id="viettel")
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


def test_a_client_of_private_key_jwt_cannot_use_the_secret_it_would_have(world):
    header = basic(FAPI, credentials.client_secret(world, FAPI, 1))
    assert error_of(ask(world, authorization=header)) is ErrorCode.INVALID_CLIENT


def test_a_secret_in_the_body_is_not_a_way_in(world):
    secret = credentials.client_secret(world, BASIC, 1)
    answer = ask(world, client_id=BASIC, client_secret=secret)
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


def test_two_methods_at_once_are_a_bad_request(world):
    header = basic(BASIC, credentials.client_secret(world, BASIC, 1))
    answer = ask_by_assertion(world, assertion(world), authorization=header)
    assert error_of(answer) is ErrorCode.INVALID_REQUEST


def test_no_method_at_all_is_challenged(world):
    answer = ask(world, client_id=BASIC)
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"grant_type": None}, ErrorCode.INVALID_REQUEST),
        ({"grant_type": "password"}, ErrorCode.UNSUPPORTED_GRANT_TYPE),
        ({"scope": "exchange openid"}, ErrorCode.INVALID_SCOPE),
    ],
)
def test_grant_type_and_scope_are_the_ones_there_are(world, parameters, code):
    header = basic(BASIC, credentials.client_secret(world, BASIC, 1))
    assert error_of(ask(world, authorization=header, **parameters)) is code


@pytest.mark.parametrize("scope", ["", "exchange", "exchange exchange"])
def test_the_one_scope_may_be_asked_for(world, scope):
    header = basic(BASIC, credentials.client_secret(world, BASIC, 1))
    assert isinstance(ask(world, authorization=header, scope=scope), Issued)


@pytest.mark.parametrize("fapi", [True, False])
@pytest.mark.parametrize("audience", ["issuer", "endpoint", "list of one"])
def test_an_assertion_gets_a_token(world, audience, fapi):
    """FAPI 2.0 §5.3.2.1: the issuer as text, and nothing else; others may name the address."""
    aud = {
        "issuer": world.issuer,
        "endpoint": f"{world.issuer}/oidc/token",
        "list of one": [world.issuer],
    }[audience]
    held(world, fapi=fapi)
    answer = ask_by_assertion(world, assertion(world, aud=aud), client_id=FAPI)
    assert isinstance(answer, Issued) is (audience == "issuer" or not fapi)
    held(world, fapi=True)


def held(world, *, fapi):
    """Hold the system to FAPI 2.0, or not."""
    change = SystemChange(fapi=fapi)
    world.writer.submit(lambda session: connecting.change(session, FAPI, change))
    accesses.of(world).poll()


def test_an_assertion_without_kid_is_checked_by_the_client_s_only_key(world):
    assert isinstance(ask_by_assertion(world, assertion(world, headers={})), Issued)


def test_an_assertion_is_good_once(world):
    used = assertion(world)
    assert isinstance(ask_by_assertion(world, used), Issued)
    answer = ask_by_assertion(world, used)
    assert error_of(answer) is ErrorCode.INVALID_CLIENT
    assert "before" in answer.error_description
    again = assertion(world, jti=jwt.decode(used, options={"verify_signature": False})["jti"])
    assert error_of(ask_by_assertion(world, again)) is ErrorCode.INVALID_CLIENT


def test_of_many_who_replay_one_assertion_at_once_one_gets_in(world):
    used = assertion(world)
    ready = threading.Barrier(8)
    answers = []

    def present():
        ready.wait()
        answers.append(ask_by_assertion(world, used))

    threads = [threading.Thread(target=present) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(answer, Issued) for answer in answers) == 1


def test_the_same_jti_of_another_client_is_another(world):
    taken = "shared-jti"
    other = "vib-fapi"
    signer = credentials.signer(world, other, 1)
    theirs = assertion(
        world,
        key=signer.private_key,
        headers={"kid": signer.kid},
        iss=other,
        sub=other,
        jti=taken,
    )
    assert isinstance(ask_by_assertion(world, assertion(world, jti=taken)), Issued)
    assert isinstance(ask_by_assertion(world, theirs), Issued)


def changed_claims():
    now = clock.epoch()
    return {
        "no exp": {"exp": None},
        "expired": {"exp": now - 1},
        "too long": {"exp": now + 3600},
        "exp is text": {"exp": "soon"},
        "not yet": {"nbf": now + 60},
        "from the future": {"iat": now + 60},
        "no jti": {"jti": None},
        "empty jti": {"jti": ""},
        "long jti": {"jti": "j" * 256},
        "jti with NUL": {"jti": "a\0b"},
        "another issuer": {"iss": "viettel"},
        "no issuer": {"iss": None},
        "no subject": {"sub": None},
        "a client of secrets": {"iss": BASIC, "sub": BASIC},
        "nobody": {"iss": "nobody", "sub": "nobody"},
        "no audience": {"aud": None},
        "elsewhere": {"aud": "https://elsewhere.invalid/oidc/token"},
        "here and elsewhere": {"aud": ["issuer", "https://elsewhere.invalid"]},
    }


@pytest.mark.parametrize("case", list(changed_claims()))
def test_an_assertion_that_says_something_else_is_refused(world, case):
    changed = changed_claims()[case]
    if isinstance(changed.get("aud"), list):
        changed["aud"][0] = world.issuer
    answer = ask_by_assertion(world, assertion(world, **changed))
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


def test_a_clock_that_runs_a_little_ahead_is_forgiven(world):
    now = clock.epoch()
    early = assertion(world, iat=now + 5, nbf=now + 5, exp=now + 305)
    assert isinstance(ask_by_assertion(world, early), Issued)


def test_the_assertion_type_is_the_one_of_rfc_7523(world):
    answer = ask_by_assertion(world, assertion(world), client_assertion_type="jwt")
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


def test_client_id_beside_an_assertion_has_to_agree(world):
    answer = ask_by_assertion(world, assertion(world), client_id=BASIC)
    assert error_of(answer) is ErrorCode.INVALID_CLIENT


@pytest.mark.parametrize("raw", ["", ".", "a.b.c", "é", "e30.e30.", f"e30.{'W' * 30000}."])
def test_what_is_no_jwt_is_refused(world, raw):
    assert error_of(ask_by_assertion(world, raw)) is ErrorCode.INVALID_CLIENT


def test_an_assertion_has_one_text(world):
    """RFC 7515 §2: no padding, no other alphabet, nothing left over."""
    right = assertion(world)
    head, payload, signature = right.split(".")
    last = chr(ord(signature[-1]) + 1)  # 64 bytes leave four bits unused, which are zero
    for other in (
        f"{head}.{payload}.{signature}==",
        f"{head}.{payload}.{signature[:-1]}{last}",
        f"{head}.{payload}.{signature}\n",
        f"{head}.{payload}.{signature}.{signature}",
        f"{head}.{payload}.",
        f"{head} .{payload}.{signature}",
    ):
        assert error_of(ask_by_assertion(world, other)) is ErrorCode.INVALID_CLIENT
    assert isinstance(ask_by_assertion(world, right), Issued)


@pytest.mark.parametrize(
    "headers", [{"crit": ["exp"]}, {"crit": []}, {"b64": True, "crit": ["b64"]}, {"b64": True}]
)
def test_a_header_that_wants_more_understood_is_refused(world, headers):
    """RFC 7515 §4.1.11: what is marked critical and not understood must be refused."""
    signer = credentials.signer(world, FAPI, 1)
    demanding = by_hand({"alg": "ES256", "kid": signer.kid, **headers}, world, signer)
    assert error_of(ask_by_assertion(world, demanding)) is ErrorCode.INVALID_CLIENT


@pytest.mark.parametrize("kid", [None, 1, ["k"]])
def test_a_kid_is_text(world, kid):
    signer = credentials.signer(world, FAPI, 1)
    odd = by_hand({"alg": "ES256", "kid": kid}, world, signer)
    assert error_of(ask_by_assertion(world, odd)) is ErrorCode.INVALID_CLIENT


def test_a_header_by_hand_is_good_otherwise(world):
    """What the two tests above refuse differs in its header alone."""
    signer = credentials.signer(world, FAPI, 1)
    plain = by_hand({"alg": "ES256", "kid": signer.kid, "x": [1]}, world, signer)
    assert isinstance(ask_by_assertion(world, plain), Issued)


def by_hand(header, world, signer):
    """Sign a good assertion under a header that libraries would not write."""
    payload = base64.urlsafe_b64decode(assertion(world).split(".")[1] + "==")
    return signer.compact(base64url(json.dumps(header).encode()), payload).decode()


def test_forged_signatures_are_refused(world):
    stranger = ec.generate_private_key(ec.SECP256R1())
    secret = credentials.client_secret(world, FAPI, 1)
    for forged in (
        assertion(world, key=stranger),
        assertion(world, headers={"kid": "unknown"}),
        assertion(world, headers={"kid": "unknown"}, key=stranger),
        assertion(world, key=secret, algorithm="HS256"),
        assertion(world, key=ed25519.Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        assertion(world, key=None)[:-4] + "AAAA",
    ):
        assert error_of(ask_by_assertion(world, forged)) is ErrorCode.INVALID_CLIENT


def test_nobody_is_told_which_clients_sign_assertions(world):
    stranger = ec.generate_private_key(ec.SECP256R1())
    told = {
        ask_by_assertion(
            world, assertion(world, key=stranger, headers=headers, iss=sub, sub=sub), **more
        ).error_description
        for sub in (FAPI, BASIC, "no-such-client")
        for headers in ({}, {"kid": credentials.signer(world, FAPI, 1).kid}, {"kid": "unknown"})
        for more in ({}, {"client_id": "another"})
    }
    assert len(told) == 1


def test_alg_none_is_no_assertion(world):
    body = assertion(world).split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert error_of(ask_by_assertion(world, f"{head}.{body}.")) is ErrorCode.INVALID_CLIENT


def test_the_derived_key_is_given_out_as_pem_and_works(world):
    with world.session() as session:
        pem = agencies.private_key_pem(session, world, FAPI)
    answer = ask_by_assertion(world, assertion(world, key=pem))
    assert isinstance(answer, Issued)


def _public_jwk(key, algorithm):
    algorithms = {
        "PS256": jwt.algorithms.RSAPSSAlgorithm,
        "EdDSA": jwt.algorithms.OKPAlgorithm,
        "ES256": jwt.algorithms.ECAlgorithm,
    }
    return algorithms[algorithm].to_jwk(key.public_key(), as_dict=True)


@pytest.fixture(scope="module")
def keys():
    return {
        "PS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }


class TestRegisteredKeys:
    """A client that has registered a JWK Set of its own."""

    @pytest.fixture
    def world(self, open_copy):
        return open_copy()

    def test_each_kind_of_key_signs_by_its_own_algorithm(self, world, change, keys):
        for algorithm, key in keys.items():
            jwks = {"keys": [{**_public_jwk(key, algorithm), "kid": "k1"}]}
            change(FAPI, jwks=jwks)
            good = assertion(world, key=key, algorithm=algorithm, headers={"kid": "k1"})
            assert isinstance(ask_by_assertion(world, good), Issued)
            ours = assertion(world)
            assert error_of(ask_by_assertion(world, ours)) is ErrorCode.INVALID_CLIENT

    def test_an_rsa_key_does_not_sign_by_an_older_algorithm(self, world, change, keys):
        jwks = {"keys": [{**_public_jwk(keys["PS256"], "PS256"), "kid": "k1"}]}
        change(FAPI, jwks=jwks)
        weak = assertion(world, key=keys["PS256"], algorithm="RS256", headers={"kid": "k1"})
        assert error_of(ask_by_assertion(world, weak)) is ErrorCode.INVALID_CLIENT

    def test_without_kid_one_of_several_keys_is_not_guessed(self, world, change, keys):
        jwks = {"keys": [{**_public_jwk(key, name), "kid": name} for name, key in keys.items()]}
        change(FAPI, jwks=jwks)
        unnamed = assertion(world, key=keys["ES256"], headers={})
        assert error_of(ask_by_assertion(world, unnamed)) is ErrorCode.INVALID_CLIENT

    def test_a_key_set_that_is_no_use_lets_nobody_in(self, world, change, keys):
        tried = assertion(world, key=keys["ES256"], headers={"kid": "k1"})
        for jwks in (
            {},
            {"keys": None},
            {"keys": []},
            {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]},
            {"keys": [{"kty": "EC", "crv": "P-521", "kid": "k1"}]},
            {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k1"}]},
        ):
            change(FAPI, jwks=jwks)
            assert error_of(ask_by_assertion(world, tried)) is ErrorCode.INVALID_CLIENT


class TestRotation:
    """A rotation ends the old secret and key."""

    @pytest.fixture
    def world(self, open_copy):
        return open_copy()

    def test_the_old_secret_is_refused_and_the_new_one_works(self, world, access):
        old = credentials.client_secret(world, BASIC, 1)
        world.writer.submit(lambda s: agencies.rotate_secret(s, BASIC))
        access.poll()
        assert error_of(ask(world, authorization=basic(BASIC, old))) is ErrorCode.INVALID_CLIENT
        with world.session() as session:
            new = agencies.secret(session, world, BASIC)
        assert isinstance(ask(world, authorization=basic(BASIC, new)), Issued)

    def test_the_old_key_is_refused(self, world, access):
        before = assertion(world)
        world.writer.submit(lambda s: agencies.rotate_secret(s, FAPI))
        access.poll()
        assert error_of(ask_by_assertion(world, before)) is ErrorCode.INVALID_CLIENT

    def test_expired_assertions_are_forgotten_and_live_ones_are_not(self, world):
        used = assertion(world, jti="live")
        assert isinstance(ask_by_assertion(world, used), Issued)
        world.writer.submit(lambda s: sweeping.sweep(s, world, clock.now()))
        assert error_of(ask_by_assertion(world, used)) is ErrorCode.INVALID_CLIENT
        later = clock.now() + sweeping.USAGE_KEPT
        world.writer.submit(lambda s: sweeping.sweep(s, world, later))
        with world.session() as session:
            assert session.scalars(select(SpentAssertion.jti)).all() == []
