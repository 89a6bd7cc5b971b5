"""Linked procedures over HTTP: one declaration, several agencies, and what each makes of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update

from app.identity import models as identity
from app.platform import clock
from app.procedures import sagas
from app.registry import citizens, events, fields, lookup
from app.sectors import health_insurance
from app.sectors.models import SocialInsurance
from tests.api.conftest import as_operator, bearer, citizen, served, told
from tests.api.phones import Phones
from tests.api.services.test_dossiers import kept, problem, suspended
from tests.exchange import people
from tests.registry import country
from tests.support.copies import copy

CHILD = {
    "name": "Nguyễn Thị Hoa Mai",
    "sex": "F",
    "birth_date": "2025-12-20",
    "mother": people.BINH_PIN,
    "father": people.AN_PIN,
    "birth_notice": "GCS 17/2025",
}
ADDRESS = "/v1/linked-procedures/birth"


@pytest.fixture(scope="module")
def shared_world(worlds, api_spec):
    with copy(worlds, api_spec) as copied:
        copied.writer.submit(lambda session: session.add(account_of(country.BINH)))
        yield copied


@pytest.fixture(scope="module")
def wife(world):
    """The portal where the wife of the head of the household has signed in."""
    return citizen(world, who=country.BINH)


def account_of(citizen_id):
    """An account of level 2 that can be used."""
    return identity.Account(
        citizen_id=citizen_id,
        level=2,
        state="active",
        state_since=dt.date(2025, 2, 3),
        collected_on=dt.date(2025, 2, 1),
        activated_on=dt.date(2025, 2, 3),
    )


def declare(client, who, address=ADDRESS, **said):
    """Declare a birth, and return the dossier after its agencies have done what they can."""
    answer = client.post(address, json={**CHILD, **said}, headers=who)
    return look(client, who, told(answer, 201)["dossier"]["code"])


def look(client, who, code):
    return told(client.get(f"/v1/dossiers/{code}", headers=who))["dossier"]


def steps(dossier):
    return {each["name"]: each for each in dossier["steps"]}


def states(dossier):
    return [each["state"] for each in dossier["steps"]]


def read(world, pin, *names):
    with world.session() as session:
        hit = lookup.find(session, pin).only
        [found] = fields.read(session, [hit.citizen_id], names, world.today)
    return found


def again(client, who, code, **corrections):
    address = f"/v1/dossiers/{code}/resubmission"
    return client.post(address, json={"corrections": corrections}, headers=who)


def test_the_linked_procedures_are_listed(client):
    found = {each["name"]: each for each in told(client.get("/v1/linked-procedures"))}
    assert [each["name"] for each in found["birth"]["steps"]] == [
        "birth",
        "residence",
        "health-insurance",
    ]


def test_one_declaration_gives_number_residence_and_insurance(client, world, portal):
    got = declare(client, portal)
    assert (got["state"], states(got)) == ("delivered", ["done"] * 3)
    assert (got["due_on"], got["closed_on"]) == ("2026-01-07", "2026-01-01")  # 4 working days
    done = steps(got)
    pin = done["birth"]["result"]["pin"]
    child = read(world, pin, "full_name", "permanent_residence", "head_of_household", "mother")
    assert child["full_name"] == "Nguyễn Thị Hoa Mai"
    assert "12 ngõ 5 Hàng Bún" in child["permanent_residence"].place.text
    assert child["mother"].pin == people.BINH_PIN
    card = done["health-insurance"]["result"]
    assert card["number"].startswith("TE10199")
    assert (card["valid_from"], card["valid_to"]) == ("2025-12-20", "2031-12-19")
    with world.session() as session:
        who = citizens.find(session, pin)
        [insured] = health_insurance.of_citizen(session, who.id, pin)
    assert insured.number == card["number"]
    by_agency = [(leaf.kind, leaf.system) for leaf in kept(world, got["code"])][3:]
    assert by_agency == [
        ("disclosure", "ha-noi"),
        ("dossier", "vpcp"),
        ("life_event", "ha-noi"),
        ("disclosure", "bca"),  # whose house it is
        ("life_event", "bca"),
        ("disclosure", "bhxh"),
        ("dossier", "vpcp"),
    ]


def test_a_declared_form_lacks_nothing_though_not_all_of_it_is_on_record(client, world):
    world.writer.submit(lambda session: session.add(account_of(country.LUA)))
    widow = citizen(world, who=country.LUA)
    got = declare(client, widow, name="Nguyễn Cháu Bà", head_agreement="Giấy 1")
    assert (got["state"], "spouse" in got["fields"]) == ("delivered", False)
    assert (got["missing"], got["wanted"], got["papers"]) == ([], [], [])


def of_record(client, pin, what):
    """What the operator reads of somebody: `history` or `provenance`."""
    address = f"/control/v1/citizens/{pin}/{what}"
    return told(client.get(address, headers=as_operator(client)))["items"]


def test_papers_of_a_birth_stand_with_the_events_and_fields_they_caused(client, portal):
    paper = "Hợp đồng thuê nhà 8/2026"
    got = declare(client, portal, name="Nguyễn Giấy Tờ", housing_paper=paper)
    pin = steps(got)["birth"]["result"]["pin"]
    assert {each["kind"]: each["documents"] for each in of_record(client, pin, "history")} == {
        "permanent-move": [f"Giấy tờ chứng minh chỗ ở hợp pháp: {paper}"],
        "birth": ["Giấy chứng sinh: GCS 17/2025"],
    }
    fields = {each["field"]: each["documents"] for each in of_record(client, pin, "provenance")}
    assert fields["full_name"] == fields["mother"] == ["Giấy chứng sinh: GCS 17/2025"]
    assert fields["permanent_residence"] == [f"Giấy tờ chứng minh chỗ ở hợp pháp: {paper}"]


def test_what_cannot_be_declared_opens_nothing(client, portal):
    body = {**CHILD, "mother": people.NOBODYS}
    refused = client.post(ADDRESS, json=body, headers=portal)
    problem(refused, "declaration-refused", 400)
    assert refused.json()["invalid_params"][0]["name"] == "mother"
    nobody = {name: value for name, value in CHILD.items() if name not in ("mother", "father")}
    problem(client.post(ADDRESS, json=nobody, headers=portal), "declaration-refused", 400)
    others = {**nobody, "mother": people.EM_PIN}
    problem(client.post(ADDRESS, json=others, headers=portal), "declaration-refused", 400)


def test_a_refused_birth_stops_the_rest_until_it_is_right(client, portal):
    got = declare(client, portal, birth_date="2025-10-01")
    assert got["state"] == "more_information_wanted"
    assert states(got) == ["refused", "waiting", "waiting"]
    assert "another child" in steps(got)["birth"]["reason"]
    problem(again(client, portal, got["code"], pin="1"), "declaration-refused", 400)
    problem(again(client, portal, got["code"], sex="X"), "declaration-refused", 400)
    told(again(client, portal, got["code"], birth_date="2025-12-21", name="Nguyễn Sinh Đôi"))
    got = look(client, portal, got["code"])
    assert (got["state"], states(got)) == ("delivered", ["done"] * 3)
    assert steps(got)["birth"]["attempts"] == 2
    problem(again(client, portal, got["code"]), "dossier-not-linked", 409)


def test_the_head_of_the_household_is_asked_and_agrees(client, wife):
    got = declare(client, wife, birth_date="2025-12-20", name="Nguyễn Ba")
    assert (got["state"], states(got)) == ("received", ["done", "held", "done"])
    assert steps(got)["residence"]["code"] == "head-asked"
    phones = Phones(client)
    [asked] = [
        each
        for each in phones.get(people.AN_PIN, "/approvals").json()
        if each["details"].get("dossier") == got["code"]
    ]
    told(phones.post(people.AN_PIN, f"/approvals/{asked['id']}/accept"))
    got = look(client, wife, got["code"])
    assert (got["state"], states(got)) == ("delivered", ["done"] * 3)


def test_where_the_head_disagrees_the_rest_stays_and_paper_helps(client, world, wife):
    got = declare(client, wife, birth_date="2025-12-21", name="Nguyễn Tư")
    phones = Phones(client)
    [asked] = [
        each
        for each in phones.get(people.AN_PIN, "/approvals").json()
        if each["details"].get("dossier") == got["code"]
    ]
    told(phones.post(people.AN_PIN, f"/approvals/{asked['id']}/refuse"))
    got = look(client, wife, got["code"])
    assert (got["state"], states(got)) == ("more_information_wanted", ["done", "refused", "done"])
    assert steps(got)["residence"]["code"] == "head-disagrees"
    pin = steps(got)["birth"]["result"]["pin"]
    assert read(world, pin, "permanent_residence")["permanent_residence"] is None
    problem(again(client, wife, got["code"], birth_date="2025-12-22"), "declaration-refused", 400)
    told(again(client, wife, got["code"], head_agreement="Giấy đồng ý 3/2026"))
    got = look(client, wife, got["code"])
    assert (got["state"], steps(got)["birth"]["attempts"]) == ("delivered", 1)
    assert read(world, pin, "permanent_residence")["permanent_residence"] is not None
    move = of_record(client, pin, "history")[0]
    assert move["documents"] == ["Ý kiến đồng ý của chủ hộ: Giấy đồng ý 3/2026"]


def test_a_head_who_does_not_answer_has_not_agreed(client, world, wife):
    got = declare(client, wife, name="Nguyễn Năm")
    late = update(identity.Approval).values(expires_at=clock.now() - dt.timedelta(1))
    mine = identity.Approval.kind == "residence-agreement"
    world.writer.submit(lambda session: session.execute(late.where(mine)))
    got = look(client, wife, got["code"])
    assert steps(got)["residence"]["code"] == "head-silent"


def test_a_head_without_an_account_agrees_on_paper(client, world, wife):
    def state(value):
        row = update(identity.Account).where(identity.Account.citizen_id == country.AN)
        world.writer.submit(lambda session: session.execute(row.values(state=value)))

    state("locked")
    got = declare(client, wife, name="Nguyễn Sáu")
    state("active")
    assert steps(got)["residence"]["code"] == "head-unreachable"


def test_an_agency_that_is_away_holds_its_step_and_is_asked_again(client, world, portal):
    with suspended(client, world, "bhxh"):
        got = declare(client, portal, name="Nguyễn Bảy")
        assert (got["state"], states(got)) == ("received", ["done", "done", "held"])
        assert steps(got)["health-insurance"]["code"] == "connection-suspended"
        assert look(client, portal, got["code"])["steps"][2]["attempts"] > 1
    assert sagas.resume(client.app._server.worlds.open(world.name)) >= 1
    got = look(client, portal, got["code"])
    assert (got["state"], states(got)) == ("delivered", ["done"] * 3)


def test_a_step_that_meets_an_error_leaves_nothing_and_can_be_tried_again(
    client, portal, monkeypatch
):
    def written_then_broken(work, *_):
        work.session.add(account_of(country.DUNG))
        work.session.flush()
        raise events.REFUSED.error("it broke")

    with monkeypatch.context() as broken:
        broken.setattr("app.procedures.steps.report", written_then_broken)
        got = declare(client, portal, name="Nguyễn Mười")
    assert states(got) == ["refused", "waiting", "waiting"]
    assert steps(got)["birth"]["code"] == "life-event-refused"
    assert "it broke" in steps(got)["birth"]["reason"]
    told(again(client, portal, got["code"]))
    got = look(client, portal, got["code"])
    assert (got["state"], steps(got)["birth"]["attempts"]) == ("delivered", 2)
    phones = Phones(client)
    assert phones.show(citizen_pin(country.DUNG))["account"] is None


def citizen_pin(citizen_id):
    """The number of somebody who was registered with the first of them."""
    return f"901203{citizen_id:06d}"


def test_a_child_of_six_gets_no_card(client, portal):
    got = declare(
        client,
        portal,
        name="Nguyễn Tám",
        birth_date="2018-05-05",
        registration_place={"unit": "01"},
        facility="01929",
    )
    done = steps(got)
    assert done["health-insurance"]["code"] == "not-under-six"
    assert done["residence"]["state"] == "done"
    assert got["state"] == "more_information_wanted"


# Death


def declare_death(client, who, **said):
    dead = {"pin": people.LUA_PIN, "date": "2025-12-30", "death_notice": "GBT 5/2025", **said}
    return declare_raw(client, who, "/v1/linked-procedures/death", dead)


def declare_raw(client, who, address, said):
    answer = client.post(address, json=said, headers=who)
    return look(client, who, told(answer, 201)["dossier"]["code"])


@pytest.fixture
def own(settings, worlds, api_spec):
    """A server over a world in which somebody may die."""
    with copy(worlds, api_spec) as copied:
        copied.writer.submit(lambda session: session.add(account_of(country.BINH)))
        with served(settings, copied) as opened:
            yield opened, copied


def verify(client, world, number, claim):
    police = bearer(client, world, "bca")
    body = {"number": number, "claims": claim, "purpose": "linked-procedures"}
    return told(client.post("/v1/verifications", json=body, headers=police))["outcome"]


def test_a_death_closes_residence_card_and_account_and_pays_for_the_funeral(own):
    client, world = own
    wife, an = citizen(world, who=country.BINH), citizen(world)
    assert verify(client, world, people.AN_PIN, people.AN_CLAIM) == "match"
    got = declare_death(client, wife, pin=people.AN_PIN, new_head=people.BINH_PIN)
    assert (got["state"], states(got)) == (
        "more_information_wanted",
        ["done", "done", "refused"],
    )
    ended = steps(got)["deregistration"]["result"]
    assert ended["permanent_residence"] is None
    assert (ended["card_status"], ended["account_problem"]) == (
        "holder_deceased",
        "holder-deceased",
    )
    assert steps(got)["funeral-support"]["code"] == "not-entitled"
    assert verify(client, world, people.AN_PIN, people.AN_CLAIM) == "deceased"
    problem(client.get("/v1/dossiers", headers=an), "sign-in-account", 403)
    told(again(client, wife, got["code"], entitlement="QĐ 12/2026"))
    got = look(client, wife, got["code"])
    support = steps(got)["funeral-support"]["result"]
    assert (got["state"], support["amount"], support["payment"]) == (
        "delivered",
        10_000_000,
        "cash",
    )
    assert (support["payer"], support["payee"]) == ("bldtbxh", people.BINH_PIN)
    assert got["due_on"] == "2026-01-07"
    notice = ["Giấy báo tử: GBT 5/2025"]
    assert of_record(client, people.AN_PIN, "history")[0]["documents"] == notice
    widow = {each["field"]: each for each in of_record(client, people.BINH_PIN, "provenance")}
    assert widow["marital_status"]["documents"] == widow["spouse"]["documents"] == notice


def test_old_age_is_enough_for_support_and_it_can_go_to_an_account(own):
    client, world = own
    son = citizen(world)
    got = declare_death(client, son, payment="account", account="0123456789")
    support = steps(got)["funeral-support"]["result"]
    assert (got["state"], support["account"]) == ("delivered", "0123456789")
    twice = declare_death(client, son)
    assert states(twice) == ["refused", "waiting", "waiting"]


def test_social_insurance_pays_for_its_own(own):
    client, world = own
    book = SocialInsurance(
        number="9900000001",
        holder_number=people.LUA_PIN,
        joined_on=dt.date(1975, 1, 1),
        months=300,
        state="pension",
    )
    world.writer.submit(lambda session: session.add(book))
    got = declare_death(client, citizen(world), date="2024-01-15")
    support = steps(got)["funeral-support"]["result"]
    assert (support["payer"], support["amount"]) == ("bhxh", 18_000_000)


def test_who_may_declare_a_death(client, portal):
    address = "/v1/linked-procedures/death"
    said = {"pin": people.NOBODYS, "date": "2025-12-30", "death_notice": "5"}
    problem(client.post(address, json=said, headers=portal), "declaration-refused", 400)
    stranger = {**said, "pin": people.HUNG_PIN}
    problem(client.post(address, json=stranger, headers=portal), "declaration-refused", 400)
    unpaid = {**said, "pin": people.LUA_PIN, "payment": "account"}
    problem(client.post(address, json=unpaid, headers=portal), "declaration-refused", 400)


def test_officials_see_a_linked_dossier_and_do_not_decide_it(client, world, portal):
    got = declare(client, portal, name="Nguyễn Chín")
    desk = bearer(client, world, "ha-noi")
    address = f"/v1/desk/dossiers/{got['code']}"
    assert told(client.get(f"{address}?officer=can-bo-1", headers=desk))["dossier"]["steps"]
    act = {"act": "approve", "officer": "can-bo-1"}
    problem(client.post(f"{address}/acts", json=act, headers=desk), "dossier-linked", 409)
