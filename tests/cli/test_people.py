"""`dancu persona …`, `dancu agency …`, `dancu report`: what there is in a generated world."""

import pytest

from app.cli import failing, personas
from app.cli.failing import CommandError


@pytest.fixture
def on_world(on_worlds, world):
    """Runs the command on a generated world of 2,000 citizens."""
    return lambda *arguments: on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)


def test_personas_are_listed_with_number_and_purpose(on_world):
    listed = on_world("persona", "list", "--json").json
    assert len(listed) >= 30
    first = listed[0]
    assert first["name"] == "adult-level-2"
    assert first["pin"].endswith("990001")
    assert first["purpose"]
    assert first["purpose_vi"]
    assert "adult-level-2" in on_world("persona", "list").out


@pytest.mark.parametrize(
    ("options", "who"),
    [
        (("--state", "dead"), "deceased"),
        (("--state", "missing"), "missing"),
        (("--age", "13"), "minor-13"),
        (("--age", "..0"), "newborn"),
        (("--age", "100.."), "centenarian"),
        (("--sex", "F", "--marital", "divorced"), "divorced"),
        (("--card", "lost"), "card-lost"),
        (("--account", "locked"), "account-locked"),
        (("--superseded-number",), "superseded-number"),
        (("--nationality", "XX"), "nationality-undetermined"),
        (("--ethnicity", "12", "--sex", "F"), "ethnic-e-de"),
        (("--account-level", "1", "--sex", "F"), "adult-level-1"),
    ],
)
def test_a_persona_is_found_by_what_it_is_like(on_world, options, who):
    page = on_world("persona", "find", *options, "--limit", "200", "--json").json
    assert who in {each["persona"] for each in page["found"]}


def test_a_search_goes_on_where_it_ended(on_world):
    first = on_world("persona", "find", "--sex", "F", "--limit", "2", "--json").json
    rest = on_world("persona", "find", "--sex", "F", "--limit", "2", "--cursor",
                    first["next_cursor"], "--json").json  # fmt: skip
    assert len(first["found"]) == len(rest["found"]) == 2
    assert {each["pin"] for each in first["found"]}.isdisjoint(
        each["pin"] for each in rest["found"]
    )
    assert "--cursor" in on_world("persona", "find", "--sex", "F", "--limit", "2").err


def test_nobody_is_said_in_words(on_world):
    asked = on_world("persona", "find", "--age", "..3", "--marital", "widowed")
    assert asked.status == 0
    assert "Nobody is like that" in asked.out


def test_a_value_that_no_property_has_is_told_by_name(on_world):
    asked = on_world("persona", "find", "--province", "00")
    assert asked.status == failing.FAILED
    assert "province" in asked.err


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, (None, None)),
        ("13", (13, 13)),
        ("14..17", (14, 17)),
        ("80..", (80, None)),
        ("..17", (None, 17)),
    ],
)
def test_ages_are_read(said, meant):
    assert personas._ages(said) == meant


@pytest.mark.parametrize("said", ["", "..", "old", "-1", "14...17", "14-17", "1000"])
def test_what_is_no_age_is_wrong_usage(said):
    with pytest.raises(CommandError) as refused:
        personas._ages(said)
    assert refused.value.status == failing.USAGE


def test_agencies_are_listed_with_the_secrets_of_those_that_use_one(on_world):
    systems = {each["client_id"]: each for each in on_world("agency", "list", "--json").json}
    assert systems["vietcombank-basic"]["client_secret"].startswith("sim_")
    assert systems["vietcombank-fapi"]["client_secret"] is None
    banks = on_world("agency", "list", "--kind", "bank").out
    assert "bidv-basic" in banks
    assert "evn" not in banks


@pytest.mark.parametrize("name", ["ha-noi", "H26"])
def test_an_agency_is_shown_by_its_short_name_or_its_code(on_world, name):
    shown = on_world("agency", "show", name, "--json").json
    assert shown["agency"]["slug"] == "ha-noi"
    grant = next(
        each for each in shown["grants"] if each["service"] == "residence" and each["in_force"]
    )
    assert grant["officer_required"] is True
    assert grant["legal_basis"]


def test_a_system_that_signs_is_shown_with_its_key(on_world):
    shown = on_world("agency", "show", "vietcombank-fapi").out
    assert "BEGIN PRIVATE KEY" in shown
    assert "private_key_jwt" in shown
    assert "ekyc" in shown


def test_an_unknown_agency_is_told_where_they_are_listed(on_world):
    asked = on_world("agency", "show", "nobody")
    assert asked.status == failing.FAILED
    assert "dancu agency list" in asked.err


def test_the_report_stands_beside_its_sources(on_world, tmp_path):
    picture = tmp_path / "report.svg"
    told = on_world("report", "--picture", picture, "--json").json
    names = {each["name"] for each in told["comparisons"]}
    assert {"ages", "provinces", "ethnicities", "surnames", "household_sizes"} <= names
    assert all(each["source"] for each in told["comparisons"])
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_no_bound_is_promised_of_a_small_world(on_world):
    told = on_world("report", "--strict", "--json")
    assert told.status == 0
    by_name = {each["name"]: each for each in told.json["comparisons"]}
    assert {each["holds"] for each in by_name.values()} == {None}
    assert by_name["sex_ratios"]["distance"] is None
    table = on_world("report").out
    assert "NO" not in table
    (row,) = [line for line in table.splitlines() if "(sex_ratios)" in line]
    assert "–" in row
    assert "0.0000" not in row
    assert ": largest difference of decades with 10,000 births or more – (" in (
        on_world("report", "--details", "sex_ratios").out
    )


def test_the_report_is_a_table_for_people_and_shows_one_distribution_whole(on_world):
    assert "Surnames" in on_world("report").out
    assert "M 20" in on_world("report", "--details", "ages").out
    wrong = on_world("report", "--details", "shoe-sizes")
    assert wrong.status == failing.USAGE
    assert "surnames" in wrong.err


def test_a_picture_is_svg(on_world, tmp_path):
    asked = on_world("report", "--picture", tmp_path / "report.bmp")
    assert asked.status == failing.USAGE
    assert "report.svg" in asked.err


def test_the_operators_token_is_one_for_the_home_and_one_for_each_world(on_world, world):
    token = on_world("operator-token").out.strip()
    assert token.startswith("sim_operator_")
    assert on_world("operator-token", "--json").json["operator_token"] == token
    alone = on_world("operator-token", "--world", world.name).out.strip()
    assert alone != token
