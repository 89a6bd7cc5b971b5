"""Dossiers over HTTP: they fill themselves, officials act on them, and each look is in the log."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import select, update

from app.exchange import access
from app.exchange.log import leaves
from app.exchange.models import AccessVersion, Leaf, System
from app.identity import models as identity
from app.platform.models import WorldRow
from app.procedures import dossiers, reuse
from tests.api.conftest import as_operator, bearer, citizen, told
from tests.exchange import people
from tests.registry import country

CARD = {"reason": "Thẻ bị hỏng", "place_of_reception": "Công an phường Ba Đình"}
OFFICER = {"officer": "can-bo-7"}
COUNTED = update(AccessVersion).values(version=AccessVersion.version + 1)


def problem(answer, code, status):
    assert told(answer, status)["code"] == code


def create(client, portal, service="identity-card", answers=CARD, **more):
    body = {"service": service, "answers": answers, **more}
    return told(client.post("/v1/dossiers", json=body, headers=portal), 201)["dossier"]


def act(client, who, code, act, **said):
    address = f"/v1/desk/dossiers/{code}/acts"
    return client.post(address, json={"act": act, **OFFICER, **said}, headers=who)


def kept(world, code):
    """Return the leaves that name a dossier, the oldest first."""
    with world.session() as session:
        texts = session.scalars(select(Leaf.body).order_by(Leaf.seq)).all()
    return [leaf for leaf in map(leaves.parse, texts) if leaf.dossier == code]


def at_server(client, world):
    """Return the world as the server has it open."""
    return client.app._server.worlds.open(world.name)


def set_today(world, day):
    world.writer.submit(lambda session: session.execute(update(WorldRow).values(today=day)))
    world.refresh()


@pytest.fixture
def today(client, world):
    """Let a test move the world's day, and put it back."""
    served_ = at_server(client, world)
    yield lambda day: set_today(served_, day)
    set_today(served_, country.TODAY)


@contextmanager
def suspended(client, world, client_id):
    """Take a system off the exchange for a while."""
    at = at_server(client, world)

    def state(value):
        row = update(System).where(System.client_id == client_id).values(state=value)
        at.writer.submit(lambda session: session.execute(row))
        at.writer.submit(lambda session: session.execute(COUNTED))
        access.of(at).poll()

    state("suspended")
    yield
    state("exchanging")


# The catalogue


def test_the_catalogue_has_the_25_essential_services(client):
    found = told(client.get("/v1/public-services"))
    assert len(found) == 25
    assert len(told(client.get("/v1/public-services?of=mps"))) == 11
    assert len(told(client.get("/v1/public-services?of=others"))) == 14
    assert {each["name"] for each in told(client.get("/v1/public-services?agency=evn"))} == {
        "power-supply",
        "power-contract-change",
    }


def test_one_service_says_what_nobody_has_to_write(client):
    card = told(client.get("/v1/public-services/identity-card"))
    assert (card["level"], card["working_days"]) == ("partial", 7)
    assert {"disclosure": "identity", "field": "full_name"} in card["reuses"]
    assert told(client.get("/v1/public-services/birth"))["without_waiver"][0] == "an-giang"
    problem(client.get("/v1/public-services/none"), "service-unknown", 404)


# Submitting


def test_a_dossier_fills_itself_from_the_registry(client, portal, world):
    got = create(client, portal)
    assert (got["state"], got["agency"], got["portal"]) == ("submitted", "bca", "vpcp")
    assert got["code"].startswith("000.00.00.G01-260101-")
    name = got["fields"]["full_name"]
    assert name["value"] == "Nguyễn Văn An"
    assert (name["source"], name["disclosure"]) == ("population-database", "identity")
    assert got["fields"]["reason"] == {"value": "Thẻ bị hỏng", "source": "citizen"}
    assert (got["prefilled"], got["required"], got["missing"]) == (8, 10, [])
    asked, residence, submitted = kept(world, got["code"])
    assert (asked.kind, asked.agency, asked.system) == ("disclosure", "G01", "bca")
    assert (residence.kind, residence.seq) == (
        "disclosure",
        got["fields"]["permanent_residence"]["leaf"],
    )
    assert (submitted.kind, submitted.outcome, submitted.system) == (
        "dossier",
        "submitted",
        "vpcp",
    )
    assert [each["leaf"] for each in got["history"]] == [submitted.seq]


