"""Documents in the wallet: asked for, checked at their source, integrated, refreshed, removed."""

import datetime as dt

import pytest
from sqlalchemy import delete, update

from app.identity import accounts, devices, sources
from app.identity.credentials import sd_jwt, status_lists
from app.identity.models import Account, WalletDocument
from app.registry import citizens
from app.registry.models import Residence
from app.sectors import models as m
from app.sectors.models import DriverLicence, HealthInsurance
from tests.api.conftest import served
from tests.api.wallets import NAME, PIN, Wallet
from tests.support.copies import copy


def code(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


DAY = dt.date(2020, 3, 4)
HELD = {"holder_number": PIN}
#: What others hold of the persona beside what the cast has, and by which number it goes.
RARE = {
    "school-record": lambda: m.SchoolRecord(
        number="9900900001", school="99012001", year=2025, grade=12, state="studying", **HELD
    ),
    "welfare-benefit": lambda: m.Benefit(
        number="99009000001",
        kind="merit",
        commune="00001",
        since=DAY,
        amount=500_000,
        state="no_account",
        **HELD,
    ),
    "health-book": lambda: m.HealthBook(
        number="9900900001",
        facility="01001",
        conditions="I10",
        allergies="",
        vaccinations=3,
        state="active",
        **HELD,
    ),
    "tax-code": lambda: m.TaxCode(
        number="9700900001", office="01", issued_on=DAY, state="active", **HELD
    ),
    "land-certificate": lambda: m.LandCertificate(
        number="ZA 00900001",
        house_id="26740000009",
        kind="house",
        area=62,
        issued_on=DAY,
        state="valid",
        **HELD,
    ),
}


@pytest.fixture
def number(shared_world, kind):
    """The number by which a document of that kind is asked for, None where there is but one."""
    if kind in RARE:
        entry = RARE[kind]()
        known = entry.number
        shared_world.writer.submit(lambda session: session.add(entry))
        return known
    return "10AA-00001" if kind == "vehicle-registration" else None


@pytest.mark.parametrize("kind", sorted(sources.all_of_them()))
def test_every_kind_of_document_can_be_integrated(wallet, shared_world, kind, number):
    document_id = wallet.integrated(kind, number)
    held = wallet.get(f"/{document_id}").json()
    assert held["claims"]["full_name"] == NAME
    assert held["claims"]["personal_number"] == PIN
    assert held["claims"]["birth_date"] == "1990-09-03"
    known = {claim.name for claim in sources.all_of_them()[kind].every_claim}
    assert held["claims"].keys() <= known
    assert [event["kind"] for event in held["history"]] == ["requested", "integrated"]
    # Its source still says the same, also where it says nothing of an end.
    assert wallet.post(f"/{document_id}/refresh").json()["history"][-1]["reason"] is None
    assert held["history"][0]["happened_on"] == shared_world.today.isoformat()


def test_of_several_documents_one_has_to_be_named(wallet):
    answer = wallet.post("", {"kind": "vehicle-registration"})
    assert code(answer, 409) == "document-number-required"
    assert "10A1-00001" in answer.json()["detail"]
    unknown = wallet.post("", {"kind": "vehicle-registration", "number": "10A1-99999"}).json()
    assert (unknown["state"], unknown["reason"]) == ("refused", "not_in_source")


def test_a_source_that_writes_another_name_refuses(shared):
    for kind in ("health-insurance", "driver-licence", "vehicle-registration", "social-insurance"):
        held = Wallet(shared, "double-surname").post("", {"kind": kind}).json()
        assert (held["state"], held["reason"]) == ("refused", "holder_name_differs")
        assert held["claims"] == {}
        assert [event["kind"] for event in held["history"]] == ["requested", "refused"]


@pytest.mark.parametrize(
    ("who", "kind", "reason"),
    [
        ("divided-ward", "driver-licence", "expired"),
        ("chip-genuine", "driver-licence", "revoked"),
        ("guardian", "driver-licence", "not_in_source"),
        ("guardian", "marriage-certificate", "not_in_source"),
    ],
)
def test_what_does_not_count_is_refused_and_says_why(shared, who, kind, reason):
    held = Wallet(shared, who).post("", {"kind": kind}).json()
    assert (held["state"], held["reason"]) == ("refused", reason)


@pytest.mark.parametrize(
    ("who", "problem", "status"),
    [
        ("adult-level-1", "level-too-low", 403),
        ("account-locked", "account-locked", None),
        ("deceased", "holder-deceased", None),
        ("minor-13", "account-missing", None),
        ("nobody-of-this-name", "persona-unknown", 404),
        ("901090999999", "citizen-unknown", 404),
    ],
)
def test_a_wallet_is_for_those_with_level_two(shared, who, problem, status):
    answer = Wallet(shared, who).post("", {"kind": "residence"})
    told = answer.json()
    assert told.get("code", "").endswith(problem) or told.get("code") == problem, told
    assert status in {None, answer.status_code}


def test_who_lives_nowhere_and_whose_insurance_rests_is_refused(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:

        def job(session):
            session.execute(
                delete(Residence).where(Residence.citizen_id == wallet_holder(session))
            )
            session.execute(update(HealthInsurance).values(state="suspended"))

        world.writer.submit(job)
        for kind, reason in (("residence", "not_in_source"), ("health-insurance", "suspended")):
            held = Wallet(client).post("", {"kind": kind}).json()
            assert (held["state"], held["reason"]) == ("refused", reason)
        # A name in capitals is the same name.
        _licence(world, holder_name=NAME.upper())
        assert Wallet(client).integrated("driver-licence")


def test_a_wallet_is_found_by_number_too(shared):
    assert Wallet(shared, PIN).get().status_code == 200
    assert code(Wallet(shared).post("", {"kind": "passport"}), 404) == "document-kind-unknown"
    assert code(Wallet(shared).get("/999999"), 404) == "document-unknown"
    other = Wallet(shared, "other-name")
    mine = Wallet(shared).integrated("residence")
    assert code(other.get(f"/{mine}"), 404) == "document-unknown"


def test_a_document_is_refreshed_withdrawn_and_removed(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        wallet = Wallet(client)
        document_id = wallet.integrated("driver-licence")
        first = wallet.post(f"/{document_id}/credential").json()["text"]
        assert wallet.post(f"/{document_id}/credential").json()["text"] == first
        same = wallet.post(f"/{document_id}/refresh").json()
        assert same["history"][-1] == {
            "kind": "refreshed",
            "reason": None,
            "happened_on": world.today.isoformat(),
        }
        assert wallet.post(f"/{document_id}/credential").json()["text"] == first
        # Something changes at the source: the credential of what was is revoked.
        _licence(world, points=10)
        changed = wallet.post(f"/{document_id}/refresh").json()
        assert changed["claims"]["points"] == 10
        assert changed["history"][-1]["reason"] == "changed"
        second = wallet.post(f"/{document_id}/credential").json()["text"]
        assert second != first
        assert _status(client, first) == status_lists.Status.INVALID
        assert _status(client, second) == status_lists.Status.VALID
        # The source takes it away.
        _licence(world, state="revoked")
        gone = wallet.post(f"/{document_id}/refresh").json()
        assert (gone["state"], gone["reason"]) == ("withdrawn", "revoked")
        assert _status(client, second) == status_lists.Status.INVALID
        for rest, body in (("refresh", {}), ("credential", {}), ("offers", {})):
            answer = wallet.post(f"/{document_id}/{rest}", body)
            assert code(answer, 409) == "document-not-integrated"
        # It is asked for again when it counts again, and is the same document.
        _licence(world, state="valid")
        assert wallet.integrated("driver-licence") == document_id
        removed = wallet.delete(document_id).json()
        assert removed["state"] == "removed"
        assert code(wallet.delete(document_id), 404) == "document-unknown"


def test_what_is_gone_at_the_source_is_withdrawn(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        wallet = Wallet(client)
        again = wallet.integrated("health-insurance")
        world.writer.submit(
            lambda session: session.execute(
                delete(HealthInsurance).where(HealthInsurance.holder_number == PIN)
            )
        )
        gone = wallet.post(f"/{again}/refresh").json()
        assert (gone["state"], gone["reason"]) == ("withdrawn", "not_in_source")


def test_a_document_expires_and_an_account_is_locked_without_anybody_writing_it(
    settings, worlds, small_start
):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        wallet = Wallet(client)
        document_id = wallet.integrated("driver-licence")
        vehicle = wallet.integrated("vehicle-registration", "10A1-00001")
        licence = wallet.post(f"/{document_id}/credential").json()["text"]
        plate = wallet.post(f"/{vehicle}/credential").json()["text"]
        _account(world, state="locked")
        assert _status(client, plate) == status_lists.Status.SUSPENDED
        assert code(wallet.post(f"/{vehicle}/refresh"), 403) == "eid-account-locked"
        _account(world, state="closed")
        assert _status(client, plate) == status_lists.Status.INVALID
        _account(world, state="active")
        assert _status(client, plate) == status_lists.Status.VALID
        _expire(world, document_id)
        assert wallet.get(f"/{document_id}").json()["state"] == "expired"
        assert _status(client, licence) == status_lists.Status.INVALID


def test_a_credential_is_described_where_it_says(shared, wallet):
    document_id = wallet.integrated("residence")
    text = wallet.post(f"/{document_id}/credential").json()["text"]
    payload = sd_jwt.json_of(sd_jwt.decoded(text.split(".")[1]))
    kind = shared.get(payload["vct"]).json()
    assert kind["vct"] == payload["vct"]
    told = {claim["path"][0] for claim in kind["claims"]}
    assert set(sd_jwt.names(text)) <= told
    assert kind in shared.get("/v1/credential-types").json()
    assert code(shared.get("/v1/credential-types/passport"), 404) == "document-kind-unknown"
    keys = shared.get("/.well-known/jwt-vc-issuer").json()
    assert keys["issuer"] == payload["iss"]
    assert any(key["kid"] for key in keys["jwks"]["keys"])
    assert payload["simulated"] is True


def test_another_device_has_another_key(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        wallet = Wallet(client)
        document_id = wallet.integrated("residence")
        first = wallet.post(f"/{document_id}/credential").json()["text"]

        def change(session):
            account = accounts.of(session, wallet_holder(session))
            devices.replace(session, account.id, "Máy mới", world.today, world.today)

        world.writer.submit(change)
        second = wallet.post(f"/{document_id}/credential").json()["text"]
        keys = [
            sd_jwt.json_of(sd_jwt.decoded(text.split(".")[1]))["cnf"] for text in (first, second)
        ]
        assert keys[0] != keys[1]


def wallet_holder(session):
    return citizens.find(session, PIN).id


def _licence(world, **columns):
    world.writer.submit(
        lambda session: session.execute(
            update(DriverLicence).where(DriverLicence.holder_number == PIN).values(**columns)
        )
    )


def _account(world, **columns):
    def job(session):
        citizen_id = wallet_holder(session)
        session.execute(update(Account).where(Account.citizen_id == citizen_id).values(**columns))

    world.writer.submit(job)


def _expire(world, document_id):
    yesterday = world.today - dt.timedelta(days=1)
    world.writer.submit(
        lambda session: session.execute(
            update(WalletDocument)
            .where(WalletDocument.id == document_id)
            .values(expires_on=yesterday)
        )
    )


def _status(client, text):
    """Ask the status list that a credential names, as any verifier does."""
    entry = sd_jwt.json_of(sd_jwt.decoded(text.split(".")[1]))["status"]["status_list"]
    answer = client.get(entry["uri"])
    assert answer.headers["content-type"] == status_lists.MEDIA_TYPE
    payload = sd_jwt.json_of(sd_jwt.decoded(answer.text.split(".")[1]))
    assert payload["sub"] == entry["uri"]
    return status_lists.status_at(payload["status_list"], entry["idx"])
