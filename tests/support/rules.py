"""What holds of the registry at any time: of what is generated, and after whatever is reported.

Each rule takes the tables as Polars frames and the world's day, and asserts. Rules that only the
generator has to keep are with its tests.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
from sqlalchemy import select

from app.identity import bulk as identity
from app.matching.addresses import address_key
from app.matching.names import name_key
from app.platform.database import Base
from app.registry import bulk as registry
from app.registry.countries import COUNTRIES, NATIONALITIES
from app.sectors import bulk as sectors
from seed import name_lists, relations

PRESENT = ["alive", "under_review"]
TIED = ["married", "separated"]
#: The Law on Marriage and Family 2014: before it, one married in the 20th and 18th year of life.
FULL_AGE_FROM = dt.date(2015, 1, 1)
ERA_2025 = dt.date(2025, 7, 1)
SCHEMAS = {**registry.SCHEMAS, **identity.SCHEMAS, **sectors.SCHEMAS}


def read(session):
    """The tables of a world as the rules take them."""
    return {name: _frame(session, name, schema) for name, schema in SCHEMAS.items()}


def _frame(session, name, schema):
    rows = session.connection().execute(
        select(*[Base.metadata.tables[name].c[column] for column in schema.names])
    )
    types = pl.DataFrame(pl.from_arrow(schema.empty_table())).schema
    types = {
        column: pl.String if kind == pl.Categorical else kind for column, kind in types.items()
    }
    return pl.DataFrame([tuple(row) for row in rows], schema=types, orient="row")


def check(tables, today):
    """Assert all of them."""
    for rule in RULES:
        rule(tables, today)


def kin(tables, kind):
    return tables["kinship"].filter(pl.col("kind") == kind)


def known(tables, *columns):
    """Citizens by id, with the columns asked, for joining."""
    return tables["citizen"].select("id", *columns)


def now(rows):
    """The rows that have not ended."""
    return rows.filter(pl.col("to_date").is_null()) if "to_date" in rows.columns else rows


def born():
    """The first day on which somebody may have been born."""
    return pl.date(
        "birth_year", pl.col("birth_month").fill_null(1), pl.col("birth_day").fill_null(1)
    )


def parents(tables, kind):
    """Each row of a parent by birth who is in the world, with child and parent."""
    latest = pl.date(
        "birth_year", pl.col("birth_month").fill_null(12), pl.col("birth_day").fill_null(28)
    )
    facts = ("birth_year", "birth_month", "birth_day", "sex", "death_date")
    return (
        now(kin(tables, kind))
        .drop_nulls("relative_id")
        .join(known(tables, *facts), left_on="citizen_id", right_on="id")
        .filter(pl.col("from_date").is_null() | (pl.col("from_date") <= latest))
        .join(known(tables, *facts), left_on="relative_id", right_on="id", suffix="_parent")
    )


def no_parent_is_under_twelve_and_no_mother_over_fifty_five_at_a_birth(tables, _today):
    for kind in ("mother", "father"):
        rows = parents(tables, kind)
        ages = rows["birth_year"] - rows["birth_year_parent"]
        assert ages.min() >= 12, kind
        assert kind == "father" or ages.max() <= 56  # by years alone


def mothers_are_no_men_and_fathers_no_women(tables, _today):
    assert "M" not in set(parents(tables, "mother")["sex_parent"])
    assert "F" not in set(parents(tables, "father")["sex_parent"])


def nobody_is_born_long_after_a_parents_death(tables, _today):
    for kind, grace in (("mother", "0d"), ("father", "300d")):
        rows = parents(tables, kind).drop_nulls("death_date_parent")
        late = rows.select(born() > pl.col("death_date_parent").dt.offset_by(grace)).to_series()
        assert not late.any(), kind


def every_current_household_has_exactly_one_head_who_is_here(tables, _today):
    heads = (
        now(tables["household_member"])
        .filter(pl.col("relationship") == "01")
        .join(known(tables, "state"), left_on="citizen_id", right_on="id")
    )
    assert heads["household_id"].n_unique() == heads.height
    assert set(heads["household_id"]) == set(now(tables["household"])["id"])
    assert set(heads["state"]) <= set(PRESENT)


def nobody_belongs_to_two_households_and_who_is_not_here_to_none(tables, _today):
    members = now(tables["household_member"])
    assert members["citizen_id"].n_unique() == members.height
    states = members.join(known(tables, "state"), left_on="citizen_id", right_on="id")["state"]
    assert set(states) <= set(PRESENT)


def relationships_are_of_the_list(tables, _today):
    codes = {f"{code:02d}" for code in relations.NAMES}
    assert set(tables["household_member"]["relationship"]) <= codes


def the_spouse_of_a_dead_person_is_not_married_to_them_any_more(tables, _today):
    spouses = (
        kin(tables, "spouse")
        .drop_nulls("relative_id")
        .join(known(tables, "state", "marital_status"), left_on="citizen_id", right_on="id")
        .join(known(tables, "state"), left_on="relative_id", right_on="id", suffix="_spouse")
    )
    bereft = spouses.filter((pl.col("state") != "dead") & (pl.col("state_spouse") == "dead"))
    assert bereft["to_date"].null_count() == 0
    alone = bereft.join(now(kin(tables, "spouse")), on="citizen_id", how="anti")
    assert set(alone["marital_status"]) <= {"widowed", "divorced"}


def spouses_have_a_row_each_way_with_the_same_dates(tables, _today):
    rows = kin(tables, "spouse").drop_nulls("relative_id")
    there = rows.select("citizen_id", "relative_id", "from_date", "to_date", "end_reason")
    back = there.rename({"citizen_id": "relative_id", "relative_id": "citizen_id"})
    assert there.join(back, on=there.columns, how="anti", nulls_equal=True).is_empty()


def spouses_are_not_of_one_sex(tables, _today):
    rows = (
        now(kin(tables, "spouse"))
        .drop_nulls("relative_id")
        .join(known(tables, "sex"), left_on="citizen_id", right_on="id")
        .join(known(tables, "sex"), left_on="relative_id", right_on="id", suffix="_spouse")
        .filter(pl.col("sex") != "U")
    )
    assert (rows["sex"] != rows["sex_spouse"]).all()


def only_the_married_and_separated_have_a_spouse_now_and_all_of_them_do(tables, _today):
    rows = now(kin(tables, "spouse"))
    assert rows["citizen_id"].n_unique() == rows.height
    wed = tables["citizen"].filter(
        (pl.col("state") != "dead") & pl.col("marital_status").is_in(TIED)
    )
    assert set(rows["citizen_id"]) == set(wed["id"])


def whoever_was_married_is_not_single(tables, _today):
    wed = kin(tables, "spouse").join(
        known(tables, "marital_status"), left_on="citizen_id", right_on="id"
    )
    assert not set(wed["marital_status"]) & {"never_married", "unknown"}


def nobody_married_before_the_lawful_age(tables, today):
    facts = ("sex", "birth_year", "birth_month", "birth_day", "marital_status", "death_date")
    full = pl.when(pl.col("sex") == "M").then(20).otherwise(18)
    people = tables["citizen"].select("id", *facts, born=born(), full=full)
    grown = pl.col("born").dt.offset_by(pl.format("{}y", pl.col("full")))
    entered = pl.col("born").dt.offset_by(pl.format("{}y", pl.col("full") - 1))
    weddings = kin(tables, "spouse").join(people, left_on="citizen_id", right_on="id")
    lawful = pl.when(pl.col("from_date") >= FULL_AGE_FROM).then(grown).otherwise(entered)
    early = weddings.filter(pl.col("from_date") < lawful)
    assert early.is_empty(), early
    single = pl.col("marital_status").is_in(["never_married", "unknown"])
    young = people.filter(~single & (pl.col("death_date").fill_null(today) < entered))
    assert young.is_empty(), young


def wives_and_husbands_of_a_head_are_married_and_of_that_sex(tables, _today):
    members = now(tables["household_member"]).join(
        known(tables, "sex", "marital_status"), left_on="citizen_id", right_on="id"
    )
    for code, sex in (("02", "F"), ("03", "M")):
        spouses = members.filter(pl.col("relationship") == code)
        assert set(spouses["sex"]) <= {sex, "U"}
        assert set(spouses["marital_status"]) <= set(TIED)


def nobody_is_a_guardian_under_age(tables, _today):
    rows = pl.concat([kin(tables, "guardian"), kin(tables, "representative")])
    people = tables["citizen"].select("id", grown=born().dt.offset_by("18y"))
    rows = rows.join(people, left_on="relative_id", right_on="id")
    assert (rows["from_date"] >= rows["grown"]).fill_null(value=True).all()


def father_and_mother_are_two_and_nationalities_differ(tables, _today):
    couples = now(kin(tables, "father")).join(now(kin(tables, "mother")), on="citizen_id")
    assert not (couples["relative_id"] == couples["relative_id_right"]).any()
    citizens = tables["citizen"]
    assert not (citizens["nationality"] == citizens["second_nationality"]).any()


def registered_residences_are_in_the_country_and_only_a_term_ends_in_the_future(tables, today):
    rows = tables["residence"].filter(pl.col("kind") != "current")
    assert set(rows["country"]) <= {"VN"}
    lasting = rows.filter(pl.col("kind") == "permanent")
    assert (lasting["to_date"] <= today).fill_null(value=True).all()
    terms = tables["residence"].filter(pl.col("kind") == "temporary", pl.col("to_date") > today)
    assert (terms["to_date"] <= today.replace(year=today.year + 2)).all()


def digits_agree_with_their_holder_unless_a_note_says_otherwise(tables, _today):
    digit = pl.col("pin").str.slice(3, 1).cast(pl.Int64)
    year = 1900 + 100 * (digit // 2) + pl.col("pin").str.slice(4, 2).cast(pl.Int64)
    woman = pl.col("sex").replace_strict({"M": 0, "F": 1}, default=digit % 2)
    wrong = (year != pl.col("birth_year")) | (digit % 2 != woman)
    unnoted = tables["citizen"].filter(wrong & pl.col("number_note").is_null())
    assert unnoted.is_empty()


def no_number_is_given_twice(tables, _today):
    numbers = [*tables["citizen"]["pin"], *tables["superseded_number"]["pin"]]
    assert len(set(numbers)) == len(numbers)


def old_numbers_are_shared_by_two_at_most(tables, _today):
    assert max(tables["old_number"].group_by("number").len()["len"].to_list(), default=0) <= 2
    assert tables["old_number"].select("number", "citizen_id").is_unique().all()


def units_are_in_force_on_the_day_the_residence_began(tables, _today):
    for rows in (tables["residence"].drop_nulls("unit_id"), tables["household"]):
        assert ((rows["unit_id"] > 1_000_000) == (rows["from_date"] >= ERA_2025)).all()


def who_is_not_here_has_no_residence_here(tables, today):
    abroad = (pl.col("kind") == "current") & (pl.col("country") != "VN")
    rows = (
        tables["residence"]
        .filter(pl.col("to_date").fill_null(dt.date(9999, 1, 1)) > today, ~abroad)
        .join(known(tables, "state"), left_on="citizen_id", right_on="id")
    )
    assert set(rows["state"]) <= set(PRESENT)


def nobody_lives_in_two_places_for_good_at_a_time(tables, _today):
    stays = (
        tables["residence"]
        .filter(pl.col("kind") == "permanent")
        .sort("citizen_id", "from_date")
        .with_columns(before=pl.col("citizen_id").shift(1), left=pl.col("to_date").shift(1))
        .filter(pl.col("before") == pl.col("citizen_id"))
    )
    assert stays["left"].null_count() == 0
    assert (stays["left"] <= stays["from_date"]).all()


def periods_run_forward_from_birth_and_none_begins_in_the_future(tables, today):
    births = tables["citizen"].select("id", born=born())
    for name in ("household_member", "residence", "kinship"):
        rows = tables[name]
        assert (rows["to_date"] >= rows["from_date"]).fill_null(value=True).all(), name
        assert rows["from_date"].drop_nulls().max() <= today, name
        dated = rows.join(births, left_on="citizen_id", right_on="id")
        assert (dated["from_date"] >= dated["born"]).fill_null(value=True).all(), name


def a_surname_is_one_of_two_known_parents_unless_a_note_says_why(tables, _today):
    children = known(tables, "family_name", "surname_note")
    for kind in ("father", "mother"):
        rows = (
            now(kin(tables, kind))
            .join(known(tables, "family_name", "given_name"), left_on="relative_id", right_on="id")
            .select(
                "citizen_id",
                pl.col("family_name").alias(kind),
                pl.col("given_name").alias(f"{kind}_given"),
            )
        )
        children = children.join(rows, left_on="id", right_on="citizen_id")
    strays = children.filter(
        pl.col("surname_note").is_null(),
        *[pl.col("family_name") != pl.col(of) for of in ("father", "mother", "father_given")],
    )
    assert set(strays["family_name"]) <= _by_custom()


@cache
def _by_custom():
    """What some peoples write in a surname's place, by sex: Tôn Nữ for Tôn Thất, Y, H', none."""
    lists = name_lists.load()
    daughters = {lists.words[word] for form in lists.gendered for word in form.women}
    return daughters | {"" if word < 0 else lists.words[word] for word in lists.forms.family}


def those_who_share_a_house_share_its_address(tables, _today):
    rows = now(tables["residence"]).drop_nulls("household_id")
    houses = tables["household"].select("id", house=pl.col("address"))
    joined = rows.join(houses, left_on="household_id", right_on="id")
    assert (joined["address"] == joined["house"]).all()


def a_card_carries_a_number_its_holder_had_that_day(tables, _today):
    cards = tables["card"].drop_nulls("issued_on")
    holders = cards.join(known(tables, "pin"), left_on="citizen_id", right_on="id")
    former = tables["superseded_number"].select("citizen_id", "pin", "superseded_on")
    other = holders.filter(pl.col("number") != pl.col("pin"))
    found = other.join(
        former, left_on=["citizen_id", "number"], right_on=["citizen_id", "pin"], how="left"
    )
    assert (found["superseded_on"] >= found["issued_on"]).fill_null(value=False).all()


def nobody_had_a_card_or_an_account_before_the_age_for_it(tables, _today):
    years = known(tables, "birth_year")
    cards = tables["card"].drop_nulls("issued_on")
    cards = cards.join(years, left_on="citizen_id", right_on="id")
    least = cards.select(pl.when(pl.col("form") == "2021").then(14).otherwise(0)).to_series()
    assert (cards["issued_on"].dt.year() - cards["birth_year"] >= least).all()
    accounts = tables["account"].join(years, left_on="citizen_id", right_on="id")
    assert (accounts["collected_on"].dt.year() >= accounts["birth_year"]).all()


def keys_are_what_the_matching_room_makes_of_the_text(tables, _today):
    names = tables["citizen"].head(400)
    assert [name_key(name) for name in names["full_name"]] == names["name_key"].to_list()
    places = tables["residence"].tail(400)
    assert [address_key(line) for line in places["address"]] == places["address_key"].to_list()


def every_country_and_nationality_is_one(tables, _today):
    for rows in tables.values():
        for column in rows.columns:
            if column.endswith("country"):
                assert set(rows[column].drop_nulls()) <= COUNTRIES, column
            elif column.endswith("nationality"):
                assert set(rows[column].drop_nulls()) <= NATIONALITIES, column


RULES = (
    no_parent_is_under_twelve_and_no_mother_over_fifty_five_at_a_birth,
    mothers_are_no_men_and_fathers_no_women,
    nobody_is_born_long_after_a_parents_death,
    every_current_household_has_exactly_one_head_who_is_here,
    nobody_belongs_to_two_households_and_who_is_not_here_to_none,
    relationships_are_of_the_list,
    the_spouse_of_a_dead_person_is_not_married_to_them_any_more,
    spouses_have_a_row_each_way_with_the_same_dates,
    spouses_are_not_of_one_sex,
    only_the_married_and_separated_have_a_spouse_now_and_all_of_them_do,
    whoever_was_married_is_not_single,
    nobody_married_before_the_lawful_age,
    wives_and_husbands_of_a_head_are_married_and_of_that_sex,
    nobody_is_a_guardian_under_age,
    father_and_mother_are_two_and_nationalities_differ,
    registered_residences_are_in_the_country_and_only_a_term_ends_in_the_future,
    digits_agree_with_their_holder_unless_a_note_says_otherwise,
    no_number_is_given_twice,
    old_numbers_are_shared_by_two_at_most,
    units_are_in_force_on_the_day_the_residence_began,
    who_is_not_here_has_no_residence_here,
    nobody_lives_in_two_places_for_good_at_a_time,
    periods_run_forward_from_birth_and_none_begins_in_the_future,
    a_surname_is_one_of_two_known_parents_unless_a_note_says_why,
    those_who_share_a_house_share_its_address,
    a_card_carries_a_number_its_holder_had_that_day,
    nobody_had_a_card_or_an_account_before_the_age_for_it,
    keys_are_what_the_matching_room_makes_of_the_text,
    every_country_and_nationality_is_one,
)