def test_codes_count_up_by_agency_and_day(client, portal):
    first, second = (create(client, portal)["code"] for _ in range(2))
    assert int(second[-4:]) == int(first[-4:]) + 1


def test_one_that_is_incomplete_stays_a_draft_until_it_is_complete(client, portal, police):
    got = create(client, portal, answers={"reason": "Đổi"})
    code = got["code"]
    assert (got["state"], got["missing"]) == ("draft", ["place_of_reception"])
    problem(act(client, police, code, "receive"), "dossier-state", 409)
    listed = told(client.get("/v1/desk/dossiers", headers=police))
    assert code not in {each["code"] for each in listed}
    address = f"/v1/dossiers/{code}/submission"
    refused = client.post(address, json={}, headers=portal)
    problem(refused, "dossier-incomplete", 400)
    assert refused.json()["invalid_params"][0]["name"] == "answers.place_of_reception"
    body = {"answers": {"place_of_reception": "Ba Đình"}}
    got = told(client.post(address, json=body, headers=portal))["dossier"]
    assert (got["state"], got["due_on"]) == ("submitted", "2026-01-12")  # 7 working days


def test_what_is_wanted_to_stay_a_draft_stays_one(client, portal):
    assert create(client, portal, submit=False)["state"] == "draft"


@pytest.mark.parametrize("answers", [{"full_name": "Ai Khác"}, {"nothing": "x"}])
def test_nobody_overwrites_the_registry_in_a_form(client, portal, answers):
    body = {"service": "identity-card", "answers": answers}
    problem(client.post("/v1/dossiers", json=body, headers=portal), "dossier-answer-unknown", 400)


def test_a_repeated_request_opens_one_dossier(client, portal):
    headers = {**portal, "Idempotency-Key": "d-1"}
    body = {"service": "passport", "answers": {"photo": "x", "reason": "y"}}
    one, two = (client.post("/v1/dossiers", json=body, headers=headers) for _ in range(2))
    assert one.content == two.content


def test_what_needs_a_consent_is_read_with_one_only(client, portal):
    said = {"place_of_use": "12 ngõ 5", "use": "sinh hoạt"}
    got = create(client, portal, "power-supply", said)
    assert (got["state"], got["prefilled"], got["consent"]) == ("draft", 0, None)
    got = create(client, portal, "power-supply", said, consent=True)
    assert (got["state"], got["prefilled"], got["required"]) == ("submitted", 2, 4)
    assert got["consent"] is not None


def test_a_local_fee_is_waived_where_the_council_has_waived_it(client, portal):
    body = {"spouse_pin": country.TODAY.isoformat()}
    got = create(client, portal, "marriage", body)
    assert (got["agency"], got["fee"], got["fee_waived"]) == ("ha-noi", 0, False)  # it costs 0
    said = dict.fromkeys(("deceased_pin", "death_date", "death_notice"), "x")
    got = create(client, portal, "death", said)
    assert (got["fee"], got["fee_waived"]) == (0, True)
    assert create(client, portal)["fee"] == 70_000


# Who may


def test_it_takes_a_person_of_level_2_with_the_scope(client, world, portal):
    address = "/v1/dossiers"
    problem(client.get(address), "token-missing", 401)
    problem(client.get(address, headers={"Authorization": "Bearer x"}), "token-invalid", 401)
    without = citizen(world, scope=("openid",))
    problem(client.get(address, headers=without), "sign-in-scope", 403)
    problem(client.get(address, headers=citizen(world, level=1)), "sign-in-level", 403)
    nobody = citizen(world, who=country.DUNG)
    problem(client.get(address, headers=nobody), "sign-in-account", 403)
    assert told(client.get(address, headers=portal))


