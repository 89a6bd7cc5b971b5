"""Whatever is reported and accepted, the rules hold: a world never contradicts itself.

Random reports about the personas and others of a generated world, those of other rooms included.
"""

from __future__ import annotations

import datetime as dt
from functools import partial

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity import reports
from app.platform.errors import DancuError
from app.platform.worlds import WorldSpec
from app.registry import events
from app.registry.models import Citizen, Kinship, Residence
from app.sandbox import worlds as lives
from app.sandbox.models import Persona
from seed.version import VERSION
from tests.sandbox import moving_reports
from tests.support import rules

SPEC = WorldSpec(11, 300, VERSION, dt.date(2026, 1, 1), "reserved")
TODAY = SPEC.start_date
DAYS = st.dates(dt.date(1925, 1, 1), TODAY).map(str)
BIRTHS = DAYS | DAYS.map(lambda day: day[:7]) | DAYS.map(lambda day: day[:4])
UNITS = [{"unit": "00004"}, {"unit": "00004", "era": "2004"}, {"unit": "26740"}, {"country": "LA"}]
PLACES = st.sampled_from([{**unit, "detail": "Số 1 phố Mới"} for unit in UNITS])
STAYS = st.fixed_dictionaries({"place": PLACES}, optional={"from_date": DAYS, "to_date": DAYS})
NAMES = st.sampled_from(["Nguyễn Văn Mới", "Trần Thị Mới", "Đỗ Thị Mới", "H'Mới"])
SEXES = st.sampled_from(["M", "F", "U"])
RELATIONSHIPS = st.sampled_from(["01", "02", "03", "04", "07"])
STATUSES = st.sampled_from(
    ["unknown", "never_married", "married", "separated", "divorced", "widowed"]
)
STATES = st.sampled_from(["alive", "missing", "emigrated", "under_review"])
OLD_NUMBERS = st.lists(st.sampled_from([f"99900000{n}" for n in range(1, 8)]), max_size=2)
#: Members that go together more often than chance would have it.
STATED = st.one_of(
    st.fixed_dictionaries({"state": STATES}, optional={"state_since": DAYS}),
    st.fixed_dictionaries({"state": st.just("missing"), "missing_since": DAYS}),
    st.fixed_dictionaries(
        {"state": st.just("alive"), "death_date": st.none(), "missing_since": st.none()},
        optional={"marital_status": STATUSES, "state_since": st.none()},
    ),
    st.fixed_dictionaries({"death_date": DAYS, "state_since": st.none()}),
)


@pytest.fixture(scope="module")
def world(worlds):
    """A generated world whose people these tests report about, without keeping it."""
    lives.create(worlds, "rules", SPEC)
    yield worlds.open("rules")
    worlds.release("rules")
    worlds.store.drop("rules")


@pytest.fixture(scope="module")
def pins(world):
    """The numbers of the personas, and of some others."""
    with world.session() as session:
        personas = session.scalars(select(Persona.citizen_id)).all()
        everybody = dict(
            session.execute(select(Citizen.id, Citizen.pin).order_by(Citizen.id)).all()
        )
    return [everybody[one] for one in personas] + list(everybody.values())[::12]


def relatives(pins):
    return st.none() | st.builds(dict, pin=pins) | st.builds(dict, full_name=NAMES)


def corrections(pins):
    members = {
        "name": NAMES,
        "birth_date": BIRTHS,
        "sex": SEXES,
        "marital_status": STATUSES,
        "father": relatives(pins),
        "mother": relatives(pins),
        "relationship_to_head": RELATIONSHIPS,
        "permanent_residence": STAYS,
        "current_residence": STAYS,
        "registration_place": st.sampled_from(UNITS),
        "old_numbers": OLD_NUMBERS,
        "surname_note": st.none() | st.just("con nuôi"),
        "number_note": st.none() | st.just("cấp nhầm"),
    }
    one = st.one_of([st.fixed_dictionaries({name: value}) for name, value in members.items()])
    some = st.fixed_dictionaries({}, optional=members)
    said = one | one | STATED | some | st.builds(lambda one, two: one | two, one, STATED)
    return st.builds(lambda pin, said: {"pin": pin, **said}, pins, said)


def registrations(pins):
    joined = st.fixed_dictionaries({"member": pins, "relationship": RELATIONSHIPS})
    founded = st.builds(dict, place=PLACES)
    return st.fixed_dictionaries(
        {
            "name": NAMES,
            "sex": SEXES,
            "birth_date": BIRTHS,
            "registration_place": st.sampled_from(UNITS[:3]),
        },
        optional={
            "father": relatives(pins),
            "mother": relatives(pins),
            "household": joined | founded,
            "permanent_residence": STAYS,
            "marital_status": STATUSES,
            "state": STATES,
            "missing_since": DAYS,
            "old_numbers": OLD_NUMBERS,
        },
    )


def deaths(pins):
    return st.fixed_dictionaries({"pin": pins}, optional={"date": DAYS, "new_head": pins})


