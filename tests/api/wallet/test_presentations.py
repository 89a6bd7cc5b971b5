"""Presentations and share codes: what a holder shows to a system, each time with a leaf."""

import base64
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier
from sqlalchemy import update

from app.exchange import presentations
from app.exchange.models import PresentationRequest
from app.identity import accounts, approvals
from app.identity.credentials import issuing, key_binding, sd_jwt, verifying
from app.identity.models import Account, Credential, WalletDocument
from app.platform import clock
from app.platform.signing import derive_signer
from app.registry import citizens
from tests.api.conftest import as_operator, served
from tests.api.wallets import NAME, PIN, Wallet, leaf_of, system
from tests.identity.credentials import making
from tests.support.copies import copy

PURPOSE = "linked-procedures"

pytestmark = pytest.mark.usefixtures("licence")
LICENCE = {"documents": ["driver-licence"], "claims": ["full_name", "classes"], "purpose": PURPOSE}


def asked(client, headers, **more):
    answer = client.post("/v1/presentation-requests", json=LICENCE | more, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def shown(client, headers, request, presentation=None, **more):
    body = {"request": request["id"], **more}
    if presentation is not None:
        body["presentation"] = presentation
    return client.post("/v1/presentations", json=body, headers=headers)


def test_what_a_wallet_shows_is_verified_and_logged(shared, ministry, wallet):
    request = asked(shared, ministry)
    answer = shown(shared, ministry, request, wallet.shown(request))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["outcome"], told["document"]) == ("genuine", "driver-licence")
    assert told["claims"] == {"full_name": NAME, "classes": ["A1", "B2"]}
    assert told["checks"] == {"passed": list(verifying.CHECKS), "failed": None, "detail": None}
    leaf = leaf_of(told)
    assert (leaf.kind, leaf.outcome, leaf.purpose) == ("presentation", "genuine", PURPOSE)
    assert leaf.fields == ("driver_licence.full_name", "driver_licence.classes")
    state = shared.get(f"/v1/presentation-requests/{request['id']}", headers=ministry).json()
    assert state["state"] == "answered"


def test_a_library_that_is_not_ours_accepts_it(shared, ministry, wallet):
    request = asked(shared, ministry)
    text = wallet.shown(request)
    issuer = shared.get("/.well-known/jwt-vc-issuer").json()

    def key(iss, header):
        assert iss == issuer["issuer"]
        [found] = [key for key in issuer["jwks"]["keys"] if key["kid"] == header["kid"]]
        return JWK(**{name: found[name] for name in ("kty", "crv", "x", "y")})

    told = SDJWTVerifier(text, key, request["audience"], request["nonce"]).get_verified_payload()
    assert told["full_name"] == NAME
    assert "birth_date" not in told


def test_the_holder_is_asked_on_the_phone(shared, shared_world, ministry):
    request = asked(shared, ministry, number=PIN)
    assert request["state"] == "pending"
    early = shown(shared, ministry, request)
    assert (early.status_code, early.json()["code"]) == (403, "approval-pending")
    assert _decide(shared_world, request, "accepted").title_en.startswith("Ministry")
    seen = shared.get(f"/v1/presentation-requests/{request['id']}", headers=ministry)
    assert seen.json()["state"] == "accepted"
    told = shown(shared, ministry, request, signed=True)
    assert told.headers["content-type"] == "application/jose"
    unverified = jwt.decode(told.text, options={"verify_signature": False})
    assert unverified["claims"]["full_name"] == NAME


def test_a_holder_who_refuses_shows_nothing(shared, shared_world, ministry):
    request = asked(shared, ministry, number=PIN)
    _decide(shared_world, request, "refused")
    told = shown(shared, ministry, request).json()
    assert (told["outcome"], told["claims"], told["document"]) == ("declined", None, None)
    assert told["checks"]["failed"] == "consent"
    assert leaf_of(told).outcome == "declined"
    # With no phone asked, nothing said is nothing agreed to.
    told = shown(shared, ministry, asked(shared, ministry)).json()
    assert told["outcome"] == "declined"


