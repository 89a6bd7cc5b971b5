"""Every persona is, on the start date, what its purpose says: one predicate for each of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

import pytest

from app.matching import numbers
from app.matching.dates import of
from app.registry.citizens import age_on
from seed import units
from seed.personas import rows


class Spec(NamedTuple):
    start_date: dt.date
    pin_style: str


STARTS = (dt.date(2018, 1, 1), dt.date(2024, 5, 1), dt.date(2026, 1, 1), dt.date(2029, 12, 31))
CASTS = {start: rows.make(Spec(start, "reserved"), defaultdict(lambda: 1)) for start in STARTS}


class Who:
    """A persona as it stands on the start date, with what other rooms have of it."""

    def __init__(self, name, start):
        self.start = start
        self._cast = CASTS[start]
        found = next(persona for persona in self._cast.personas if persona.name == name)
        self.id = found.citizen_id
        (self.row,) = [row for row in self._cast.rows["citizen"] if row["id"] == self.id]

    def __getattr__(self, column):
        return self.row[column]

    def other(self, name):
        return Who(name, self.start)

    def of(self, table):
        return [row for row in self._cast.rows.get(table, ()) if row["citizen_id"] == self.id]

    def kin(self, kind):
        found = [row for row in self.of("kinship") if row["kind"] == kind]
        return found[0] if found else None

    def stays(self, kind):
        now = [row for row in self.of("residence") if row["to_date"] is None]
        return [row for row in now if row["kind"] == kind]

    def home(self):
        (member,) = self.of("household_member")
        return member["household_id"], member["relationship"]

    @property
    def born(self):
        return of(self.birth_year, self.birth_month, self.birth_day)

    @property
    def age(self):
        return age_on(self.born, self.start)

    @property
    def card(self):
        cards = [row for row in self.of("card") if row["state"] != "superseded"]
        return cards[0] if cards else None

    @property
    def account(self):
        accounts = self.of("account")
        return accounts[0] if accounts else None

    def has_valid_card(self):
        card = self.card
        if card is None or card["state"] != "active":
            return False
        return card["expires_on"] is None or card["expires_on"] >= self.start

    def is_ordinary(self):
        return self.state == "alive" and self.age >= 18

    def old_numbers(self):
        return {row["number"] for row in self.of("old_number")}

    def parents(self):
        found = (self.kin("father"), self.kin("mother"))
        return [None if row is None else row["relative_id"] for row in found]


def subscriber(who):
    (row,) = [row for row in CASTS[who.start].rows["subscriber"] if row["number"] == who.phone]
    return row


def represented(who):
    rows_ = CASTS[who.start].rows["organisation"]
    return [row for row in rows_ if row["representative_number"] == who.pin]


def permit(who):
    rows_ = CASTS[who.start].rows["residence_permit"]
    (row,) = [row for row in rows_ if row["holder_number"] == who.pin]
    return row


def has_account(who, level, state="active"):
    account = who.account
    return account is not None and (account["level"], account["state"]) == (level, state)


def has_card(who, form):
    return who.has_valid_card() and who.card["form"] == form


def states_of_cards(who):
    return [card["state"] for card in who.of("card")]


def has_not_run_out(who):
    return who.card["expires_on"] >= who.start


def was_married_to(who, name, reason):
    row = who.kin("spouse")
    assert row["relative_id"] == who.other(name).id
    return row["end_reason"] == reason and row["to_date"] <= who.start


def is_twin_of(who, name):
    twin = who.other(name)
    same = all(
        getattr(who, column) == getattr(twin, column)
        for column in ("family_name", "middle_name", "birth_year", "birth_month", "birth_day")
    )
    return same and who.pin != twin.pin and who.home()[0] == twin.home()[0]


def shares_an_old_number_with(who, name):
    return len(who.old_numbers() & who.other(name).old_numbers()) == 1


def lives_in_no_household(who):
    return not who.of("household_member") and not who.stays("permanent")


def moved_last_month(who):
    (now,) = who.stays("permanent")
    (before,) = [stay for stay in who.of("residence") if stay["to_date"] is not None]
    ago = who.start - now["from_date"]
    return before["to_date"] == now["from_date"] and dt.timedelta(28) <= ago <= dt.timedelta(62)


def is_in_a_divided_ward(who):
    (stay,) = who.stays("permanent")
    from seed.rows import reference  # noqa: PLC0415 - only this persona reads units

    pairs = reference.rows()["unit_succession"].to_pylist()
    heirs = [pair for pair in pairs if pair["legacy_unit_id"] == units.LEGACY_WARD + 634]
    assert stay["unit_id"] in {units.LEGACY_WARD + 634, *(heir["unit_id"] for heir in heirs)}
    return len(heirs) == 5


def lives_at_three_addresses(who):
    stays = [who.stays(kind) for kind in ("permanent", "temporary", "current")]
    return len({stay["address"] for (stay,) in stays}) == 3


def had_another_number(who):
    (former,) = who.of("superseded_number")
    return (
        former["pin"].endswith("990901")
        and former["reason"] == "birth_year_corrected"
        and int(former["pin"][4:6]) != who.birth_year % 100
    )


def number_says_the_other_sex(who):
    says = numbers.structure_warnings(who.pin, who.born, who.sex, who.start)
    return says == [numbers.StructureWarning.SEX_DIFFERS] and who.number_note is not None


PREDICATES = {
    "adult-level-2": lambda w: w.is_ordinary() and w.has_valid_card() and has_account(w, 2),
    "adult-level-1": lambda w: w.is_ordinary() and has_account(w, 1),
    "minor-13": lambda w: w.age == 13 and not w.card and None not in w.parents(),
    "newborn": lambda w: (w.start - dt.date(*w.born)).days == 12 and None not in w.parents(),
    "widowed": lambda w: (
        w.state == "alive"
        and w.marital_status == "widowed"
        and was_married_to(w, "deceased", "death")
    ),
    "deceased": lambda w: w.state == "dead" and w.death_date < w.start and not w.has_valid_card(),
    "centenarian": lambda w: (
        w.age > 100 and w.birth_month is None and w.card["expires_on"] is None
    ),
    "birth-month-only": lambda w: w.birth_month is not None and w.birth_day is None,
    "no-account": lambda w: w.is_ordinary() and w.has_valid_card() and not w.account,
    "divorced": lambda w: (
        w.marital_status == "divorced" and was_married_to(w, "no-account", "divorce")
    ),
    "card-expired": lambda w: (
        w.card["expires_on"] < w.start
        and w.card["expires_on"] == dt.date(*w.born).replace(year=w.birth_year + 25)
        and not w.has_valid_card()
    ),
    "card-lost": lambda w: [card["state"] for card in w.of("card")] == ["lost"],
    "superseded-number": had_another_number,
    "old-number-shared": lambda w: shares_an_old_number_with(w, "old-number-shared-2"),
    "old-number-shared-2": lambda w: shares_an_old_number_with(w, "old-number-shared"),
    "old-numbers-several": lambda w: len(w.old_numbers()) == 3,
    "twin-a": lambda w: is_twin_of(w, "twin-b"),
    "twin-b": lambda w: is_twin_of(w, "twin-a"),
    "double-surname": lambda w: (w.family_name, w.full_name) == ("Tôn Nữ", "Tôn Nữ Đan Đoan"),
    "ethnic-e-de": lambda w: (
        (w.ethnicity, w.full_name, w.name_order) == ("12", "H'Hoa Niê", "family_last")
        and w.kin("mother")["relative_name"].endswith(w.family_name)
    ),
    "ethnic-no-surname": lambda w: (
        (w.ethnicity, w.family_name, w.full_name) == ("16", "", "K'Brêm")
    ),
    "ethnic-mong": lambda w: (
        w.ethnicity == "08"
        and has_account(w, 2, "collected")
        and w.account["activated_on"] is None
    ),
    "ethnic-khmer": lambda w: w.ethnicity == "05" and w.birth_month is None,
    "foreign-born": lambda w: (
        (w.birth_country, w.registration_country, w.nationality) == ("CZ", "VN", "VN")
        and w.second_nationality is not None
    ),
    "nationality-undetermined": lambda w: w.nationality == "XX" and not w.of("card"),
    "moved-last-month": moved_last_month,
    "divided-ward": is_in_a_divided_ward,
    "missing": lambda w: (
        w.state == "missing" and w.missing_since < w.start and lives_in_no_household(w)
    ),
    "emigrated": lambda w: w.state == "emigrated" and lives_in_no_household(w),
    "under-review": lambda w: w.state == "under_review",
    "guardian": lambda w: w.other("ward").kin("guardian")["relative_id"] == w.id,
    "ward": lambda w: (
        w.age < 18
        and w.parents() == [None, None]
        and w.kin("guardian")["relative_id"] == w.other("guardian").id
    ),
    "number-contradicts": number_says_the_other_sex,
    "mothers-surname": lambda w: (
        w.kin("father") is None and w.surname_note is not None and w.kin("mother")
    ),
    "temporary-resident": lives_at_three_addresses,
    "absent": lambda w: (
        [stay["from_date"] for stay in w.stays("absence")] == [w.start - dt.timedelta(90)]
    ),
    "phone-not-own-name": lambda w: (
        w.has_valid_card() and not w.account and subscriber(w)["holder_number"] != w.pin
    ),
    "phone-bound": lambda w: (
        w.has_valid_card()
        and not w.account
        and subscriber(w)["holder_number"] == w.pin
        and [row["phone"] for row in CASTS[w.start].rows["account_contact"]] == [w.phone]
    ),
    "account-collected": lambda w: (
        has_account(w, 2, "collected") and (w.start - w.account["state_since"]).days == 3
    ),
    "legal-representative": lambda w: (
        has_account(w, 2)
        and w.has_valid_card()
        and sorted(row["state"] for row in represented(w)) == ["active", "active", "dissolved"]
        and w.other("child-10").kin("mother")["relative_id"] == w.id
    ),
    "child-10": lambda w: w.age == 10 and w.has_valid_card() and not w.account,
    "foreigner": lambda w: (
        w.nationality == "KR"
        and not w.account
        and not w.of("card")
        and permit(w)["expires_on"] > w.start
    ),
    "foreigner-permit-expired": lambda w: (
        w.nationality == "KR" and has_account(w, 2) and permit(w)["expires_on"] < w.start
    ),
    "account-locked": lambda w: has_account(w, 2, "locked"),
    "no-card-14": lambda w: w.age == 14 and not w.of("card"),
    "card-unlimited": lambda w: (
        w.ethnicity == "04"
        and w.card["expires_on"] is None
        and age_on(w.born, w.card["issued_on"]) >= 58
    ),
    "chip-genuine": lambda w: has_card(w, "2024") and w.card["variant"] is None,
    "card-2021": lambda w: has_card(w, "2021") and w.card["variant"] is None,
    "chip-cloned": lambda w: w.has_valid_card() and w.card["variant"] == "cloned",
    "chip-tampered": lambda w: w.has_valid_card() and w.card["variant"] == "tampered",
    "chip-untrusted-signer": lambda w: (
        w.has_valid_card() and w.card["variant"] == "untrusted_signer"
    ),
    "chip-revoked-signer": lambda w: w.has_valid_card() and w.card["variant"] == "revoked_signer",
    "card-held": lambda w: states_of_cards(w) == ["held"] and has_not_run_out(w),
    "card-superseded": lambda w: (
        states_of_cards(w) == ["superseded", "active"]
        and w.of("card")[0]["expires_on"] > w.start
        and w.of("card")[0]["number"] == w.of("card")[1]["number"]
    ),
    "card-damaged": lambda w: states_of_cards(w) == ["damaged"] and has_not_run_out(w),
    "card-revoked": lambda w: states_of_cards(w) == ["revoked"] and has_not_run_out(w),
    "card-under-6": lambda w: (
        w.age == 5 and has_card(w, "2024") and age_on(w.born, w.card["issued_on"]) < 6
    ),
    "card-under-14": lambda w: (
        w.age == 9
        and has_card(w, "2024")
        and w.card["expires_on"] == dt.date(*w.born).replace(year=w.birth_year + 14)
    ),
    "card-requested": lambda w: (
        w.age == 14 and states_of_cards(w) == ["taken_biometrics"] and w.card["issued_on"] is None
    ),
    "other-name": lambda w: w.ethnicity == "17" and w.other_name and w.religion != "00",
}


def first_day(persona):
    """From which start date on the purpose holds, as `needs` says."""
    if persona.needs is None:
        return dt.date.min
    said = persona.needs.removeprefix("start from ").split()[0]
    return dt.date.fromisoformat(said if len(said) > 4 else f"{said}-01-01")


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("name", PREDICATES)
def test_a_persona_is_what_its_purpose_says(name, start):
    persona = next(each for each in CASTS[start].personas if each.name == name)
    holds = first_day(persona) > start or bool(PREDICATES[name](Who(name, start)))
    assert holds, persona.purpose_en


def test_every_persona_has_its_predicate_and_every_predicate_its_persona():
    for cast in CASTS.values():
        assert {persona.name for persona in cast.personas} == set(PREDICATES)


def test_no_predicate_holds_of_everybody():
    start = STARTS[-1]
    for name, predicate in PREDICATES.items():
        others = [Who(each, start) for each in PREDICATES if each != name]
        assert not all(_holds(predicate, other) for other in others), name


def _holds(predicate, who):
    try:
        return bool(predicate(who))
    except (AssertionError, TypeError, ValueError):  # what it looks at is not there
        return False
