"""Credit-file cleansing over the interface, and how people who are there twice are told."""

import polars as pl

from app.scenarios import doubles
from tests.scenarios.every_story import EveryStory

NAME = "credit-file"
ASKED = {"size": 900, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_is_there_twice(card):
    for answer in card["answers"]:
        assert answer["accuracy"] > 0.93
    assert card["numbers"][0]["wrong"] == 0


def test_every_kind_of_row_is_there(key, story):
    rare = {"superseded_number"}  # two thousand people may have none
    for column in story.classes:
        assert set(key[column.name]) >= set(column.values) - rare
    assert set(key["situation"]) == set(story.costs)


def test_who_is_split_has_two_codes_and_who_is_merged_shares_one(both):
    named = both.filter(pl.col("truth_number") != "")
    of_code = named.group_by("customer_code").agg(pl.col("truth_number").n_unique())
    merged = set(of_code.filter(pl.col("truth_number") > 1)["customer_code"])
    assert merged == set(both.filter(truth_relation="merged")["customer_code"])
    split = named.filter(truth_relation="split").group_by("truth_number").len()
    assert split.height > 5


def test_doubles_are_told_by_what_the_file_says():
    rows = pl.DataFrame(
        [
            ("Nguyễn Văn An", "03/09/1990", "901090990001", "A"),
            ("NGUYEN VAN AN", "03/09/1990", "012345678", "B"),  # another number, the same person
            ("Trần Thị Bình", "01/01/1980", "901180000001", "C"),
            ("Lê Thị Chi", "02/02/1982", "901182000001", "C"),  # one code, two people
            ("Phạm Dung", "1970", "901170000001", "D"),
            ("Phạm Dung", "1970", "901170000002", "E"),  # a name and a year are no person
            ("Vũ Hà", "05/05/1975", "901075000001", "F"),
            ("Vũ Ha", "06/05/1975", "901075000001", "G"),  # one number, two codes
        ],
        orient="row",
        schema=["names", "dates", "numbers", "codes"],
    )
    told = doubles.relate(rows["names"], rows["dates"], rows["numbers"], rows["codes"])
    assert told.to_list() == ["split"] * 2 + ["merged"] * 2 + ["single"] * 2 + ["split"] * 2