def test_a_system_has_no_dossiers_and_a_person_no_desk(client, portal, police):
    problem(client.get("/v1/dossiers", headers=police), "sign-in-token-is-a-systems", 401)
    problem(client.get("/v1/desk/dossiers", headers=portal), "token-invalid", 401)


def test_a_dossier_is_its_citizens_and_its_agencys(client, world, portal):
    code = create(client, portal)["code"]
    world.writer.submit(lambda session: session.merge(_account_of(country.BINH)))
    other = citizen(world, who=country.BINH)
    problem(client.get(f"/v1/dossiers/{code}", headers=other), "dossier-unknown", 404)
    bank = bearer(client, world, "bhxh")
    problem(client.get(f"/v1/desk/dossiers/{code}", headers=bank), "dossier-unknown", 404)
    shown = told(client.get(f"/v1/dossiers/{code}", headers=portal))
    assert kept(world, code)[-1].seq == shown["leaf"]["seq"]
    assert kept(world, code)[-1].outcome == "shown"
    assert code in {each["code"] for each in told(client.get("/v1/dossiers", headers=portal))}
    with world.session() as session:
        assert dossiers.exists(session, code)
        assert not dossiers.exists(session, "000.00.00.G01-260101-9999")


def _account_of(citizen_id):
    return identity.Account(
        id=9_000,
        citizen_id=citizen_id,
        level=2,
        state="active",
        state_since=dt.date(2025, 2, 3),
        collected_on=dt.date(2025, 2, 1),
        activated_on=dt.date(2025, 2, 3),
    )


# At the desk


def test_officials_take_it_to_its_end_and_each_act_is_logged(client, world, portal, police):
    code = create(client, portal)["code"]
    seen = told(client.get(f"/v1/desk/dossiers/{code}?officer=can-bo-7", headers=police))
    assert seen["dossier"]["fields"]["full_name"]["value"] == "Nguyễn Văn An"
    states = [
        told(act(client, police, code, each, result="Thẻ mới"))["dossier"]["state"]
        for each in ("receive", "approve", "deliver")
    ]
    assert states == ["received", "approved", "delivered"]
    got = told(client.get(f"/v1/dossiers/{code}", headers=portal))["dossier"]
    assert (got["result"], got["closed_on"]) == ("Thẻ mới", "2026-01-01")
    outcomes = [leaf.outcome for leaf in kept(world, code) if leaf.kind == "dossier"]
    assert outcomes == ["submitted", "shown", "receive", "approve", "deliver", "shown"]
    assert {leaf.officer for leaf in kept(world, code)[3:-1]} == {"can-bo-7"}
    problem(act(client, police, code, "refuse", reason="x"), "dossier-state", 409)


def test_an_official_has_to_be_named_and_the_refusal_is_logged(client, world, portal):
    code = create(client, portal, "permanent-residence", {"new_address": "a"}, submit=False)[
        "code"
    ]
    said = {"answers": {"proof_of_housing": "b"}}
    told(client.post(f"/v1/dossiers/{code}/submission", json=said, headers=portal))
    police = bearer(client, world, "bca")
    refused = client.get(f"/v1/desk/dossiers/{code}", headers=police)
    problem(refused, "officer-required", 403)
    assert kept(world, code)[-1].outcome == "refused:OFFICER_REQUIRED"


def test_an_agency_that_wants_more_stops_its_clock(client, portal, police, today):
    code = create(client, portal)["code"]
    today(dt.date(2026, 1, 6))
    problem(act(client, police, code, "ask"), "dossier-reason-missing", 400)
    got = told(act(client, police, code, "ask", reason="Ảnh mờ", wanted=["photo"]))["dossier"]
    assert (got["state"], got["due_on"], got["wanted"]) == (
        "more_information_wanted",
        None,
        ["photo"],
    )
    today(dt.date(2026, 2, 2))
    address = f"/v1/dossiers/{code}/submission"
    problem(client.post(address, json={}, headers=portal), "dossier-incomplete", 400)
    said = {"answers": {"photo": "anh.jpg"}}
    got = told(client.post(address, json=said, headers=portal))["dossier"]
    assert (got["state"], got["due_on"], got["overdue"]) == ("submitted", "2026-02-06", False)


