"""What is never broken in a generated population, whatever the seed and the start date."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.matching.addresses import address_key
from app.matching.names import name_key
from app.matching.numbers import parse
from app.registry.countries import COUNTRIES, NATIONALITIES
from seed import relations
from tests.seed.samples import Spec, tables_of

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


def kin(tables, kind):
    return tables["kinship"].filter(pl.col("kind") == kind)


def known(tables, *columns):
    """Citizens by id, with the columns asked, for joining."""
    return tables["citizen"].select("id", *columns)


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


def test_every_country_and_nationality_is_one(world):
    _, tables = world
    found = {
        column: set(rows[column].drop_nulls())
        for rows in tables.values()
        for column in rows.columns
        if column.endswith(("country", "nationality"))
    }
    nationalities = set().union(
        *(found.pop(name) for name in ("nationality", "relative_nationality"))
    )
    assert {"VN"} < nationalities <= NATIONALITIES
    assert {"birth_country", "second_nationality", "country"} <= set(found)
    assert {"VN"} < set().union(*found.values()) <= COUNTRIES


def test_mothers_are_women_and_fathers_are_men(world):
    _, tables = world
    for kind, sex in (("mother", "F"), ("father", "M")):
        parents = kin(tables, kind).drop_nulls("relative_id")
        found = parents.join(known(tables, "sex"), left_on="relative_id", right_on="id")
        assert set(found["sex"]) == {sex}


def test_every_current_household_has_exactly_one_living_head(world):
    _, tables = world
    heads = (
        tables["household_member"]
        .filter(pl.col("to_date").is_null() & (pl.col("relationship") == "01"))
        .join(known(tables, "state"), left_on="citizen_id", right_on="id")
    )
    assert heads["household_id"].n_unique() == heads.height == tables["household"].height
    assert "dead" not in set(heads["state"])


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


def test_relationships_are_of_the_list(world):
    _, tables = world
    codes = {f"{code:02d}" for code in relations.NAMES}
    assert set(tables["household_member"]["relationship"]) <= codes


def test_the_spouse_of_a_dead_person_is_not_married_any_more(world):
    _, tables = world
    spouses = (
        kin(tables, "spouse")
        .drop_nulls("relative_id")
        .join(known(tables, "state", "marital_status"), left_on="citizen_id", right_on="id")
        .join(known(tables, "state"), left_on="relative_id", right_on="id", suffix="_spouse")
    )
    bereft = spouses.filter((pl.col("state") != "dead") & (pl.col("state_spouse") == "dead"))
    assert set(bereft["marital_status"]) <= {"widowed", "divorced"}
    assert bereft["to_date"].null_count() == 0


def test_spouses_have_a_row_each_way_with_the_same_dates(world):
    _, tables = world
    rows = kin(tables, "spouse").drop_nulls("relative_id")
    there = rows.select("citizen_id", "relative_id", "from_date", "to_date", "end_reason")
    back = there.rename({"citizen_id": "relative_id", "relative_id": "citizen_id"})
    assert there.join(back, on=there.columns, how="anti", nulls_equal=True).is_empty()


def test_only_the_married_and_separated_have_a_spouse_now_and_all_of_them_do(world):
    _, tables = world
    now = kin(tables, "spouse").filter(pl.col("to_date").is_null())
    assert now["citizen_id"].n_unique() == now.height
    living = tables["citizen"].filter(pl.col("state") != "dead")
    wed = living.filter(pl.col("marital_status").is_in(["married", "separated"]))
    assert set(now["citizen_id"]) == set(wed["id"])


def test_nobody_married_before_the_lawful_age(world):
    _, tables = world
    weddings = kin(tables, "spouse").join(
        known(tables, "sex", "birth_year"), left_on="citizen_id", right_on="id"
    )
    for sex, age in (("M", 20), ("F", 18)):
        of_sex = weddings.filter(pl.col("sex") == sex)
        assert (of_sex["from_date"].dt.year() - of_sex["birth_year"]).min() >= age


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


def test_units_are_in_force_on_the_day_the_residence_began(world):
    _, tables = world
    rows = tables["residence"].drop_nulls("unit_id")
    new = rows["unit_id"] > 1_000_000
    assert (new == (rows["from_date"] >= dt.date(2025, 7, 1))).all()
    houses = tables["household"]
    assert ((houses["unit_id"] > 1_000_000) == (houses["from_date"] >= dt.date(2025, 7, 1))).all()


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


def test_the_dead_live_nowhere_and_keep_no_valid_card(world):
    _, tables = world
    dead = tables["citizen"].filter(pl.col("state") == "dead").select("id")
    for name in ("household_member", "residence"):
        rows = tables[name].join(dead, left_on="citizen_id", right_on="id", how="semi")
        assert rows["to_date"].null_count() == 0, name
    cards = tables["card"].join(dead, left_on="citizen_id", right_on="id", how="semi")
    assert not set(cards["state"]) & {"active", "held"}
    accounts = tables["account"].join(dead, left_on="citizen_id", right_on="id", how="semi")
    assert set(accounts["state"]) <= {"closed"}


def test_keys_are_what_the_matching_room_makes_of_the_text(world):
    _, tables = world
    names = tables["citizen"].sample(500 if tables["citizen"].height > 500 else 300, seed=1)
    assert [name_key(name) for name in names["full_name"]] == names["name_key"].to_list()
    places = tables["residence"].sample(500, seed=1)
    assert [address_key(line) for line in places["address"]] == places["address_key"].to_list()


def test_surnames_come_from_a_parent_unless_a_note_says_why(world):
    _, tables = world
    children = known(tables, "family_name", "surname_note", "name_order", "ethnicity")
    for kind in ("father", "mother"):
        parents = (
            kin(tables, kind)
            .select("citizen_id", "relative_id")
            .join(known(tables, "family_name"), left_on="relative_id", right_on="id")
            .rename({"family_name": kind})
        )
        children = children.join(
            parents.select("citizen_id", kind), left_on="id", right_on="citizen_id", how="left"
        )
    kinh = children.filter((pl.col("ethnicity") == "01") & pl.col("surname_note").is_null())
    with_father = kinh.drop_nulls("father")
    same = with_father["family_name"] == with_father["father"]
    royal = with_father["father"].str.contains("Tôn")
    assert with_father.height > 50
    assert (same | royal).mean() > 0.995


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


def test_those_who_share_a_house_share_its_province_in_the_registry(world):
    _, tables = world
    rows = tables["residence"].filter(
        pl.col("to_date").is_null() & pl.col("household_id").is_not_null()
    )
    houses = tables["household"].select("id", house=pl.col("address"))
    joined = rows.join(houses, left_on="household_id", right_on="id")
    assert (joined["address"] == joined["house"]).all()


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


def test_a_card_carries_the_number_its_holder_had_that_day(world):
    _, tables = world
    cards = (
        tables["card"]
        .drop_nulls("issued_on")
        .join(known(tables, "pin"), left_on="citizen_id", right_on="id")
        .join(tables["superseded_number"], on="citizen_id", how="left", suffix="_before")
    )
    earlier = (cards["issued_on"] < cards["superseded_on"]).fill_null(value=False)
    expected = pl.when(earlier).then(cards["pin_before"]).otherwise(cards["pin"])
    assert (cards["number"] == cards.select(expected).to_series()).all()


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
