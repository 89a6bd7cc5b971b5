"""Linking: one verdict for each row, with its reasons."""

import polars as pl
import pytest

from app.matching.columns import name_key_series
from app.matching.linkage import claims, linking
from app.matching.linkage.weighing import Scale
from tests.matching.linkage import people

CROWD = people.make(20_000, seed=1)
REGISTRY = [
    # person, number, via, name, born
    (90_001, 901180000001, "pin", "Triệu Quỳnh Giao", 19800203),
    (90_001, 123456789, "old", "Triệu Quỳnh Giao", 19800203),
    (90_001, 901180999999, "superseded", "Triệu Quỳnh Giao", 19800203),
    (90_002, 901180000002, "pin", "Mạc Tuyết Sương", 19810000),
    (90_002, 123456789, "old", "Mạc Tuyết Sương", 19810000),
    (90_003, 1190000003, "pin", "Khổng Duy Trác", 19900405),
    (90_004, 901195000004, "pin", "Nguyễn Văn Hùng", 19950606),
    (90_005, 901195000905, "pin", "Nguyễn Văn Hùng", 19950606),
    (90_006, 901188000006, "pin", "Tiêu Ái Vân", 19880808),
    (90_006, 222333444, "old", "Tiêu Ái Vân", 19880808),
    (90_007, 901188000107, "pin", "Tiêu Ái Vân", 19880808),
    (90_007, 222333444, "old", "Tiêu Ái Vân", 19880808),
]
GIAO = ("901180000001", "Triệu Quỳnh Giao", "1980-02-03")
TRAC = ("Khổng Duy Trác", "1990-04-05")
HOA = ("Nguyễn Thị Hoa", "1951-10-17")  # the tenth of the crowd


@pytest.fixture(scope="module")
def registry():
    frame = pl.DataFrame(
        REGISTRY, schema=["person", "number", "via", "name", "born"], orient="row"
    )
    keyed = frame.with_columns(name_key=name_key_series(frame["name"]))
    ours = keyed.select(pl.col(name).cast(kind) for name, kind in linking.NUMBERED.items())
    return pl.concat([people.numbered(CROWD), ours])


def linked(registry, *row, strictness=10):
    columns = ["number", "full_name", "birth_date"]
    frame = pl.DataFrame([row], schema=dict.fromkeys(columns, pl.String), orient="row")
    found = linking.link(claims.read(frame), registry, strictness)
    assert dict(found.schema) == dict(linking.FOUND)
    told = found.with_columns(reasons=linking.reasons()).row(0, named=True)
    return told["verdict"], told["reasons"], told["person"]


@pytest.mark.parametrize(
    ("row", "verdict", "reasons", "person"),
    [
        (GIAO, "match", "", 90_001),
        ((GIAO[0], " TRIỆU QUỲNH GIAO", "03/02/1980"), "match", "", 90_001),
        (("123456789", *GIAO[1:]), "match", "old_number", 90_001),
        (("901180999999", *GIAO[1:]), "match", "superseded_number", 90_001),
        (("1190000003", *TRAC), "near_match", "leading_zero_lost", 90_003),
        ((GIAO[0], "Trieu Quynh Giao", GIAO[2]), "near_match", "diacritics", 90_001),
        ((GIAO[0], GIAO[1], "1980-03-02"), "near_match", "day_month_swapped", 90_001),
        ((GIAO[0], GIAO[1], "1980"), "near_match", "dob_partial", 90_001),
        ((GIAO[0], "Triệu Giao", GIAO[2]), "near_match", "middle_name_missing", 90_001),
        ((GIAO[0], "Triệu Giao", "1980-01-01"), "mismatch",
         "middle_name_missing first_of_january", 90_001),
        (("901180000002", "Mạc Tuyết Sương", "1981"), "match", "", 90_002),
        (("901180000002", "Mạc Tuyết Sương", "1981-01-01"), "near_match", "dob_partial", 90_002),
        ((GIAO[0], GIAO[1], "1966-12-30"), "mismatch", "birth_date_differs", 90_001),
        ((GIAO[0], "Vương Bảo Châu", GIAO[2]), "mismatch", "name_differs", 90_001),
        ((GIAO[0], "Vương Bảo Châu", "1966-12-30"), "other_person",
         "name_differs birth_date_differs", 90_001),
        ((GIAO[0], *TRAC), "other_person", "other_persons_number", 90_003),
        ((None, *GIAO[1:]), "near_match", "number_absent", 90_001),
        (("901180000011", *GIAO[1:]), "near_match", "number_digit_wrong", 90_001),
        (("910180000001", *GIAO[1:]), "near_match", "number_digits_transposed", 90_001),
        (("90118000001", *GIAO[1:]), "near_match", "number_digit_lost", 90_001),
        (("901180000011", "Trieu Quynh Gia", GIAO[2]), "near_match",
         "number_digit_wrong typo", 90_001),
        (("222333443", "Tiêu Ái Vân", "1988-08-08"), "ambiguous", "number_digit_wrong", None),
        (("222333444", "Tiêu Ái Vân", "1988-08-08"), "ambiguous", "old_number", None),
        ((None, "Nguyễn Văn Hùng", "1995-06-06"), "ambiguous", "number_absent", None),
        (("901195000004", "Nguyen Van Hung", "1995-06-06"), "near_match", "diacritics", 90_004),
        ((None, "Vương Bảo Châu", "1966-12-30"), "not_found", "", None),
        (("901180000001", None, "1980-02-03"), "unreadable", "name_unreadable", None),
        (("901180000001", "Lê An", "soon"), "unreadable", "birth_date_unreadable", None),
    ],
)  # fmt: skip
def test_rows(registry, row, verdict, reasons, person):
    assert linked(registry, *row) == (verdict, reasons, person)