def test_a_number_that_nobody_bears_is_asked_like_any_other(shared, shared_world, ministry):
    told = []
    for number in ("901090999999", PIN):
        request = asked(shared, ministry, number=number)
        answer = shown(shared, ministry, request)
        address = f"/v1/presentation-requests/{request['id']}"
        later = shared.get(address, headers=ministry).json()
        told.append((request.keys(), answer.status_code, answer.json()["code"], later["state"]))
    assert told[0] == told[1]
    assert told[0][1:] == (403, "approval-pending", "pending")
    _write(shared_world, PresentationRequest, expires_at=clock.now())
    late = shown(shared, ministry, request)
    assert late.json()["code"] == "presentation-request-over"


def test_a_number_is_asked_only_so_often_whoever_bears_it(shared, shared_world):
    bank = system(shared, shared_world, "vietcombank-basic")
    for number in ("901090888888", PIN):
        ask = LICENCE | {"purpose": "ekyc", "number": number}
        answers = [
            shared.post("/v1/presentation-requests", json=ask, headers=bank) for _ in range(11)
        ]
        assert [each.status_code for each in answers] == [201] * 10 + [429]
        assert answers[-1].json()["code"] == "too-many-guesses"


def test_somebody_without_such_a_document_shows_none(shared, shared_world, ministry):
    request = asked(shared, ministry, number=_pin(shared, "guardian"))
    _decide(shared_world, request, "accepted")
    told = shown(shared, ministry, request).json()
    assert (told["outcome"], told["claims"]) == ("declined", None)
    assert leaf_of(told).outcome == "declined"
    # It is told like a refusal, and used up like one.
    refused = asked(shared, ministry, number=PIN)
    _decide(shared_world, refused, "refused")
    assert shown(shared, ministry, refused).json()["checks"] == told["checks"]
    again = shown(shared, ministry, request)
    assert (again.status_code, again.json()["code"]) == (409, "presentation-request-over")


def test_a_lost_account_is_not_told_of_either(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        ministry = system(client, world)
        Wallet(client).integrated("driver-licence")
        request = asked(client, ministry, number=PIN)
        _decide(world, request, "accepted")
        _write(world, Account, state="locked")
        told = shown(client, ministry, request).json()
        assert told["outcome"] == leaf_of(told).outcome == "declined"


def test_a_request_is_answered_once(shared, ministry, wallet):
    request = asked(shared, ministry)
    text = wallet.shown(request)
    assert shown(shared, ministry, request, text).json()["outcome"] == "genuine"
    again = shown(shared, ministry, request, text)
    assert (again.status_code, again.json()["code"]) == (409, "presentation-request-over")


def test_of_many_who_answer_one_request_at_once_one_counts(shared, ministry, wallet):
    request = asked(shared, ministry)
    text = wallet.shown(request)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shown(shared, ministry, request, text), range(40)))
    outcomes = [each.json().get("outcome") or each.json()["code"] for each in answers]
    assert outcomes.count("genuine") == 1
    assert outcomes.count("presentation-request-over") == 39


def test_an_idempotent_answer_is_given_again(shared, ministry, wallet):
    request = asked(shared, ministry)
    text = wallet.shown(request)
    keyed = ministry | {"Idempotency-Key": request["id"]}
    first, second = (shown(shared, keyed, request, text) for _ in range(2))
    assert first.text == second.text
    assert second.headers["idempotency-replayed"] == "true"


def test_another_systems_request_is_nobodys(shared, shared_world, ministry):
    request = asked(shared, ministry)
    province = system(shared, shared_world, "ha-noi")
    for answer in (
        shown(shared, province, request, "x"),
        shared.get(f"/v1/presentation-requests/{request['id']}", headers=province),
    ):
        assert answer.json()["code"] == "presentation-request-unknown"


def test_only_granted_documents_are_asked_for(shared, shared_world):
    bank = system(shared, shared_world, "vietcombank-basic")
    birth = LICENCE | {"documents": ["birth-certificate"], "purpose": "ekyc"}
    for body, problem in (
        (birth | {"claims": ["father"]}, "field-not-allowed"),
        (LICENCE, "purpose-not-allowed"),
        (LICENCE | {"purpose": "ekyc", "documents": ["passport"]}, "document-kind-unknown"),
        (LICENCE | {"purpose": "ekyc", "claims": ["father"]}, "claim-unknown"),
    ):
        answer = shared.post("/v1/presentation-requests", json=body, headers=bank)
        assert answer.json()["code"] == problem
    assert asked(shared, bank, purpose="ekyc")["state"] == "pending"