def marriages(pins):
    spouses = st.builds(dict, pin=pins) | st.builds(dict, full_name=NAMES)
    return st.fixed_dictionaries({"pin": pins, "spouse": spouses}, optional={"date": DAYS})


def divorces(pins):
    said = {"pin": pins, "judgment": st.just("TAND")}
    return st.fixed_dictionaries(said, optional={"date": DAYS})


def births(pins):
    return st.fixed_dictionaries(
        {
            "name": NAMES,
            "sex": SEXES,
            "birth_date": DAYS | st.just(str(TODAY)),
            "registration_place": st.sampled_from(UNITS[:3]),
        },
        optional={
            "father": relatives(pins),
            "mother": relatives(pins),
            "household": st.none(),
            "surname_note": st.just("theo tập quán"),
        },
    )


def name_changes(pins):
    said = {"pin": pins, "name": NAMES}
    return st.fixed_dictionaries(said, optional={"surname_note": st.just("theo mẹ")})


def birth_date_corrections(pins):
    return st.fixed_dictionaries({"pin": pins, "birth_date": BIRTHS}, optional={"date": DAYS})


def sex_changes(pins):
    said = {"pin": pins, "sex": st.sampled_from(["M", "F"])}
    return st.fixed_dictionaries(said, optional={"name": NAMES, "date": DAYS})


def adoptions(pins):
    said = {"pin": pins, "surname_note": st.just("con nuôi")}
    who = st.fixed_dictionaries(said, optional={"father": relatives(pins), "name": NAMES})
    more = st.fixed_dictionaries(
        {}, optional={"mother": relatives(pins), "keeps": st.sampled_from(["father", "mother"])}
    )
    return st.builds(lambda one, two: one | two, who, more)


def guardianships(pins):
    said = {"pin": pins, "guardian": st.builds(dict, pin=pins)}
    more = {"act": st.just("end"), "ground": st.just("TAND"), "date": DAYS}
    return st.fixed_dictionaries(said, optional=more)


#: What is reported at random, the likelier the more often it stands here.
KINDS = {
    "correction": corrections,
    "registration": registrations,
    "death": deaths,
    "marriage": marriages,
    "divorce": divorces,
    "birth": births,
    "name-change": name_changes,
    "birth-date-correction": birth_date_corrections,
    "sex-change": sex_changes,
    "adoption": adoptions,
    "guardianship": guardianships,
    **moving_reports.KINDS,
}
LIKELY = ["correction", "correction", *KINDS]


def enter(session, kind, rows, occurred_on=None, today=TODAY):
    """Enter reports if they are accepted; say whether they were."""
    report = events.Report(
        today=today,
        now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        seed=1,
        pin_style="reserved",
        reported_by="test",
        reason="test",
        occurred_on=occurred_on,
    )
    told = None
    try:
        events.write(session, reports.prepare(session, kind, rows, report))
    except DancuError as error:
        told = error
    if told is not None:
        assert told.code == "life-event-refused", told
        assert told.params
        assert all(param.reason and param.reason_vi for param in told.params)
    return told is None


def file_of(data, pins):
    """Draw a file of reports of one kind."""
    whose = st.sampled_from(pins)
    kind = data.draw(st.sampled_from(LIKELY))
    return kind, data.draw(st.lists(KINDS[kind](whose), min_size=1, max_size=2))


def keep_the_rules(world, pins, data):
    with Session(world._writing) as session:
        files = [file_of(data, pins) for _ in range(data.draw(st.integers(1, 8)))]
        if sum(enter(session, *file) for file in files):
            rules.check(rules.read(session), TODAY)
        session.rollback()


RANDOM = partial(
    settings,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@given(data=st.data())
@RANDOM(max_examples=30)
def test_after_whatever_is_accepted_all_rules_hold(world, pins, data):
    keep_the_rules(world, pins, data)


@pytest.mark.slow
@given(data=st.data())
@RANDOM(max_examples=500)
def test_after_much_more_that_is_accepted_all_rules_hold(world, pins, data):
    keep_the_rules(world, pins, data)


def test_the_rules_hold_before_anything_is_reported(world):
    with world.session() as session:
        rules.check(rules.read(session), TODAY)


def after(world, name, **said):
    """Correct a persona; whether that was accepted, and the tables after it."""
    with Session(world._writing) as session:
        person = persona_of(session, name)
        own, pin = person.id, person.pin
        accepted = enter(session, "correction", [{"pin": pin, **said}])
        tables = rules.read(session)
        session.rollback()
    rules.check(tables, TODAY)
    return accepted, tables, own


def of_citizen(tables, table, citizen_id):
    return tables[table].filter(pl.col("citizen_id") == citizen_id)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("divorced", {"birth_date": "2012-01-01"}),  # a marriage since 2001, a card since 2022
        ("adult-level-1", {"sex": "M"}),  # the newborn's mother
        ("adult-level-2", {"state": "emigrated"}),  # head of a household
        ("adult-level-2", {"sex": "F"}),
        ("deceased", {"state": "alive", "death_date": None, "marital_status": "divorced"}),
        ("number-contradicts", {"number_note": None}),
        ("widowed", {"marital_status": "never_married"}),
        ("minor-13", {"marital_status": "divorced"}),
    ],
)
def test_what_would_break_a_rule_is_refused(world, name, said):
    accepted, *_ = after(world, name, **said)
    assert not accepted