def test_what_is_late_is_seen_to_be(client, portal, police, today):
    code = create(client, portal)["code"]
    late = "/v1/desk/dossiers?overdue=true"
    assert code not in {each["code"] for each in told(client.get(late, headers=police))}
    today(dt.date(2026, 1, 15))
    got = told(client.get(f"/v1/dossiers/{code}", headers=portal))["dossier"]
    assert (got["overdue"], got["days_late"]) == (True, 3)
    assert code in {each["code"] for each in told(client.get(late, headers=police))}
    told(act(client, police, code, "refuse", reason="Không đủ điều kiện"))
    got = told(client.get(f"/v1/dossiers/{code}", headers=portal))["dossier"]
    assert (got["state"], got["reason"], got["overdue"]) == (
        "refused",
        "Không đủ điều kiện",
        False,
    )


def test_a_citizen_takes_it_back(client, portal, police):
    draft = create(client, portal, answers={})
    code = draft["code"]
    assert (draft["state"], len(draft["missing"])) == ("draft", 2)
    address = f"/v1/dossiers/{code}/withdrawal"
    got = told(client.post(address, json={"reason": "Nhầm"}, headers=portal))["dossier"]
    assert (got["state"], got["missing"]) == ("withdrawn", [])
    problem(client.post(address, json={"reason": "Nhầm"}, headers=portal), "dossier-state", 409)
    listed = told(client.get("/v1/desk/dossiers?state=withdrawn", headers=police))
    assert code in {each["code"] for each in listed}


def test_where_an_agency_is_not_connected_the_citizen_writes_it_all(client, world, portal):
    with suspended(client, world, "bhxh"):
        got = create(client, portal, "household-health-insurance", {"months": "6"})
    assert (got["state"], got["prefilled"], got["required"]) == ("draft", 0, 7)
    with world.session() as session:
        found = reuse.report(session)
    rates = {(each.agency, each.province): each for each in found.items}
    bhxh, bca = rates["bhxh", "01"], rates["bca", "01"]
    assert (bhxh.prefilled, bhxh.required, bhxh.share) == (0, 7, 0.0)
    assert 0 < bca.share < 1
    assert found.share == found.prefilled / found.required < bca.share
    own = told(client.get("/v1/data-reuse", headers=bearer(client, world, "bhxh")))
    assert own["items"] == [msgspec.to_builtins(bhxh)]
    assert (own["dossiers"], own["prefilled"], own["required"]) == (bhxh.dossiers, 0, 7)
    none = told(client.get("/v1/data-reuse", headers=bearer(client, world, "viettel")))
    assert (none["items"], none["share"]) == ([], None)
    everybodys = told(client.get("/control/v1/data-reuse", headers=as_operator(client)))
    assert everybodys == json.loads(msgspec.json.encode(found))
    one = told(client.get("/control/v1/data-reuse?agency=bhxh", headers=as_operator(client)))
    assert one == own


def test_a_system_that_is_not_connected_yet_is_not_the_one_that_fills_forms(
    client, portal, police
):
    before = create(client, portal)["prefilled"]
    new = {"client_id": "aaa", "name": "Hệ thống mới"}
    told(client.post("/v1/connections", json=new, headers=police), 201)
    assert create(client, portal)["prefilled"] == before > 0


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("/v1/disclosures/residence", {"fields": ["permanent_residence"]}),
        ("/v1/verifications", {"claims": {"full_name": "Nguyễn Văn An"}}),
    ],
)
def test_a_named_dossier_is_looked_up(client, world, portal, police, address, asked):
    code = create(client, portal)["code"]
    body = {"number": people.AN_PIN, "purpose": "linked-procedures", **OFFICER, **asked}
    for named in (code, "H26-2026-0001"):
        told(client.post(address, json={**body, "dossier": named}, headers=police))
    nobodys = f"{code[:-4]}9999"
    refused = client.post(address, json={**body, "dossier": nobodys}, headers=police)
    problem(refused, "dossier-not-found", 403)
    leaf = kept(world, nobodys)[-1]
    assert leaf.outcome == "refused:DOSSIER_NOT_FOUND"
