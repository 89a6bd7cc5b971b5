"""Chips verified over HTTP: every card of the cast, every form of evidence, and attackers."""

import base64
import concurrent.futures
import datetime as dt
import json
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.exchange import access, grants
from app.identity import biometrics
from app.identity.chip import challenges, files, personalising
from app.identity.pki import authority as authorities
from app.identity.pki import eras
from app.platform import clock
from tests.api.conftest import bearer, served, token
from tests.support import chips
from tests.support.copies import copy


@pytest.fixture(scope="module")
def client(town_client):
    return town_client


@pytest.fixture(scope="module")
def bank(client, town):
    return bearer(client, town)


@pytest.fixture(scope="module")
def detailed(town):
    """A bank's system that is told outcomes in detail."""
    return {"Authorization": f"Bearer {token(town, 'vietcombank-fapi')}"}


def verify(client, headers, body, status=200):
    answer = client.post("/v1/chip-verifications", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("persona", chips.EXPECTED)
def test_each_card_of_the_cast_is_what_it_should_be(client, town, bank, persona):
    card = chips.card_of(town, persona)
    challenge = chips.challenge(client, bank)
    reading = chips.read(client, bank, town, card, challenge=challenge)
    told = verify(client, bank, chips.whole(card, reading))
    assert told["outcome"] == chips.EXPECTED[persona]
    assert told["simulated"]
    expected = "not_proved" if persona == "chip-cloned" else "proved"
    assert told["checks"]["active"] == expected
    assert reading.is_chip is (persona != "chip-cloned")
    groups = {"1": "match", "2": "match", "13": "match", "14": "match", "15": "match"}
    if persona == "chip-tampered":
        groups["13"] = "mismatch"
    assert told["checks"]["passive"]["groups"] == groups
    assert told["checks"]["passive"]["signature"] == "valid"


def test_a_whole_answer(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    challenge = chips.challenge(client, bank)
    face = biometrics.template(town, card.citizen_id)
    told = verify(
        client, bank, chips.proved(chips.chip_of(town, card), card, challenge, face=face)
    )
    match = biometrics.match(face, biometrics.enrolled(town, card.citizen_id))
    assert told.pop("checks") == {
        "passive": {
            "groups": {},
            "signature": "valid",
            "chain": "trusted",
            "revocation": "good",
        },
        "active": "proved",
        "card": "valid",
        "person": "alive",
        "face": {
            "verdict": "match",
            "score": match.score,
            "threshold": match.threshold,
            "live": True,
            "quality": match.quality,
        },
    }
    assert told.keys() == {"outcome", "simulated", "request_id", "receipt", "leaf"}


def test_the_answer_is_signed_and_its_leaf_names_the_checks(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, bank))
    answer = client.post(
        "/v1/chip-verifications", headers={**bank, "Accept": "application/jose"}, json=body
    )
    assert answer.headers["content-type"] == "application/jose"
    payload = answer.text.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert told["outcome"] == "genuine"
    leaf = client.get(f"/v1/log/leaves/{told['leaf']['seq']}", headers=bank).json()
    said = json.loads(leaf["text"])
    assert said["fields"] == [
        "passive_authentication",
        "active_authentication",
        "card_status",
        "person_status",
    ]
    assert said["outcome"] == "genuine"
    assert card.number not in leaf["text"]
    signed = verify_signed(client, bank, chips.challenge(client, bank), town, card)
    assert signed.headers["content-type"] == "application/jose"


def verify_signed(client, bank, challenge, town, card):
    body = chips.proved(chips.chip_of(town, card), card, challenge, signed=True)
    return client.post("/v1/chip-verifications", headers=bank, json=body)


def certificate_of(town, card, *, revoked=False, is_trusted=True):
    stock = personalising.stock(town)
    authority = stock.trusted if is_trusted else stock.untrusted
    return authorities.signer(authority, eras.quarter(card.issued_on), revoked=revoked).certificate


@pytest.mark.parametrize("form", ["pem", "base64 of pem", "der"])
def test_a_signers_certificate_alone_in_each_form(client, town, bank, form):
    """As one vendor's kit sends it: number and base64 of the PEM certificate."""
    card = chips.card_of(town, "chip-genuine")
    certificate = certificate_of(town, card)
    pem, der = (certificate.public_bytes(each) for each in (Encoding.PEM, Encoding.DER))
    text = {"pem": pem.decode(), "base64 of pem": chips.text(pem), "der": chips.text(der)}[form]
    told = verify(client, bank, {"number": card.number, "certificate": text, "purpose": "ekyc"})
    assert told["outcome"] == "genuine"
    assert told["checks"]["passive"] == {
        "groups": {},
        "signature": None,
        "chain": "trusted",
        "revocation": "good",
    }
    assert told["checks"]["active"] == "not_checked"


@pytest.mark.parametrize("last", [b"\n", b" "])
def test_a_certificate_may_end_in_what_is_white_space_in_a_text(client, town, bank, last):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SIMULATION")])
    today = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, today, today)
    der = b""
    while not der.endswith(last):  # each signature is another
        der = made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    card = chips.card_of(town, "chip-genuine")
    body = {"number": card.number, "certificate": chips.text(der), "purpose": "ekyc"}
    assert verify(client, bank, body)["outcome"] == "untrusted_signer"