def test_a_right_that_ended_meanwhile_is_refused_in_the_log(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        bank = system(client, world, "vietcombank-basic")
        Wallet(client).integrated("driver-licence")
        request = asked(client, bank, purpose="ekyc")
        text = Wallet(client).shown(request)
        state = {"state": "suspended", "reason": "test"}
        address = "/control/v1/agencies/systems/vietcombank-basic/state"
        client.post(address, json=state, headers=as_operator(client))
        answer = shown(client, bank, request, text)
        assert (answer.status_code, answer.json()["code"]) == (403, "connection-suspended")
        assert leaf_of(answer.json()).outcome == "refused:CONNECTION_SUSPENDED"


# What must be rejected


def rejected(client, headers, request, text):
    told = shown(client, headers, request, text).json()
    assert (told["outcome"], told["claims"]) == ("rejected", None), told
    assert leaf_of(told).outcome == "rejected"
    assert (
        told["checks"]["passed"]
        == (list(verifying.CHECKS)[: list(verifying.CHECKS).index(told["checks"]["failed"])])
    )
    return told["checks"]["failed"]


def rebound(world, chosen, request, **said):
    """Bind a chosen credential by the phone's own key, as only it can."""
    with world.session() as session:
        account = accounts.of(session, citizens.find(session, PIN).id)
        signer = issuing.phone_signer(session, world, account)
    how = {"nonce": request["nonce"], "audience": request["audience"], "now": clock.epoch()}
    return key_binding.bind(signer, chosen, **(how | said))


def test_what_is_not_as_it_should_be_is_rejected(shared, shared_world, ministry, wallet, licence):
    credential = wallet.post(f"/{licence}/credential").json()["text"]
    parts = sd_jwt.split(credential)
    chosen = sd_jwt.choose(credential, LICENCE["claims"])

    def attack(expected, make):
        request = asked(shared, ministry)
        assert rejected(shared, ministry, request, make(request)) == expected

    def bound(text, **said):
        return lambda request: rebound(shared_world, text, request, **said)

    added = base64.urlsafe_b64encode(b'["s", "admin", true]').decode().rstrip("=")
    attack("format", lambda _: "no presentation")
    attack("disclosures", bound(f"{chosen}{added}~"))
    attack("disclosures", bound(chosen + sd_jwt.split(chosen).disclosures[0] + "~"))
    attack("key_binding", lambda _: chosen)
    attack("key_binding", bound(chosen, now=clock.epoch() - 3_600))
    attack("audience", bound(chosen, audience="https://another.invalid"))
    attack("nonce", bound(chosen, nonce="0" * 32))
    attack("nonce", bound(chosen, nonce="\ud800"))
    attack("nonce", bound(chosen, nonce=["x"]))
    attack("claims", bound(sd_jwt.choose(credential, ["full_name"])))
    attack("signature", bound(chosen.replace(parts.jwt, parts.jwt[:-4] + "AAAA")))
    attack("signature", bound(_signed_by_another(parts)))
    unknown = making.signed(making.TOLD, kid="nobody's").decode()
    attack("signature", bound(sd_jwt.Parts(unknown, (), "").bound))
    payload = parts.jwt.split(".")[1]
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"dc+sd-jwt"}').decode().rstrip("=")
    attack("signature", bound(f"{none}.{payload}.~"))


def test_another_kind_than_was_asked_for_is_rejected(shared, shared_world, ministry, wallet):
    residence = wallet.integrated("residence")
    credential = wallet.post(f"/{residence}/credential").json()["text"]
    request = asked(shared, ministry)
    text = rebound(shared_world, sd_jwt.choose(credential, ["full_name"]), request)
    assert rejected(shared, ministry, request, text) == "type"


WRONG = [
    ({"iss": "http://127.0.0.1:8000/w/another"}, "signature"),
    ({"vct": "http://127.0.0.1:8000/v1/credential-types/passport"}, "type"),
    ({"exp": 1}, "time"),
    ({"iat": 4_000_000_000, "exp": 4_000_000_001}, "time"),
    ({"exp": None}, "time"),
    ({"cnf": {}}, "key_binding"),
    ({"cnf": 7}, "key_binding"),
    ({"status": None}, "status"),
    ({"status": {"status_list": {"idx": 0, "uri": "https://another.invalid/0"}}}, "status"),
    ({"status": {"status_list": {"idx": "x", "uri": "{lists}0"}}}, "status"),
    ({"status": {"status_list": {"idx": 0, "uri": "{lists}99999999999"}}}, "status"),
    ({"status": {"status_list": {"idx": 0, "uri": "{lists}7"}}}, "status"),
]


