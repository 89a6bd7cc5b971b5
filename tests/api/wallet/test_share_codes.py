"""Share codes: what a holder shows to a clerk at a counter, once and for a minute."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from app.identity import share_codes
from app.identity.credentials import forgetting
from app.identity.models import Account, Credential, ShareCode
from app.platform import clock
from tests.api.conftest import served
from tests.api.wallets import NAME, Wallet, leaf_of, system
from tests.support.copies import copy

PURPOSE = "linked-procedures"

pytestmark = pytest.mark.usefixtures("licence")


def code_of(wallet, licence, claims=("full_name", "classes")):
    answer = wallet.post(f"/{licence}/share-codes", {"claims": list(claims)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def redeemed(client, headers, code, purpose=PURPOSE, **more):
    body = {"code": code, "purpose": purpose, **more}
    return client.post("/v1/share-codes/redemptions", json=body, headers=headers)


def test_a_clerk_sees_what_the_holder_chose_and_once(shared, ministry, wallet, licence):
    shared_code = code_of(wallet, licence)
    assert shared_code["qr_svg"].startswith("<svg")
    assert shared_code["qr_text"] == share_codes.QR_PREFIX + shared_code["code"]
    told = redeemed(shared, ministry, shared_code["qr_text"]).json()
    assert (told["outcome"], told["document"]) == ("shared", "driver-licence")
    assert told["claims"] == {"full_name": NAME, "classes": ["A1", "B2"]}
    leaf = leaf_of(told)
    assert leaf.fields == ("driver_licence.full_name", "driver_licence.classes")
    again = redeemed(shared, ministry, shared_code["code"]).json()
    assert (again["outcome"], again["claims"]) == ("used", None)


def test_of_many_clerks_at_once_one_sees_it(shared, ministry, wallet, licence):
    code = code_of(wallet, licence)["code"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: redeemed(shared, ministry, code).json(), range(40)))
    outcomes = [each["outcome"] for each in answers]
    assert (outcomes.count("shared"), outcomes.count("used")) == (1, 39)


def test_a_code_is_good_for_a_minute(shared, shared_world, ministry, wallet, licence):
    code = code_of(wallet, licence)
    expires = dt.datetime.fromisoformat(code["expires_at"])
    assert expires - clock.now() <= share_codes.LIFETIME
    _write(shared_world, ShareCode, expires_at=clock.now())
    assert redeemed(shared, ministry, code["code"]).json()["outcome"] == "expired"
    late = clock.now() + dt.timedelta(days=2)
    shared_world.writer.submit(lambda session: forgetting.sweep(session, late))
    assert redeemed(shared, ministry, code["code"]).json()["outcome"] == "unknown"


def test_a_code_of_what_counts_no_more_shows_nothing(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        ministry, wallet = system(client, world), Wallet(client)
        licence = wallet.integrated("driver-licence")
        removed, locked = code_of(wallet, licence)["code"], code_of(wallet, licence)["code"]
        wallet.delete(licence)
        assert redeemed(client, ministry, removed).json()["outcome"] == "ended"
        _write(world, Account, state="locked")
        assert redeemed(client, ministry, locked).json()["outcome"] == "ended"


def test_a_code_is_made_for_known_claims_of_an_integrated_document(wallet, shared, licence):
    wrong = wallet.post(f"/{licence}/share-codes", {"claims": ["father"]})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "claim-unknown")
    refused = Wallet(shared, "double-surname").post("", {"kind": "driver-licence"}).json()
    answer = Wallet(shared, "double-surname").post(
        f"/{refused['id']}/share-codes", {"claims": ["full_name"]}
    )
    assert answer.json()["code"] == "document-not-integrated"


def test_who_has_no_right_to_the_kind_does_not_use_the_code_up(
    shared, shared_world, ministry, wallet, licence
):
    code = code_of(wallet, licence)["code"]
    hospital = system(shared, shared_world, "byt")
    answer = redeemed(shared, hospital, code, "health-care")
    assert (answer.status_code, answer.json()["code"]) == (403, "field-not-allowed")
    assert redeemed(shared, ministry, code).json()["outcome"] == "shared"
    nowhere = redeemed(shared, hospital, "A" * 16, "tax-administration")
    assert nowhere.json()["code"] == "purpose-not-allowed"


def test_codes_cannot_be_guessed_for_long(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        ministry = system(client, world)
        told = [redeemed(client, ministry, "A" * 15 + letter).json() for letter in "ABCDEFGHIJKL"]
        assert told[0]["outcome"] == "unknown"
        assert told[-1]["code"] == "too-many-guesses"


def test_a_new_incarnation_has_no_codes_and_no_credentials(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        wallet = Wallet(client)
        licence = wallet.integrated("driver-licence")
        code_of(wallet, licence)
        wallet.post(f"/{licence}/credential")
        world.writer.submit(forgetting.begin_again)
        with world.session() as session:
            assert session.query(ShareCode).count() == session.query(Credential).count() == 0
        assert wallet.post(f"/{licence}/credential").status_code == 200


def _write(world, model, **columns):
    world.writer.submit(lambda session: session.execute(update(model).values(**columns)))