def test_who_has_a_certificate_alone_learns_no_more_than_yes_or_no(client, town, bank, detailed):
    """It is in every card of a quarter; detail is for those whose grant says so."""
    card = chips.card_of(town, "card-lost")
    certificate = chips.text(certificate_of(town, card).public_bytes(Encoding.DER))
    asked = {"number": card.number, "certificate": certificate, "purpose": "ekyc"}
    plain = verify(client, bank, asked)
    assert plain["outcome"] == "card_not_valid"
    assert (plain["checks"]["card"], plain["checks"]["person"]) == (None, None)
    told = verify(client, detailed, asked)
    assert told["outcome"] == "lost"
    assert (told["checks"]["card"], told["checks"]["person"]) == ("lost", "alive")
    nobody = verify(client, bank, {**asked, "number": "901099999999"})
    assert nobody["checks"] == plain["checks"]
    assert nobody["outcome"] == plain["outcome"]


@pytest.mark.parametrize(
    ("persona", "outcome", "how"),
    [
        ("chip-untrusted-signer", "untrusted_signer", {"is_trusted": False}),
        ("chip-revoked-signer", "revoked_signer", {"revoked": True}),
    ],
)
def test_a_signer_that_is_no_good_is_told_by_its_certificate(
    client, town, bank, persona, outcome, how
):
    card = chips.card_of(town, persona)
    certificate = chips.text(certificate_of(town, card, **how).public_bytes(Encoding.DER))
    asked = {"number": card.number, "certificate": certificate, "purpose": "ekyc"}
    assert verify(client, bank, asked)["outcome"] == outcome


def test_guesses_with_a_certificate_are_counted(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        bank = bearer(client, world)
        card = chips.card_of(world, "chip-genuine")
        another = certificate_of(world, chips.card_of(world, "card-2021"))
        asked = {
            "number": card.number,
            "certificate": chips.text(another.public_bytes(Encoding.DER)),
            "purpose": "ekyc",
        }
        for _ in range(access.MOST_FAILED_GUESSES):
            verify(client, bank, asked)
        refused = verify(client, bank, asked, status=429)
        assert refused["code"] == "too-many-guesses"
        assert refused["receipt"]


def test_guesses_count_by_whichever_number_somebody_is_asked_about(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        bank = bearer(client, world)
        card = chips.card_of(world, "adult-level-2")
        chip = chips.chip_of(world, card)
        [old] = files.read_dg13(chip.files[files.group_file(13)])[15]
        stranger = chips.chip_of(world, chips.card_of(world, "card-2021"))
        asked = {"number": card.number, "purpose": "ekyc"}
        sod = {"sod": chips.text(chip.files[files.SOD])}
        assert verify(client, bank, asked | sod | {"number": old})["outcome"] == "genuine"
        for _ in range(access.MOST_FAILED_GUESSES):
            verify(client, bank, asked | {"sod": chips.text(stranger.files[files.SOD])})
        refused = verify(client, bank, asked | sod | {"number": old}, status=429)
        assert refused["code"] == "too-many-guesses"


def test_a_grant_that_asks_for_consent_gets_none_of_it_without(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        agency_id = access.of(world).poll().callers["vietcombank-basic"].agency_id
        new = grants.NewGrant(
            agency_id=agency_id,
            service="chip-verification",
            purpose="credit-scoring",
            fields=("passive_authentication", "card_status", "person_status"),
            legal_basis="Luật 91/2025/QH15",
            valid_from=world.today,
            consent_required=True,
        )
        world.writer.submit(lambda session: grants.add(session, new))
        access.of(world).poll()
        card = chips.card_of(world, "chip-genuine")
        asked = {
            "number": card.number,
            "purpose": "credit-scoring",
            "consent": "none",
            "sod": chips.text(chips.chip_of(world, card).files[files.SOD]),
        }
        refused = verify(client, bearer(client, world), asked, status=403)
        assert refused["code"] == "no-consent"


def test_a_card_of_somebody_else_is_not_found(client, town, bank):
    card, other = chips.card_of(town, "card-2021"), chips.card_of(town, "card-held")
    body = chips.proved(
        chips.chip_of(town, card), card, chips.challenge(client, bank), number=other.number
    )
    told = verify(client, bank, body)
    assert told["outcome"] == "card_not_found"
    assert told["checks"]["active"] == "not_checked"
    assert told["checks"]["person"] is None


FACES = {
    "somebody else's": ("face_mismatch", {}),
    "a picture": ("face_not_live", {"presented": "spoof"}),
    "nobody": ("face_unusable", {"presented": "none"}),
    "in the dark": ("face_unusable", {"quality": 10}),
}


@pytest.mark.parametrize("what", FACES)
def test_a_face_that_is_not_the_holders(client, town, bank, what):
    card = chips.card_of(town, "chip-genuine")
    outcome, how = FACES[what]
    whose = card.citizen_id + (what == "somebody else's")
    face = biometrics.template(town, whose, **how)
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, bank), face=face)
    assert verify(client, bank, body)["outcome"] == outcome


def test_a_face_token_that_is_none(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(
        chips.chip_of(town, card), card, chips.challenge(client, bank), face="not a token"
    )
    told = verify(client, bank, body)
    assert told["outcome"] == "face_unusable"
    assert told["checks"]["face"]["verdict"] == "unreadable"


def test_a_check_that_the_grant_does_not_give_is_refused(client, town):
    card = chips.card_of(town, "chip-genuine")
    lender = {"Authorization": f"Bearer {token(town, 'mcredit')}"}
    body = {
        "number": card.number,
        "sod": chips.text(chips.chip_of(town, card).files[files.SOD]),
        "face": biometrics.template(town, card.citizen_id),
        "purpose": "ekyc",
    }
    refused = verify(client, lender, body, status=403)
    assert refused["code"] == "field-not-allowed"
    assert [each["name"] for each in refused["invalid_params"]] == ["face"]


# Challenges


def test_a_challenge_is_good_once(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, bank))
    assert verify(client, bank, body)["outcome"] == "genuine"
    again = verify(client, bank, body)
    assert again["outcome"] == "challenge_not_valid"
    assert again["checks"]["active"] == "challenge_not_valid"


def test_a_challenge_of_ones_own_proves_nothing(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, b"12345678")
    assert verify(client, bank, body)["outcome"] == "challenge_not_valid"


def test_a_challenge_is_of_the_system_that_got_it(client, town, bank, detailed):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, detailed))
    assert verify(client, bank, body)["outcome"] == "challenge_not_valid"
    assert verify(client, detailed, body)["outcome"] == "genuine"