@pytest.mark.parametrize(
    ("row", "strictness", "verdict", "person"),
    [
        # A name that one in two hundred bears, a birthday, and no number, or another person's.
        ((None, *HOA), 7, "ambiguous", None),
        ((None, *HOA), 6, "near_match", 10),
        ((GIAO[0], *HOA), 5, "other_person", 90_001),
        ((GIAO[0], *HOA), 4, "other_person", 10),
        # The number's own bearer, of whom little agrees.
        (("901180999999", "Triệu Giao", "1980-01-01"), 10, "mismatch", 90_001),
        (("901180999999", "Triệu Giao", "1980-01-01"), 1, "near_match", 90_001),
        # Two who fit as well are told apart by nobody, and no error explains another name.
        ((None, "Nguyễn Văn Hùng", "1995-06-06"), 1, "ambiguous", None),
        ((GIAO[0], "Vương Bảo Châu", GIAO[2]), 1, "mismatch", 90_001),
    ],
)  # fmt: skip
def test_a_caller_who_is_less_strict_is_told_more(registry, row, strictness, verdict, person):
    told, _, found = linked(registry, *row, strictness=strictness)
    assert (told, found) == (verdict, person)


def test_a_shared_old_number_leads_to_whom_it_is_claimed_for(registry):
    assert linked(registry, "123456789", "Mạc Tuyết Sương", "1981") == (
        "match",
        "old_number",
        90_002,
    )


def test_every_row_has_one_verdict_in_its_place(registry):
    rows = people.file(CROWD.sample(500, seed=2))
    found = linking.link(rows, registry)
    assert found["row"].to_list() == rows["row"].to_list()
    assert found["verdict"].unique().to_list() == ["match"]


def test_an_empty_file_and_an_empty_registry(registry):
    none = people.file(CROWD.head(0))
    assert linking.link(none, registry).is_empty()
    some = people.file(CROWD.head(3))
    found = linking.link(some, registry.clear())
    assert found["verdict"].to_list() == ["not_found"] * 3


@pytest.mark.parametrize("strictness", [1, 10])
def test_parts_that_belong_together_give_what_the_whole_gives(registry, strictness):
    """As an engine takes them: rows and numbers by the number, rows and people by the year."""
    clean = CROWD.sample(2_000, seed=3).with_columns(
        number=pl.when(pl.col("person") % 3 == 0).then(pl.col("number") + 7).otherwise("number"),
        name=pl.when(pl.col("person") % 4 == 0).then(pl.lit("Vương An")).otherwise("name"),
        born=pl.when(pl.col("person") % 5 == 0)
        .then(pl.col("born").dt.offset_by("1y"))
        .otherwise("born"),
    )
    rows = people.file(clean)
    whole = linking.link(rows, registry, strictness)
    census = linking.Census()
    for part in registry.filter(pl.col("via") == "pin").iter_slices(4_000):
        census.add(part["name_key"])
    settled, rest = [], []
    for bucket in range(3):
        is_here = pl.col("number") % 3 == bucket
        done, left = linking.by_number(rows.filter(is_here), registry.filter(is_here), census)
        settled.append(done)
        rest.append(left)
    left = pl.concat(rest)
    for bucket in range(3):
        is_here = pl.col("born") // 10_000 % 3 == bucket
        scale = Scale(census, strictness)
        settled.append(linking.search(left.filter(is_here), registry.filter(is_here), scale))
    assert pl.concat(settled).sort("row").equals(whole)
    assert set(whole["verdict"]) >= {"match", "near_match", "mismatch", "other_person"}