def test_even_what_our_own_key_signed_is_checked(shared, shared_world, ministry, wallet, licence):
    text = wallet.post(f"/{licence}/credential").json()["text"]
    parts = sd_jwt.split(sd_jwt.choose(text, LICENCE["claims"]))
    payload = sd_jwt.json_of(sd_jwt.decoded(parts.jwt.split(".")[1]))
    lists = payload["status"]["status_list"]["uri"].rpartition("/")[0] + "/"
    signer = shared_world.signer("credential")
    for claims, failed in WRONG:
        said = json.loads(json.dumps(claims).replace("{lists}", lists))
        signed = signer.compact(
            signer.protected(typ=sd_jwt.TYPE), json.dumps(payload | said).encode()
        ).decode()
        request = asked(shared, ministry)
        chosen = sd_jwt.Parts(signed, parts.disclosures, "").bound
        presentation = rebound(shared_world, chosen, request)
        assert rejected(shared, ministry, request, presentation) == failed


def test_what_was_revoked_or_has_expired_is_rejected(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        ministry, wallet = system(client, world), Wallet(client)
        wallet.integrated("residence")
        licence = wallet.integrated("driver-licence")
        request = asked(client, ministry)
        text = wallet.shown(request)
        _write(world, Credential, revoked_at=clock.now())
        assert rejected(client, ministry, request, text) == "status"
        request = asked(client, ministry)
        text = wallet.shown(request)
        yesterday = world.today - dt.timedelta(days=1)
        _write(world, WalletDocument, expires_on=yesterday)
        assert rejected(client, ministry, request, text) == "document"
        assert licence


def test_a_request_expires_and_is_forgotten(shared, shared_world, ministry, wallet):
    request = asked(shared, ministry, number=PIN)
    text = wallet.shown(request)
    _write(shared_world, PresentationRequest, expires_at=clock.now())
    address = f"/v1/presentation-requests/{request['id']}"
    assert shared.get(address, headers=ministry).json()["state"] == "expired"
    plain = asked(shared, ministry)
    text = wallet.shown(plain)
    _write(shared_world, PresentationRequest, expires_at=clock.now())
    assert shown(shared, ministry, plain, text).json()["code"] == "presentation-request-over"
    shared_world.writer.submit(lambda session: presentations.sweep(session, clock.now()))
    assert shared.get(address, headers=ministry).json()["code"] == "presentation-request-unknown"


@hypothesis(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=300))
def test_no_text_is_an_error_of_ours(shared, ministry, text):
    request = asked(shared, ministry)
    answer = shown(shared, ministry, request, text)
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert answer.json()["outcome"] == "rejected"


def _decide(world, request, decision):
    def job(session):
        row = session.get(PresentationRequest, request["id"])
        return approvals.decide(
            session, row.approval, decision, proofs=["device"], now=clock.now()
        )

    return world.writer.submit(job)


def _write(world, model, **columns):
    world.writer.submit(lambda session: session.execute(update(model).values(**columns)))


def _pin(client, persona):
    answer = client.get(f"/control/v1/personas/{persona}", headers=as_operator(client))
    return answer.json()["pin"]


def _signed_by_another(parts):
    signer = derive_signer(b"another", "credential", 1)
    header, payload, _ = parts.jwt.split(".")
    signature = base64.urlsafe_b64encode(signer.sign(f"{header}.{payload}".encode()))
    jwt_text = f"{header}.{payload}.{signature.decode().rstrip('=')}"
    return sd_jwt.Parts(jwt_text, parts.disclosures, "").bound


def test_the_phone_says_which_document_asked_for_is_sensitive(shared, shared_world, wallet):
    kinds = {"documents": ["health-book", "health-insurance"], "claims": ["full_name"]}
    headers = system(shared, shared_world, "byt")
    asked(shared, headers, **kinds, purpose="health-care", number=PIN)
    phone = shared.get(f"/control/v1/phones/{PIN}/approvals", headers=wallet.operator).json()
    found = [each["details"] for each in phone if each["kind"] == "presentation"]
    assert ["health-book"] in [details["sensitive"] for details in found]
