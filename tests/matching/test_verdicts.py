"""Verdicts: a claim against a record, attribute by attribute."""

import inspect

import pytest

from app.matching.dates import PartialDate
from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, Verdict, near
from app.matching.verdicts import ATTRIBUTES, Record, compare

RECORD = Record(
    full_name="Đỗ Thị Hoà",
    birth_date=PartialDate(1990, 5, 17),
    sex="F",
    nationality="VN",
    ethnicity="01",
    residence_province="79",
    origin_province="38",
    father_name="Đỗ Văn Bình",
    mother_name=None,
)


def test_each_claimed_attribute_gets_its_finding_in_the_order_claimed():
    findings = compare(
        {
            "sex": "F",
            "full_name": "DO THI HOA",
            "birth_date": PartialDate(1990),
            "residence_province": "01",
            "mother_name": "Lê Thị Lan",
            "father_name": "ĐỖ VĂN BÌNH",
        },
        RECORD,
    )
    assert list(findings.items()) == [
        ("sex", MATCH),
        ("full_name", near(Reason.DIACRITICS)),
        ("birth_date", Finding(Verdict.MATCH, Reason.DOB_PARTIAL)),
        ("residence_province", MISMATCH),
        ("mother_name", NOT_ON_RECORD),
        ("father_name", MATCH),
    ]


def test_the_attributes_are_the_fields_of_the_record():
    assert tuple(ATTRIBUTES) == Record._fields


def test_a_record_matches_a_claim_of_itself():
    claim = {name: value for name, value in RECORD._asdict().items() if value is not None}
    assert set(compare(claim, RECORD).values()) == {MATCH}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_nothing_is_confirmed_by_an_empty_record(name):
    claimed = PartialDate(1990) if name == "birth_date" else "01"
    assert compare({name: claimed}, Record()) == {name: NOT_ON_RECORD}


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if name != "birth_date"])
def test_an_empty_claim_confirms_nothing(name):
    full = RECORD._replace(mother_name="Lê Thị Lan")
    assert compare({name: ""}, full) == {name: MISMATCH}


@pytest.mark.parametrize(("name", "unknown"), [("sex", "U"), ("ethnicity", "99")])
def test_a_code_for_unknown_is_not_on_record_even_if_claimed(name, unknown):
    record = Record(**{name: unknown})
    assert (
        compare({name: unknown}, record) == compare({name: "01"}, record) == {name: NOT_ON_RECORD}
    )


def test_codes_are_never_near():
    assert compare({"sex": "f", "nationality": "vn"}, RECORD) == {
        "sex": MISMATCH,
        "nationality": MISMATCH,
    }


def test_an_attribute_outside_the_table_is_an_error():
    with pytest.raises(KeyError, match="religion"):
        compare({"religion": "1"}, RECORD)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_says_how_it_is_judged_and_what_it_is_called(name):
    attribute = ATTRIBUTES[name]
    assert inspect.getdoc(attribute.compare)
    assert attribute.title_vi != attribute.title_en != ""
