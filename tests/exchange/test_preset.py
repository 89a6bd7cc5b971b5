"""The preset of 2024: who is in it, that its grants mean something, and that law is dated."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import select

from app.exchange import disclosing, presentation_requests, register_claim
from app.exchange.assessing import assessments
from app.exchange.callers import (
    CHANGES,
    CHIP,
    CREDIT,
    CREDIT_REVIEW,
    EID,
    EVERY_KIND,
    EXTRACT,
    PRESENTATION,
    QR,
    REGISTER,
    REPORTING,
    SEARCH,
    SIGN_IN,
    VERIFICATION,
)
from app.exchange.chip_verdicts import CHECKS
from app.exchange.eid_accounts import ACTS
from app.exchange.models import AUTH_METHODS, Agency, Grant, System
from app.exchange.presets import preset
from app.exchange.qr_verification import FIELDS as QR_FIELDS
from app.matching.verdicts import ATTRIBUTES
from app.registry import changes, events
from app.registry.reporting.reports import PURPOSES

START = dt.date(2026, 1, 1)
#: What a grant for these gives is no ground to be told more.
GIVE_NOTHING_ANEW = {CHANGES, EXTRACT, VERIFICATION, SIGN_IN, CHIP, QR, REGISTER}
#: Decision 20/2020/QĐ-TTg: at most 35 of `[0-9A-Z.]`; the levels are our reading of it.
CODE = re.compile(r"[A-Z]\d{2}(\.\d{2,3}){0,4}")


@pytest.fixture(scope="module")
def rows():
    return preset.made_for(START)


def test_the_agencies_are_those_of_early_2024(rows):
    kinds = Counter(agency["kind"] for agency in rows.agencies)
    assert kinds["ministry"] + kinds["central"] == 18
    assert (kinds["enterprise"], kinds["telco"], kinds["province"]) == (2, 3, 63)
    assert (kinds["bank"], kinds["lender"]) == (5, 1)


def test_every_agency_has_a_code_and_says_that_it_is_simulated(rows):
    codes = [agency["code"] for agency in rows.agencies]
    assert len(set(codes)) == len(codes) == 92
    for agency in rows.agencies:
        assert CODE.fullmatch(agency["code"])
        assert len(agency["code"]) <= 35
        assert agency["simulated"]
        assert agency["name"].endswith(" (mô phỏng)")
        assert agency["name_en"].endswith(" (simulated)")


def test_the_provinces_are_h01_to_h63_in_the_order_of_the_alphabet(rows):
    provinces = [agency for agency in rows.agencies if agency["kind"] == "province"]
    assert [agency["code"] for agency in provinces] == [f"H{n:02d}" for n in range(1, 64)]
    by_code = {agency["code"]: agency["slug"] for agency in provinces}
    assert (by_code["H26"], by_code["H29"]) == ("ha-noi", "ho-chi-minh")


def test_every_agency_has_a_system_and_each_bank_one_of_either_method(rows):
    by_agency: dict[int, list[str]] = {}
    for system in rows.systems:
        by_agency.setdefault(system["agency_id"], []).append(system["auth_method"])
    for agency in rows.agencies:
        methods = by_agency[agency["id"]]
        assert methods
        if agency["kind"] == "bank":
            assert sorted(methods) == sorted(AUTH_METHODS)


def test_every_grant_is_for_fields_that_its_service_offers(rows):
    offered = {
        VERIFICATION: set(ATTRIBUTES),
        SEARCH: set(disclosing.CATALOGUE),
        CHANGES: set(changes.WATCHED),
        EXTRACT: set(disclosing.CATALOGUE),
        CHIP: set(CHECKS),
        QR: set(QR_FIELDS),
        CREDIT: set(assessments.FIELDS),
        CREDIT_REVIEW: set(assessments.FIELDS),
        REGISTER: set(register_claim.by_field()),
        EID: set(ACTS),
        REPORTING: {*events.kinds(), EVERY_KIND},
        SIGN_IN: set(disclosing.CATALOGUE),
        PRESENTATION: set(presentation_requests.FIELDS),
        **{name: set(each.fields) for name, each in disclosing.all_of_them().items()},
    }
    for grant in rows.grants:
        assert grant["fields"]
        assert set(grant["fields"]) <= offered[grant["service"]], grant
        assert grant["purpose"] in preset.purposes()


def test_a_slice_is_a_feed_s_and_of_what_there_is(rows):
    slices = [
        (grant["service"], grant["kinds"], grant["provinces"])
        for grant in rows.grants
        if grant["kinds"] is not None or grant["provinces"] is not None
    ]
    assert (CHANGES, ["birth", "registration"], None) in slices
    assert (CHANGES, None, ["01"]) in slices
    for service, kinds, _ in slices:
        assert service in {CHANGES, EXTRACT}
        assert kinds is None or service == CHANGES
        assert set(kinds or ()) <= set(events.kinds())


def test_nobody_is_told_of_a_change_to_what_they_may_not_ask_for(rows):
    asked = {}
    for grant in rows.grants:
        if grant["service"] not in GIVE_NOTHING_ANEW:
            asked.setdefault(grant["agency_id"], set()).update(grant["fields"])
    for grant in rows.grants:
        if grant["service"] in {CHANGES, EXTRACT}:
            assert set(grant["fields"]) <= asked[grant["agency_id"]], grant


def test_every_row_of_the_table_of_grants_gives_a_grant_today(rows):
    given = {(grant["service"], grant["purpose"], tuple(grant["fields"])) for grant in rows.grants}
    for row in preset._read("grants_2024.csv"):
        assert (row["service"], row["purpose"], tuple(row["fields"].split())) in given


def test_every_agency_may_verify_for_some_purpose_today(rows):
    verifying = {grant["agency_id"] for grant in rows.grants if grant["service"] == VERIFICATION}
    assert verifying == {agency["id"] for agency in rows.agencies}


def test_every_purpose_is_used_and_rests_on_laws_that_exist():
    used = {row["purpose"] for row in preset._read("grants_2024.csv")}
    assert used == set(preset.purposes())
    for purpose in preset.purposes().values():
        assert set(purpose.laws) <= set(preset.laws())


def test_what_is_not_a_state_s_business_needs_the_citizen_s_consent(rows):
    private = {
        agency["id"]
        for agency in rows.agencies
        if agency["kind"] in {"bank", "lender", "telco", "enterprise"}
    }
    for grant in rows.grants:
        # What is shown from a wallet its holder shows, each time anew.
        gives_data = grant["service"] not in {VERIFICATION, CHIP, EID, QR, REGISTER, PRESENTATION}
        if grant["agency_id"] in private and gives_data:
            assert grant["consent_required"], grant
        elif gives_data and not grant["consent_required"]:
            assert grant["officer_required"], grant


def test_a_legal_basis_changes_with_the_law():
    eras = preset.legal_eras("ekyc", consent=False)
    assert [era.valid_from for era in eras] == [dt.date(2016, 1, 1), dt.date(2024, 7, 1)]
    assert eras[0].valid_to == dt.date(2024, 6, 30)
    assert "59/2014/QH13" in eras[0].legal_basis
    assert "26/2023/QH15" in eras[1].legal_basis
    assert "2345/QĐ-NHNN" in eras[1].legal_basis
    assert eras[1].valid_to is None


def test_consent_rests_on_decree_13_until_2025_and_on_law_91_since():
    eras = preset.legal_eras("credit-scoring", consent=True)
    assert eras[0].valid_from == dt.date(2023, 7, 1)
    by_day = {
        day: next(
            era.legal_basis for era in eras if era.valid_from <= day <= (era.valid_to or day)
        )
        for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1))
    }
    assert "13/2023" in by_day[dt.date(2025, 12, 31)]
    assert "91/2025/QH15, Điều 9" in by_day[dt.date(2026, 1, 1)]
    assert "13/2023" not in by_day[dt.date(2026, 1, 1)]


def test_the_eras_of_a_purpose_leave_no_gap_and_do_not_overlap():
    for purpose in preset.purposes():
        for consent in (False, True):
            eras = preset.legal_eras(purpose, consent=consent)
            assert eras[-1].valid_to is None
            for era, following in pairwise(eras):
                assert era.valid_to + dt.timedelta(days=1) == following.valid_from


def test_an_earlier_world_has_the_grants_of_its_time():
    rows = preset.made_for(dt.date(2024, 5, 1))
    asked = {"purpose": "ekyc", "service": VERIFICATION}
    ekyc = [grant for grant in rows.grants if asked.items() <= grant.items()]
    on_the_day = [grant for grant in ekyc if grant["valid_from"] <= dt.date(2024, 5, 1)]
    assert len(on_the_day) == 6
    assert all("59/2014/QH13" in grant["legal_basis"] for grant in on_the_day)
    assert len(ekyc) == 12


def test_the_same_start_gives_the_same_rows():
    assert preset.made_for(START) == preset.made_for(START)


def test_what_is_installed_is_what_was_made(exchange_reader, rows):
    with exchange_reader.session() as session:
        for table, made in ((Agency, rows.agencies), (System, rows.systems), (Grant, rows.grants)):
            stored = session.execute(select(table.__table__).order_by(table.id)).mappings()
            assert [dict(row) for row in stored] == made


def test_every_kind_of_life_event_is_reported_by_somebody(rows):
    given = [grant for grant in rows.grants if grant["service"] == REPORTING]
    assert {grant["purpose"] for grant in given} == set(PURPOSES)
    assert all(grant["fields"] == [EVERY_KIND] for grant in given)