def test_whoever_was_held_dead_gets_back_the_marriage_that_the_death_ended(world):
    back = {"state": "alive", "death_date": None, "state_since": None}
    accepted, tables, own = after(world, "deceased", **back)
    assert accepted
    (marriage,) = of_citizen(tables, "kinship", own).filter(kind="spouse").iter_rows(named=True)
    assert (marriage["to_date"], marriage["end_reason"]) == (None, None)
    (wife,) = tables["citizen"].filter(id=marriage["relative_id"]).iter_rows(named=True)
    assert (wife["state"], wife["marital_status"]) == ("alive", "married")


def test_a_residence_whose_first_day_is_not_said_keeps_it(world):
    _, before, own = after(world, "under-review", remarks="như cũ")
    place = {"place": {"unit": "00097", "detail": "Số 2"}, "from_date": None}
    _, tables, _ = after(world, "under-review", permanent_residence=place)
    first_days = [of_citizen(each, "residence", own)["from_date"] for each in (before, tables)]
    assert first_days[0].equals(first_days[1])


@pytest.mark.parametrize("born", ["9999", "9999-12", "9999-12-31"])
def test_a_birth_in_the_last_of_all_years_is_refused(world, born):
    accepted, *_ = after(world, "newborn", birth_date=born)
    assert not accepted


def test_whoever_has_left_leaves_household_and_residences(world):
    accepted, tables, own = after(world, "under-review", state="emigrated")
    assert accepted
    (member,) = of_citizen(tables, "household_member", own).iter_rows(named=True)
    (stay,) = of_citizen(tables, "residence", own).iter_rows(named=True)
    (home,) = tables["household"].filter(id=member["household_id"]).iter_rows(named=True)
    ended = {row["to_date"] for row in (member, stay, home)}
    assert len(ended) == 1
    assert ended.pop() <= TODAY


def test_what_began_with_the_birth_begins_with_the_corrected_one(world):
    _, tables, own = after(world, "newborn", remarks="như cũ")
    (child,) = tables["citizen"].filter(id=own).iter_rows(named=True)
    born = dt.date(child["birth_year"], child["birth_month"], child["birth_day"])
    later = born + dt.timedelta(days=1)
    accepted, tables, _ = after(world, "newborn", birth_date=str(later))
    assert accepted
    for table in ("household_member", "residence", "kinship"):
        assert set(of_citizen(tables, table, own)["from_date"]) == {later}, table


def test_of_a_birth_of_which_the_day_is_not_known_the_parents_rows_have_none(world):
    accepted, tables, own = after(world, "newborn", birth_date="2025")
    assert accepted
    assert of_citizen(tables, "kinship", own)["from_date"].null_count() == 2


def test_a_marriage_stays_ended_where_the_other_has_died_too(world):
    back = {"state": "missing", "missing_since": "2025-06-01", "death_date": None}
    with Session(world._writing) as session:
        wife, man = (persona_of(session, name) for name in ("widowed", "deceased"))
        wife.state, wife.death_date = "dead", TODAY
        for stay in session.scalars(select(Residence).where(Residence.citizen_id == wife.id)):
            stay.to_date = TODAY
        session.flush()
        assert not enter(session, "correction", [{"pin": man.pin, **back}])
        said = {"pin": man.pin, "marital_status": "widowed", **back}
        assert enter(session, "correction", [said])
        kin = select(Kinship.to_date).where(Kinship.citizen_id == man.id, Kinship.kind == "spouse")
        assert session.scalar(kin) is not None
        session.rollback()


def test_a_marriage_to_somebody_known_by_name_only_is_given_back(world):
    back = {"state": "alive", "death_date": None, "state_since": None}
    with Session(world._writing) as session:
        man = persona_of(session, "deceased")
        kin = select(Kinship).where(Kinship.citizen_id == man.id, Kinship.kind == "spouse")
        marriage = session.scalars(kin).one()
        marriage.relative_id, marriage.relative_name = None, "Lê Thị Mận"
        session.flush()
        assert enter(session, "correction", [{"pin": man.pin, **back}])
        session.refresh(marriage)
        assert marriage.to_date is None
        session.rollback()


def persona_of(session, name):
    own = session.scalars(select(Persona.citizen_id).where(Persona.name == name)).one()
    return session.get(Citizen, own)


def test_a_corrected_death_ends_the_marriage_on_its_day_for_both(world):
    accepted, tables, own = after(world, "deceased", death_date="2025-01-15")
    assert accepted
    (marriage,) = of_citizen(tables, "kinship", own).filter(kind="spouse").iter_rows(named=True)
    assert marriage["to_date"] == dt.date(2025, 1, 15)
    (stay,) = of_citizen(tables, "residence", own).iter_rows(named=True)
    assert stay["to_date"] == dt.date(2025, 1, 15)
