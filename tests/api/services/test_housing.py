"""Who registers residence in a house of the family brings no paper; a tenant is asked for one."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.procedures import reuse
from app.sectors.models import LandCertificate
from tests.api.conftest import citizen, told
from tests.api.services.test_dossiers import act, create, kept, problem, suspended
from tests.api.services.test_linked_procedures import (
    CHILD,
    account_of,
    again,
    declare,
    look,
    states,
    steps,
)
from tests.registry import country

HOUSE = {"new_address": country.HANG_BUN}
RENTED = {"new_address": country.DOI_CAN}
SERVICE = "permanent-residence"


@pytest.fixture(scope="module")
def family(world):
    """The portal where the owner's wife has signed in, and where their son has."""
    for who in (country.BINH, country.CHI):
        world.writer.submit(lambda session, who=who: session.add(account_of(who)))
    return {who: citizen(world, who=who) for who in (country.BINH, country.CHI)}


@pytest.fixture
def certificate(world):
    """Change the one certificate for a while."""

    def change(**columns):
        row = update(LandCertificate).values(**columns)
        world.writer.submit(lambda session: session.execute(row))

    yield change
    change(state="valid", house_id=country.HANG_BUN)


def test_in_an_own_house_no_paper_is_asked_for(client, world, portal, police):
    got = create(client, portal, SERVICE, HOUSE)
    assert (got["state"], got["missing"], got["papers"]) == ("submitted", [], [])
    proof = got["fields"]["proof_of_housing"]
    assert proof["value"] == {"house_id": country.HANG_BUN, "owner": "applicant"}
    assert (proof["source"], proof["disclosure"]) == ("land-register", "land")
    assert (got["prefilled"], got["required"]) == (8, 9)
    asked = next(leaf for leaf in kept(world, got["code"]) if leaf.seq == proof["leaf"])
    assert (asked.kind, asked.agency, asked.purpose) == (
        "disclosure",
        "G01",
        "residence-registration",
    )
    assert asked.fields == ("land_certificates",)
    told(act(client, police, got["code"], "receive"))
    assert kept(world, got["code"])[-1].outcome == "receive"
    with world.session() as session:
        [rate] = [each for each in reuse.report(session).items if each.agency == "bca"]
    assert rate.share > 0.85


@pytest.mark.parametrize(("who", "owner"), [("BINH", "spouse"), ("CHI", "father")])
def test_the_house_may_be_the_spouses_or_a_parents(client, family, who, owner):
    got = create(client, family[getattr(country, who)], SERVICE, HOUSE)
    assert got["fields"]["proof_of_housing"]["value"]["owner"] == owner


def test_a_tenant_is_told_which_paper_is_needed_and_why(client, portal):
    got = create(client, portal, SERVICE, RENTED)
    assert (got["state"], got["missing"]) == ("draft", ["proof_of_housing"])
    [wanted] = got["papers"]
    assert (wanted["member"], wanted["code"]) == ("proof_of_housing", "house-not-owned")
    assert "lease" in wanted["reason_en"]
    address = f"/v1/dossiers/{got['code']}/submission"
    problem(client.post(address, json={}, headers=portal), "dossier-incomplete", 400)
    body = {"answers": {"proof_of_housing": "HĐ thuê nhà 12/2025"}}
    got = told(client.post(address, json=body, headers=portal))["dossier"]
    assert (got["state"], got["papers"]) == ("submitted", [])
    assert got["fields"]["proof_of_housing"]["source"] == "citizen"


@pytest.mark.parametrize(
    ("address", "code"),
    [("12 ngõ 5 Hàng Bún, Ba Đình", "house-in-words"), ("00004999999", "house-unknown")],
)
def test_an_address_that_is_no_house_cannot_be_looked_up(client, portal, world, address, code):
    got = create(client, portal, "temporary-residence", {"new_address": address, "until": "2027"})
    assert (got["state"], [each["code"] for each in got["papers"]]) == ("draft", [code])
    assert ("land_certificates",) not in {leaf.fields for leaf in kept(world, got["code"])}


def test_a_draft_is_looked_up_when_the_house_is_named(client, portal):
    got = create(client, portal, "temporary-residence", {"until": "2027-01-01"})
    assert (got["missing"], got["papers"]) == (["new_address", "proof_of_housing"], [])
    address = f"/v1/dossiers/{got['code']}/submission"
    got = told(client.post(address, json={"answers": HOUSE}, headers=portal))["dossier"]
    assert got["state"] == "submitted"


def test_a_disputed_certificate_proves_nothing(client, portal, certificate):
    certificate(state="disputed")
    got = create(client, portal, SERVICE, HOUSE)
    assert [each["code"] for each in got["papers"]] == ["house-disputed"]


def test_where_the_register_cannot_be_asked_a_paper_is(client, portal, world):
    with suspended(client, world, "bca"):
        got = create(client, portal, SERVICE, HOUSE)
    assert [each["code"] for each in got["papers"]] == ["connection-suspended"]


def test_nobody_overwrites_what_the_land_register_says(client, portal):
    got = create(client, portal, SERVICE, HOUSE, submit=False)
    address = f"/v1/dossiers/{got['code']}/submission"
    body = {"answers": {"proof_of_housing": "giấy khác"}}
    problem(client.post(address, json=body, headers=portal), "dossier-answer-unknown", 400)


def test_a_newborn_in_anothers_house_takes_the_owners_paper(client, portal, certificate):
    certificate(house_id=country.DOI_CAN)
    got = declare(client, portal, name="Nguyễn Thị Thuê")
    assert states(got) == ["done", "refused", "done"]
    assert steps(got)["residence"]["code"] == "house-not-owned"
    told(again(client, portal, got["code"], housing_paper="Văn bản đồng ý 3/2025"))
    got = look(client, portal, got["code"])
    assert (got["state"], states(got)) == ("delivered", ["done"] * 3)


def test_a_newborn_in_the_parents_house_needs_none(client, world, portal):
    got = declare(client, portal, **{**CHILD, "name": "Nguyễn Thị Nhà"})
    assert got["state"] == "delivered"
    leaves = [leaf for leaf in kept(world, got["code"]) if leaf.fields == ("land_certificates",)]
    assert [(leaf.purpose, leaf.agency) for leaf in leaves] == [("residence-registration", "G01")]