def test_a_challenge_ends_after_a_minute(town):
    now = clock.now()
    issued = town.writer.submit(lambda session: challenges.issue(session, "me", now=now))
    later = issued.expires_at
    taken = town.writer.submit(
        lambda session: challenges.take(session, issued.challenge, "me", now=later)
    )
    assert (later - now).total_seconds() == 60
    assert not taken


def test_a_verification_that_is_sent_again_with_its_key_gets_its_answer(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, bank))
    keyed = {**bank, "Idempotency-Key": uuid.uuid4().hex}
    first, second = (verify(client, keyed, body) for _ in range(2))
    assert first == second
    assert first["outcome"] == "genuine"


def replays(client, town, bank, count):
    """Send one proof so many times at once; return the outcomes."""
    card = chips.card_of(town, "chip-genuine")
    body = chips.proved(chips.chip_of(town, card), card, chips.challenge(client, bank))
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(verify, client, bank, body) for _ in range(count)]
    return [each.result()["outcome"] for each in asked]


def test_of_many_replays_of_one_challenge_exactly_one_wins(client, town, bank):
    outcomes = replays(client, town, bank, 60)
    assert outcomes.count("genuine") == 1
    assert outcomes.count("challenge_not_valid") == 59


@pytest.mark.slow
def test_of_a_thousand_replays_exactly_one_wins(client, town, bank):
    outcomes = replays(client, town, bank, 1_000)
    assert outcomes.count("genuine") == 1
    assert outcomes.count("challenge_not_valid") == 999


# What cannot be read


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("sod", "AAAA"),
        ("sod", "====" * 4),
        ("sod", chips.text(b"\x77\x82\xff\xff")),
        ("certificate", "AAAA"),
        ("certificate", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
        ("certificate", "-----BEGIN CERTIFICATE-----"),
        ("certificate", "not base64 at all"),
    ],
)
def test_evidence_that_cannot_be_read_is_named(client, bank, member, value):
    asked = {"number": "901090000001", "purpose": "ekyc", member: value}
    problem = verify(client, bank, asked, status=400)
    assert problem["code"] == "chip-evidence-malformed"
    assert [each["name"] for each in problem["invalid_params"]] == [member]


def test_evidence_that_is_too_long_is_refused_early(client, town, bank):
    sod = chips.text(bytes(20_000))
    certificate = chips.text(bytes(9_000))
    group = {"2": chips.text(bytes(70_000))}
    card = chips.card_of(town, "chip-genuine")
    right = chips.text(chips.chip_of(town, card).files[files.SOD])
    asked = {"number": card.number, "purpose": "ekyc"}
    for more in ({"sod": sod}, {"certificate": certificate}, {"sod": right, "data_groups": group}):
        problem = verify(client, bank, asked | more, status=400)
        assert problem["code"] == "chip-evidence-malformed"
    problem = verify(client, bank, asked | {"sod": chips.text(bytes(40_000))}, status=400)
    assert problem["code"] == "invalid-request"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sod": "AAAA", "certificate": "AAAA"},
        {"certificate": "AAAA", "data_groups": {"1": "AAAA"}},
        {"sod": "AAAA", "data_groups": {"17": "AAAA"}},
        {"sod": "AAAA", "active": {"challenge": "00", "signature": "00"}},
    ],
)
def test_evidence_of_the_wrong_shape_is_refused(client, bank, more):
    asked = {"number": "901090000001", "purpose": "ekyc", **more}
    assert verify(client, bank, asked, status=400)["code"] == "invalid-request"
