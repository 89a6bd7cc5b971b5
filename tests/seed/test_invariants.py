"""What is never broken in a generated population, whatever the seed and the start date."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.matching.numbers import parse
from tests.seed import naming
from tests.seed.samples import Spec, tables_of
from tests.support import rules
from tests.support.rules import kin, known

SPECS = [
    Spec(),
    Spec(seed=1, size=12_000, start_date=dt.date(2024, 5, 1), pin_style="realistic"),
    Spec(seed=2, size=6_000, start_date=dt.date(2021, 9, 13)),
    Spec(seed=3, size=400, start_date=dt.date(2029, 12, 31)),
]


@pytest.fixture(scope="module", params=SPECS, ids=lambda spec: f"{spec.size} {spec.start_date}")
def world(request, population):
    spec = request.param
    return spec, population if spec == Spec() else tables_of(spec)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_what_holds_of_every_registry_holds_of_a_generated_one(world, rule):
    spec, tables = world
    rule(tables, spec.start_date)


def test_the_generated_dead_keep_no_valid_card_and_no_account(world):
    """Who dies later has them ended by their death: cards and accounts ask at their use."""
    _, tables = world
    dead = tables["citizen"].filter(pl.col("state") == "dead").select("id")
    cards = tables["card"].join(dead, left_on="citizen_id", right_on="id", how="semi")
    assert not set(cards["state"]) & {"active", "held"}
    accounts = tables["account"].join(dead, left_on="citizen_id", right_on="id", how="semi")
    assert set(accounts["state"]) <= {"closed"}


def test_the_rules_are_asked_of_people_of_every_kind(population):
    assert all(rows.height > 10 for rows in population.values())
    citizens = population["citizen"]
    assert {"VN", "XX"} <= set(citizens["nationality"])
    assert {"VN"} < set(citizens["birth_country"])
    assert set(citizens["state"]) == {"alive", "dead", "missing", "emigrated", "under_review"}
    assert set(citizens["sex"]) == {"M", "F"}
    systems = {family.system for family in naming.families(population)}
    assert systems == {"father", "mother", "particle", "patronymic"}


def test_whoever_married_was_of_full_age_though_the_law_once_asked_for_less(world):
    _, tables = world
    age = pl.when(pl.col("sex") == "M").then(20).otherwise(18)
    people = tables["citizen"].select("id", grown=rules.born().dt.offset_by(pl.format("{}y", age)))
    weddings = kin(tables, "spouse").join(people, left_on="citizen_id", right_on="id")
    assert weddings.filter(pl.col("from_date") < pl.col("grown")).is_empty()


def test_a_world_has_as_many_citizens_as_its_size(world):
    spec, tables = world
    assert tables["citizen"].height == spec.size
    assert tables["citizen"]["id"].n_unique() == spec.size


def test_no_mother_was_under_twelve_at_a_birth(world):
    _, tables = world
    births = (
        kin(tables, "mother")
        .drop_nulls("relative_id")
        .join(known(tables, "birth_year"), left_on="citizen_id", right_on="id")
        .join(known(tables, "birth_year"), left_on="relative_id", right_on="id", suffix="_mother")
    )
    age = births["birth_year"] - births["birth_year_mother"]
    assert births.height > 0
    assert age.min() > 13
    assert age.max() < 52


def test_no_father_was_a_boy_and_no_child_came_long_after_his_death(world):
    _, tables = world
    births = (
        kin(tables, "father")
        .drop_nulls("relative_id")
        .join(known(tables, "birth_year"), left_on="citizen_id", right_on="id")
        .join(
            known(tables, "birth_year", "death_date"),
            left_on="relative_id",
            right_on="id",
            suffix="_father",
        )
    )
    assert (births["birth_year"] - births["birth_year_father"]).min() >= 16
    late = births["from_date"] > births["death_date"].dt.offset_by("1y")
    assert not late.fill_null(value=False).any()


def test_everybody_present_belongs_to_one_household_and_nobody_else_does(world):
    _, tables = world
    now = tables["household_member"].filter(pl.col("to_date").is_null())
    present = tables["citizen"].filter(pl.col("state").is_in(["alive", "under_review"]))
    assert now["citizen_id"].n_unique() == now.height
    assert set(now["citizen_id"]) == set(present["id"])


def test_at_no_time_does_a_household_have_two_heads(world):
    _, tables = world
    heads = (
        tables["household_member"]
        .filter(pl.col("relationship") == "01")
        .sort("household_id", "from_date")
        .with_columns(until=pl.col("to_date").shift(1).over("household_id"))
        .with_columns(earlier=pl.col("citizen_id").shift(1).over("household_id"))
    )
    second = heads.filter(pl.col("earlier").is_not_null())
    assert (second["until"] <= second["from_date"]).all()


def test_digits_agree_with_their_holder_unless_a_note_says_otherwise(world):
    _, tables = world
    checked = tables["citizen"].with_columns(
        stated=1900
        + 100 * (pl.col("pin").str.slice(3, 1).cast(pl.Int64) // 2)
        + pl.col("pin").str.slice(4, 2).cast(pl.Int64),
        woman=pl.col("pin").str.slice(3, 1).cast(pl.Int64) % 2 == 1,
    )
    wrong = (checked["stated"] != checked["birth_year"]) | (
        checked["woman"] != (checked["sex"] == "F")
    )
    assert wrong.to_list() == checked["number_note"].is_not_null().to_list()


def test_numbers_start_with_the_province_of_registration_of_their_day(world):
    spec, tables = world
    first = {"reserved": "9", "realistic": "0"}[spec.pin_style]
    citizens = tables["citizen"].filter(pl.col("number_note").is_null())
    units = pl.DataFrame(pl.from_arrow(_units()))
    placed = citizens.join(units, left_on="registration_unit_id", right_on="id")
    assert placed.height == citizens.height
    expected = pl.format("{}{}", pl.lit(first), pl.col("province"))
    assert placed.select((pl.col("pin").str.slice(0, 3) == expected).all()).item()
    assert parse(citizens["pin"][0]).style == spec.pin_style


def _units():
    from seed.rows import reference  # noqa: PLC0415 - only this test reads units

    units = pl.DataFrame(pl.from_arrow(reference.rows()["unit"]))
    provinces = units.select(province_id=pl.col("id"), province=pl.col("code"))
    return units.join(provinces, on="province_id").select("id", "province").to_arrow()


def test_no_number_is_given_twice_and_none_of_the_personas_is_taken(world):
    _, tables = world
    numbers = [*tables["citizen"]["pin"], *tables["superseded_number"]["pin"]]
    assert len(set(numbers)) == len(numbers)
    assert max(number[6:] for number in numbers) < "990000"


def test_old_numbers_are_shared_by_two_at_most_and_by_at_least_one_pair(world):
    _, tables = world
    holders = tables["old_number"].group_by("number").len()["len"]
    assert holders.max() == 2
    assert (holders == 2).sum() >= 1
    assert tables["old_number"].select("number", "citizen_id").is_unique().all()


def test_everybody_at_home_has_one_permanent_residence_now(world):
    _, tables = world
    now = tables["residence"].filter(pl.col("to_date").is_null() & (pl.col("kind") == "permanent"))
    present = tables["citizen"].filter(pl.col("state").is_in(["alive", "under_review"]))
    assert now["citizen_id"].n_unique() == now.height
    assert set(now["citizen_id"]) == set(present["id"])


def test_periods_run_forward_and_nothing_is_dated_after_the_start(world):
    spec, tables = world
    for name in ("household_member", "residence", "kinship"):
        rows = tables[name]
        assert (rows["to_date"] >= rows["from_date"]).fill_null(value=True).all(), name
        assert rows["from_date"].max() < spec.start_date, name
        assert rows["to_date"].fill_null(dt.date(1900, 1, 1)).max() <= spec.start_date, name
    for name, column in (
        ("card", "issued_on"),
        ("card", "state_since"),
        ("account", "state_since"),
    ):
        assert tables[name][column].max() is None or tables[name][column].max() <= spec.start_date


def test_surnames_follow_the_naming_system_unless_a_note_says_why(world):
    _, tables = world
    families = naming.families(tables)
    assert len(families) > 50
    assert [family for family in families if not naming.follows(family)] == []


def test_a_noted_surname_is_the_other_parents(world):
    _, tables = world
    noted = naming.families(tables, noted=True)
    assert noted or tables["citizen"].height < 1_000
    assert all(naming.is_of_a_parent(family) for family in noted)


def test_a_mothers_children_are_a_year_apart_or_twins(world):
    _, tables = world
    births = (
        kin(tables, "mother")
        .drop_nulls("relative_id")
        .sort("relative_id", "from_date")
        .with_columns(gap=pl.col("from_date").diff().over("relative_id"))
        .drop_nulls("gap")
    )
    apart = births.filter(pl.col("gap") > dt.timedelta(0))
    assert apart["gap"].min() > dt.timedelta(days=270)


def test_brothers_and_sisters_have_one_father_also_where_only_his_name_is_known(world):
    _, tables = world
    mothers = kin(tables, "mother").drop_nulls("relative_id").select("citizen_id", "relative_id")
    fathers = kin(tables, "father").filter(pl.col("relative_name").is_not_null())
    named = fathers.select("citizen_id", "relative_name").join(mothers, on="citizen_id")
    assert named.height > 10
    assert (
        named.group_by("relative_id")
        .agg(pl.col("relative_name").n_unique())["relative_name"]
        .max()
        == 1
    )


def test_a_late_husbands_children_have_his_surname(world):
    _, tables = world
    named = (
        kin(tables, "father")
        .drop_nulls("relative_name")
        .join(
            known(tables, "family_name", "ethnicity", "surname_note"),
            left_on="citizen_id",
            right_on="id",
        )
        .filter((pl.col("ethnicity") == "01") & pl.col("surname_note").is_null())
    )
    first = pl.col("relative_name").str.split(" ").list.first()
    same = named.select((first == pl.col("family_name").str.split(" ").list.first()).mean()).item()
    assert same > 0.99


def test_few_children_have_no_father_on_record(world):
    _, tables = world
    noted = tables["citizen"]["surname_note"].fill_null("").str.contains("chưa xác định được cha")
    assert noted.mean() < 0.02


def test_nobody_lives_in_two_places_for_good_at_a_time(world):
    _, tables = world
    stays = (
        tables["residence"]
        .filter(pl.col("kind") == "permanent")
        .sort("citizen_id", "from_date")
        .with_columns(left=pl.col("to_date").shift(1).over("citizen_id"))
        .with_columns(first=pl.col("citizen_id").shift(1).over("citizen_id").is_null())
    )
    later = stays.filter(~pl.col("first"))
    assert (later["left"] == later["from_date"]).all()


def test_cards_have_the_form_of_their_day_and_holders_of_lawful_age(world):
    _, tables = world
    issued = tables["card"].drop_nulls("issued_on")
    new = issued["issued_on"] >= dt.date(2024, 7, 1)
    assert (issued["form"] == "2024").to_list() == new.to_list()
    ages = issued.join(known(tables, "birth_year"), left_on="citizen_id", right_on="id").select(
        "form", age=pl.col("issued_on").dt.year() - pl.col("birth_year")
    )
    assert ages.filter(pl.col("form") == "2021")["age"].min() >= 14
    assert issued["issued_on"].min() >= dt.date(2021, 1, 1)


def test_one_card_at_most_is_active_and_an_account_stands_on_a_card(world):
    _, tables = world
    active = tables["card"].filter(pl.col("state") == "active")
    assert active["citizen_id"].n_unique() == active.height
    assert set(tables["account"]["citizen_id"]) <= set(tables["card"]["citizen_id"])
    assert tables["account"]["citizen_id"].n_unique() == tables["account"].height


def test_a_card_in_force_has_not_expired(world):
    spec, tables = world
    active = tables["card"].filter(pl.col("state") == "active").drop_nulls("expires_on")
    assert active["expires_on"].min() is None or active["expires_on"].min() >= spec.start_date
