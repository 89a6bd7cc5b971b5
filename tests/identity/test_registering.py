"""Corners of registering, deciding and locking that the journeys over HTTP do not come to."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from app.identity import (
    account_history,
    account_law,
    accounts,
    applications,
    biometrics,
    devices,
    locking,
    organisation_accounts,
    papers,
    phones,
    registering,
    sweeping,
)
from app.identity import models as m
from app.identity.account_problems import Refused
from app.identity.authentication import Factors
from app.platform.errors import DancuError
from app.registry.models import Citizen
from app.sectors.models import Organisation, ResidencePermit
from tests.identity import phones as people
from tests.identity.phones import AN, BINH, CUONG, DUC, DUNG, NOW, PIN, TODAY, change, write

TAX = "9900000013"


@pytest.fixture
def world(tiny_world):
    write(tiny_world, people.add)
    return tiny_world


def held(session, world, citizen_id):
    return phones.Phone(session, world, citizen_id, NOW)


def in_person(session, world, citizen_id, **said):
    finger = biometrics.template(world, citizen_id, "fingerprint")
    asked = {
        "claim": registering.Claim(number=PIN[citizen_id]),
        "level": 2,
        "phone": f"09999900{citizen_id:02d}",
        "face": biometrics.template(world, citizen_id),
        "fingerprint": finger,
        "filed_by": "bca",
        "officer": "CB-1",
    }
    return registering.in_person(session, world, registering.InPerson(**asked | said), NOW)


def set_day(world, day):
    write(
        world,
        lambda session: session.execute(
            text(f"UPDATE world SET start_date = '{day}', today = '{day}'")
        ),
    )
    world.refresh()


def organisation(session, representative, state="active", code=TAX):
    session.add(
        Organisation(
            tax_code=code,
            name="Thử (mô phỏng)",
            kind="enterprise",
            representative_number=PIN[representative],
            registered_on=dt.date(2020, 1, 1),
            nationally_known=True,
            state=state,
            state_since=dt.date(2020, 1, 1),
        )
    )
    session.flush()


def _die(session, citizen_id):
    citizen = session.get(Citizen, citizen_id)
    citizen.state, citizen.death_date = "dead", dt.date(2025, 12, 30)


def test_before_the_first_decree_there_are_no_accounts(world):
    assert account_law.of(dt.date(2022, 10, 19)) is None
    set_day(world, "2022-10-19")

    def job(session):
        organisation(session, AN)
        refused = [
            in_person(session, world, DUNG),
            locking.by_authority(
                session,
                locking.Request(
                    citizen_id=AN, kind="lock", reason="x", filed_by="bca", officer="1"
                ),
                world.today,
                NOW,
            ),
            organisation_accounts.register(held(session, world, AN), TAX),
        ]
        assert {each.code for each in refused} == {"eid-law-not-in-force"}

    write(world, job)


def test_the_decree_of_2022_gave_level_2_from_14():
    law = account_law.of(dt.date(2024, 6, 30))
    assert (law.name, law.level_2_from) == ("59/2022/NĐ-CP", 14)
    assert account_law.organisation_due(
        law, dt.date(2024, 6, 28), nationally_known=True
    ) == dt.date(2024, 7, 1)


def test_somebody_who_has_died_or_whose_account_is_closed_has_none_opened(world):
    def job(session):
        assert in_person(session, world, AN).code == "eid-account-exists"
        _die(session, DUNG)
        session.flush()
        assert in_person(session, world, DUNG).code == "holder-deceased"
        session.query(m.Account).filter_by(citizen_id=AN).one().state = "closed"
        session.flush()
        assert in_person(session, world, AN).code == "eid-account-closed"

    write(world, job)


def test_an_adult_needs_no_representative_and_one_without_an_account_represents_nobody(world):
    def job(session):
        alone = in_person(session, world, DUNG, representative=PIN[AN], phone="0999990001")
        assert alone.code == "representation-not-provable"
        child = session.get(Citizen, DUC)
        child.birth_year, child.birth_month, child.birth_day = 2022, 1, 1
        session.execute(
            text(
                "INSERT INTO kinship (citizen_id, kind, relative_id, from_date) "
                f"VALUES ({DUC}, 'father', {DUNG}, '2022-01-01')"
            )
        )
        with_father = in_person(
            session, world, DUC, level=1, representative=PIN[DUNG], phone="0999990004"
        )
        assert with_father.code == "representative-level-too-low"
        session.execute(text(f"UPDATE kinship SET relative_id = {AN}"))
        filed = in_person(
            session, world, DUC, level=1, representative=PIN[AN], phone="0999990001", face=""
        )
        assert (filed.kind, filed.level) == ("register", 1)

    write(world, job)


def test_a_face_is_looked_at_before_a_finger_and_a_mail_address_is_kept(world):
    def job(session):
        stranger = biometrics.template(world, AN)
        assert in_person(session, world, DUNG, face=stranger).code == "face-mismatch"
        session.add(m.AccountContact(account_id=2, phone=None, email="a@b.invalid"))
        session.flush()
        filed = in_person(session, world, BINH)
        assert filed.kind == "upgrade"
        contact = session.get(m.AccountContact, 2)
        assert (contact.phone, contact.email) == ("0999990002", "a@b.invalid")

    write(world, job)


@pytest.mark.parametrize(
    ("state", "reason"), [("lost", "lost"), ("damaged", "damaged"), ("expired", "age_milestone")]
)
def test_the_card_is_asked_for_with_the_account(world, state, reason):
    change(world, m.Card, DUNG, state=state, expires_on=dt.date(2025, 4, 15))
    write(world, lambda session: setattr(session.get(Citizen, DUNG), "birth_year", 1985))

    def job(session):
        assert in_person(session, world, DUNG).code in {"card-lost", "card-expired"}
        filed = in_person(session, world, DUNG, card_issue=True)
        assert (filed.reason, filed.due_on) == ("card_issue", dt.date(2026, 1, 12))
        requested = session.query(m.Card).filter_by(citizen_id=DUNG, state="requested").one()
        assert requested.issue_reason == reason

    write(world, job)


def test_a_card_that_cannot_be_asked_for_is_told_and_one_under_way_is_enough(world):
    def job(session):
        session.query(m.Card).filter_by(citizen_id=DUNG).one().state = "requested"
        session.flush()
        filed = in_person(session, world, DUNG, card_issue=True)
        assert filed.kind == "register"
        for foreigner in (BINH,):
            session.get(Citizen, foreigner).nationality = "KR"
            session.query(m.Card).filter_by(citizen_id=foreigner).delete()
            session.add(
                ResidencePermit(
                    number="ZZ0000001",
                    holder_number=PIN[foreigner],
                    kind="temporary",
                    passport_number="ZZ0000001",
                    passport_expires_on=dt.date(2030, 1, 1),
                    issued_on=dt.date(2025, 1, 1),
                    expires_on=dt.date(2027, 1, 1),
                    state="valid",
                )
            )
        session.flush()
        assert papers.hinders(session, BINH, TODAY) is None
        assert papers.locks(session, [BINH], TODAY) == {}
        refused = in_person(session, world, BINH, card_issue=True)
        assert refused.code == "card-not-entitled"

    write(world, job)


def test_what_is_due_is_written_down_by_the_sweep(world):
    def job(session):
        filed = in_person(session, world, DUNG)
        sweeping.sweep(session, TODAY, NOW)
        assert applications.find(session, filed.id).state == "pending"
        sweeping.sweep(session, filed.due_on, NOW)
        assert applications.find(session, filed.id).state == "approved"
        account = accounts.of(session, DUNG)
        assert account.state_since == filed.due_on
        [event] = account_history.of(session, account)
        assert (event.kind, event.officer, event.done_by) == ("granted", "CB-1", "police")
        with pytest.raises(DancuError, match="eid-application-decided"):
            applications.refuse(session, filed, "x", filed.due_on)

    write(world, job)


def test_an_application_about_an_account_that_is_gone_changes_nothing(world):
    def job(session):
        filed = in_person(session, world, DUNG)
        session.query(m.AccountContact).delete()
        session.query(m.Account).filter_by(citizen_id=DUNG).delete()
        session.flush()
        assert applications.approve(session, filed, TODAY, NOW).state == "approved"
        organisation(session, AN)
        asked = organisation_accounts.register(held(session, world, AN), TAX)
        session.query(m.OrganisationAccount).delete()
        session.flush()
        assert applications.approve(session, asked, TODAY, NOW).state == "approved"

    write(world, job)


def test_a_refused_application_leaves_no_account(world):
    def job(session):
        organisation(session, AN)
        asked = organisation_accounts.register(held(session, world, AN), TAX)
        assert applications.refuse(session, asked, "x", TODAY).refusal == "x"
        assert organisation_accounts.find(session, TAX, TODAY) is None
        filed = in_person(session, world, BINH)
        assert applications.refuse(session, filed, "x", TODAY).state == "refused"
        assert accounts.of(session, BINH).level == 1
        gone = in_person(session, world, DUNG)
        session.query(m.AccountContact).delete()
        session.query(m.Account).filter_by(citizen_id=DUNG).delete()
        session.flush()
        assert applications.refuse(session, gone, "x", TODAY).state == "refused"

    write(world, job)


def test_an_organisation_has_its_account_activated_in_time_by_who_represents_it(world):
    def job(session):
        phone = held(session, world, AN)
        act = organisation_accounts.activate
        assert act(phone, TAX).code == "organisation-unknown"
        organisation(session, AN)
        assert act(phone, TAX).code == "eid-account-missing"
        asked = organisation_accounts.register(phone, TAX)
        assert act(held(session, world, BINH), TAX).code == "not-legal-representative"
        found = organisation_accounts.find
        assert found(session, TAX, asked.due_on).problem.code == "eid-account-not-activated"
        late = asked.due_on + dt.timedelta(days=8)
        assert found(session, TAX, late).problem.code == "eid-activation-lapsed"
        applications.approve(session, asked, TODAY, NOW)
        assert found(session, TAX, TODAY).problem.code == "eid-account-not-activated"
        active = act(phone, TAX)
        assert (active.usable, active.activated_on) == (True, TODAY)
        kinds = [each.kind for each in account_history.of_organisation(session, active.id)]
        assert kinds == ["granted", "activated"]
        session.query(Organisation).one().state = "dissolved"
        session.flush()
        assert found(session, TAX, TODAY).problem.code == "organisation-ended"
        session.query(m.Account).filter_by(citizen_id=AN).delete()
        session.query(Organisation).one().state = "active"
        session.flush()
        assert act(phone, TAX).code == "eid-account-missing"

    write(world, job)


def test_nobody_without_an_account_does_anything_with_it(world):
    def job(session):
        phone = held(session, world, DUNG)
        done = [
            phones.activate(phone),
            phones.notice_again(phone, "hotline"),
            phones.choose_passcode(phone, "000000", "240680"),
            phones.change_device(phone, "Máy", "000000", "face"),
            phones.lock(phone, "lock"),
        ]
        assert {each.code for each in done} == {"eid-account-missing"}
        phones.forgive(phone)

    write(world, job)


def test_a_wrong_passcode_changes_no_device_and_decides_nothing(world):
    def job(session):
        phone = held(session, world, AN)
        assert phones.change_device(phone, "Máy", "000000", "x").code == "passcode-wrong"
        ask = phones.approvals.Ask(
            kind="t", title_vi="?", title_en="?", details={}, asked_by="tests"
        )
        asked = phones.approvals.ask(session, AN, ask, NOW)
        wrong = phones.decide(phone, asked.id, "accepted", Factors(passcode="000000"))
        assert wrong.code == "passcode-wrong"
        with pytest.raises(DancuError, match="approval-unknown"):
            phones.decide(held(session, world, BINH), asked.id, "accepted", Factors())
        secret = devices.secret(world, 1, devices.current(session, 1))
        done = phones.decide(phone, asked.id, "accepted", Factors(device=secret))
        assert (done.state, done.proofs) == ("accepted", ("device",))
        theirs = phones.approvals.ask(session, CUONG, ask, NOW)
        unusable = phones.decide(held(session, world, CUONG), theirs.id, "accepted", Factors())
        assert unusable.code == "eid-account-not-activated"

    write(world, job)


def test_the_holder_locks_nothing_of_the_dead(world):
    def job(session):
        _die(session, AN)
        session.flush()
        refused = phones.lock(held(session, world, AN), "lock")
        assert isinstance(refused, Refused)
        assert refused.code == "holder-deceased"

    write(world, job)


def test_somebody_who_is_in_no_world_has_no_telephone(world):
    account = accounts.Account(
        id=99,
        citizen_id=99,
        level=1,
        state="active",
        state_since=TODAY,
        collected_on=TODAY,
        activated_on=TODAY,
    )
    with world.session() as session:
        assert accounts.phone_of(session, account) is None
