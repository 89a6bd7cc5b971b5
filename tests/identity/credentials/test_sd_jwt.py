"""SD-JWT: what is signed, what is told, and all that must be refused (RFC 9901)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from app.identity.credentials import jws, key_binding, sd_jwt
from app.identity.credentials.sd_jwt import RejectedError
from tests.identity.credentials import making
from tests.identity.credentials.making import AUDIENCE, HIDDEN, NONCE, NOW, TOLD, disclosure


def opened(presentation):
    parts = sd_jwt.split(presentation)
    unverified = jws.read(parts.jwt, sd_jwt.TYPE, "signature")
    payload = jws.check(unverified, making.ISSUER.public_key, "signature")
    return sd_jwt.open_up(payload, parts.disclosures)


def rejected(check, function, *args, **more):
    with pytest.raises(RejectedError) as caught:
        function(*args, **more)
    assert caught.value.check == check
    return caught.value.detail


def by_another(presentation):
    """Verify by a library that is not ours."""
    key = JWK(**{name: making.ISSUER.jwk[name] for name in ("kty", "crv", "x", "y")})
    verifier = SDJWTVerifier(presentation, lambda _iss, _header: key, AUDIENCE, NONCE)
    return verifier.get_verified_payload()


def test_another_library_accepts_what_is_issued_and_shown():
    for chosen in ([], ["full_name"], ["points", "places"], list(HIDDEN)):
        presentation = making.shown(chosen)
        told = {**TOLD, **{name: HIDDEN[name] for name in chosen}}
        assert by_another(presentation) == told
        assert opened(presentation) == told


def test_what_is_hidden_is_not_in_what_is_signed():
    jwt = sd_jwt.split(making.credential()).jwt
    payload = json.loads(sd_jwt.decoded(jwt.split(".")[1]))
    assert payload["_sd"] == sorted(payload["_sd"])
    assert len(payload["_sd"]) == len(HIDDEN)
    assert not HIDDEN.keys() & payload.keys()
    assert sd_jwt.names(making.credential()) == tuple(HIDDEN)


def test_the_digest_is_that_of_the_standards_example():
    # RFC 9901 §4.2.3, the example of family_name.
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert sd_jwt.digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert sd_jwt._disclosure(text) == ["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        ({"_sd": []}, {}),
        ({}, {"...": 1}),
        ({}, {"cnf": {}}),
        ({}, {"status": 1}),
        ({"name": 1}, {"name": 1}),
    ],
)
def test_nothing_is_issued_that_could_not_be_verified(told, hidden):
    with pytest.raises(ValueError, match="cannot stand"):
        making.credential(told, hidden)


@pytest.mark.parametrize(
    "text",
    ["", "a.b.c", "a.b~", "~", "a.b.c.d~", "x" * 70_000, "a.b.c~" + "d~" * 300],
)
def test_what_has_another_form_is_refused(text):
    rejected("format", sd_jwt.split, text)


def test_a_disclosure_that_nothing_refers_to_is_refused():
    parts = sd_jwt.split(making.credential())
    added = disclosure("salt", "admin", "yes")
    presentation = sd_jwt.Parts(parts.jwt, (*parts.disclosures, added), "").bound
    assert "not referred to" in rejected("disclosures", opened, presentation)


def test_a_changed_disclosure_is_refused():
    parts = sd_jwt.split(making.credential())
    other = disclosure("salt-0", "full_name", "Nguyễn Văn Anh")
    presentation = sd_jwt.Parts(parts.jwt, (other, *parts.disclosures[1:]), "").bound
    rejected("disclosures", opened, presentation)


def test_a_disclosure_that_stands_twice_is_refused():
    parts = sd_jwt.split(making.credential())
    presentation = sd_jwt.Parts(parts.jwt, (*parts.disclosures, parts.disclosures[0]), "").bound
    assert "stands twice" in rejected("disclosures", opened, presentation)


NAME = disclosure("s", "name", "An")
D = sd_jwt.digest(NAME)
ELEMENT = disclosure("s", "element")
E = sd_jwt.digest(ELEMENT)
INNER = disclosure("s", "inner", {"_sd": [D]})


@pytest.mark.parametrize(
    ("payload", "disclosures"),
    [
        ({"_sd": [D, D]}, [NAME]),
        ({"_sd": [D], "more": {"_sd": [D]}}, [NAME]),
        ({"_sd": [D, sd_jwt.digest(INNER)]}, [NAME, INNER]),
        ({"_sd": [D], "name": "Bình"}, [NAME]),
        ({"_sd": [D], "list": [{"...": D}]}, [NAME]),
        ({"_sd": [E]}, [ELEMENT]),
        ({"list": [{"...": D}]}, [NAME]),
        ({"list": [{"...": E, "x": 1}]}, [ELEMENT]),
        ({"list": [{"...": [E]}]}, [ELEMENT]),
        ({"...": E}, []),
        ({"_sd": D}, [NAME]),
        ({"_sd": {"a": D}}, [NAME]),
        ({"_sd": [7]}, []),
        ({"_sd": ["short"]}, []),
        ({"_sd": [D], "_sd_alg": "sha-512"}, [NAME]),
        ({"_sd": [D], "_sd_alg": None}, [NAME]),
        ({"_sd": [sd_jwt.digest(disclosure("s", "_sd", []))]}, [disclosure("s", "_sd", [])]),
        ({"_sd": [sd_jwt.digest(disclosure("s", "...", 1))]}, [disclosure("s", "...", 1)]),
        ({"_sd": [sd_jwt.digest(disclosure("s", "exp", 1))]}, [disclosure("s", "exp", 1)]),
        ({"_sd": [sd_jwt.digest(disclosure("s", "cnf", 1))]}, [disclosure("s", "cnf", 1)]),
        ({}, [disclosure()]),
        ({}, [disclosure("s")]),
        ({}, [disclosure(1, "a", 1)]),
        ({}, [disclosure("s", 1, 1)]),
        ({}, [disclosure("s", "a", 1, 2)]),
    ],
)
def test_a_structure_that_is_not_sound_is_refused(payload, disclosures):
    rejected("disclosures", sd_jwt.open_up, payload, disclosures)


@pytest.mark.parametrize("text", ["", "a b", "YQ==", "YR", "W10=", "_", "e30", "W10"])
def test_a_disclosure_that_is_no_array_in_base64url_is_refused(text):
    with pytest.raises(RejectedError):
        sd_jwt.open_up({}, [text])


@pytest.mark.parametrize(
    "text", [b"{", b'{"a": 1, "a": 2}', b"NaN", b"[Infinity]", b"\xff", b"[" * 10_000]
)
def test_json_is_read_strictly(text):
    rejected("format", sd_jwt.json_of, text)


def test_what_is_nested_is_opened_and_what_is_not_told_is_left_out():
    status = disclosure("t", "status", "widowed")  # a nested claim may have any name
    payload = {
        "_sd": [sd_jwt.digest(INNER)],
        "person": {"_sd": [sd_jwt.digest(status)], "sex": "M"},
        "list": [{"...": E}, {"...": sd_jwt.digest("not told")}, 3],
    }
    told = sd_jwt.open_up(payload, [INNER, NAME, ELEMENT, status])
    assert told == {
        "inner": {"name": "An"},
        "person": {"sex": "M", "status": "widowed"},
        "list": ["element", 3],
    }
    assert sd_jwt.open_up(payload, []) == {"person": {"sex": "M"}, "list": [3]}
    deep = 1
    for _ in range(40):
        deep = [deep]
    rejected("format", sd_jwt.open_up, {"deep": deep}, [])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"typ": "JWT"},
        {"typ": None},
        {"crit": ["b64"], "b64": False},
    ],
)
def test_the_algorithm_and_the_type_are_pinned(header):
    text = making.signed(TOLD, **header).decode()
    rejected("signature", jws.read, text, sd_jwt.TYPE, "signature")


def test_a_signature_by_another_key_is_refused():
    text = making.signed(TOLD, making.HOLDER).decode()
    unverified = jws.read(text, sd_jwt.TYPE, "signature")
    rejected("signature", jws.check, unverified, making.ISSUER.public_key, "signature")
    head = text.rpartition(".")[0]
    for signature in ("", ".", ".AAAA", ".A"):
        with pytest.raises(RejectedError):
            opened(head + signature + "~")
    for odd in ("W10.e30.", "e30.W10."):
        rejected("signature", jws.read, odd, sd_jwt.TYPE, "signature")


@pytest.mark.parametrize(
    "said",
    [
        {"kty": "oct"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"d": "AA"},
        {"x": "AA"},
        {"x": 7},
        {"y": None},
        {"x": making.HOLDER.jwk["y"]},
        {"x": making.HOLDER.jwk["x"] + "="},
    ],
)
def test_a_holders_key_is_a_point_of_its_curve(said):
    jwk = {**TOLD["cnf"]["jwk"], **said}
    rejected("key_binding", jws.public_key, jwk, "key_binding")
    rejected("key_binding", jws.public_key, None, "key_binding")


def both(presentation):
    opened(presentation)
    bound(presentation)


def bound(presentation, **how):
    said = {"nonce": NONCE, "audience": AUDIENCE, "now": NOW, **how}
    key = jws.public_key(TOLD["cnf"]["jwk"], "key_binding")
    key_binding.check(sd_jwt.split(presentation), key, **said)


def test_a_binding_is_good_for_one_verifier_one_request_and_a_few_minutes():
    presentation = making.shown(["full_name"])
    bound(presentation)
    bound(presentation, now=NOW + key_binding.MOST_SECONDS)
    bound(presentation, now=NOW - key_binding.SKEW_SECONDS)
    rejected("key_binding", bound, presentation, now=NOW + key_binding.MOST_SECONDS + 1)
    rejected("key_binding", bound, presentation, now=NOW - key_binding.SKEW_SECONDS - 1)
    rejected("audience", bound, presentation, audience="https://other.invalid")
    rejected("nonce", bound, presentation, nonce="another")
    rejected("key_binding", bound, sd_jwt.split(presentation).bound)
    rejected("key_binding", bound, making.shown(["full_name"], signer=making.ISSUER))


def test_a_binding_is_over_just_what_is_shown():
    all_of_it, one = making.shown(list(HIDDEN)), making.shown(["full_name"])
    moved = sd_jwt.split(one).bound + sd_jwt.split(all_of_it).binding
    assert "sd_hash" in rejected("key_binding", bound, moved)
    claims = {"iat": "now", "aud": AUDIENCE, "nonce": NONCE}
    text = making.signed(claims, making.HOLDER, typ=key_binding.TYPE).decode()
    rejected("key_binding", bound, sd_jwt.split(one).bound + text)


_NAMES = st.text(min_size=1, max_size=8).filter(
    lambda name: name not in sd_jwt.ALWAYS_TOLD | {"_sd", "...", "_sd_alg"} | TOLD.keys()
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=6), st.data())
def test_whatever_is_chosen_that_and_no_more_is_told(hidden, data):
    chosen = data.draw(st.sets(st.sampled_from(sorted(hidden)))) if hidden else set()
    presentation = making.shown(chosen, of=making.credential(hidden=hidden))
    assert opened(presentation) == {**TOLD, **{name: hidden[name] for name in chosen}}


@given(st.integers(0, 10_000), st.characters(min_codepoint=32, max_codepoint=126))
def test_no_letter_of_a_presentation_can_be_changed(place, letter):
    presentation = PRESENTED
    place %= len(presentation)
    changed = presentation[:place] + letter + presentation[place + 1 :]
    if changed == presentation:
        return
    with pytest.raises(RejectedError):
        both(changed)


PRESENTED = making.shown(["full_name", "points"])


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.e30\.[A-Za-z0-9_~-]{0,80}"))
def test_no_text_is_taken_for_a_presentation(text):
    with pytest.raises(RejectedError):
        opened(text)
