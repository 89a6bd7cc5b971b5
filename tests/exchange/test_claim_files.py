"""Files of claims: what is read, what is refused, and that nothing else comes of any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import claim_files
from app.exchange.claim_files import Fault
from app.matching.dates import PartialDate
from app.platform.errors import DancuError, InvalidError


def read(text):
    return claim_files.read(text.encode())


def wrong(text):
    with pytest.raises(InvalidError) as raised:
        claim_files.read(text if isinstance(text, bytes) else text.encode())
    assert raised.value.code == "claim-file-invalid"
    return [each.name for each in raised.value.params]


def test_a_file_is_read_with_its_columns_in_their_order():
    found = read(
        "\ufeffnumber;full_name;in_force;birth_date;consent\r\n"
        "901090000001; Nguyễn Văn An ;yes;1980-05;abc\r\n\r\n"
        "162000001;Ân;0;;\r\n"
    )
    assert found.columns == ("number", "full_name", "birth_date")
    first, second = found.rows
    assert first.claim == {"full_name": "Nguyễn Văn An", "birth_date": PartialDate(1980, 5)}
    assert (first.in_force, first.consent, first.filled, first.fault) == (True, "abc", 3, None)
    assert (second.in_force, second.consent, second.filled, second.fault) == (False, None, 2, None)


def test_a_quoted_name_may_hold_the_separator():
    assert read('number,full_name\n901090000001,"An, Nguyễn"').rows[0].claim == {
        "full_name": "An, Nguyễn"
    }


def test_text_is_brought_to_one_unicode_form():
    [row] = read("number,full_name\n901090000001,Nguye\u0302\u0303n").rows
    assert row.claim == {"full_name": "Nguyễn"}


GOOD = "901090000001,An,1980-05-12,M,VN,01,79,0\n"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",An,,,,,,", "number", "blank"),
        ("12345,An,,,,,,", "number", "form"),
        ("901090000001,An,12/05/1980,,,,,", "birth_date", "form"),
        ("901090000001,An,,X,,,,", "sex", "form"),
        ("901090000001,An,,,ZZZ,,,", "nationality", "form"),
        ("901090000001,An,,,,Kinh,,", "ethnicity", "form"),
        ("901090000001,An,,,,,1,", "residence_province", "form"),
        ("901090000001,A\u0001n,,,,,,", "full_name", "form"),
        ("901090000001,An,,,,,,maybe", "in_force", "form"),
        ("901090000001,,1980,M,,,,", "full_name", "too_little"),
    ],
)
def test_an_entry_that_cannot_be_asked_says_why(line, column, reason):
    header = "number,full_name,birth_date,sex,nationality,ethnicity,residence_province,in_force\n"
    bad, good = read(header + line + "\n" + GOOD).rows
    assert bad.fault == Fault(line=2, column=column, reason=reason)
    assert good.fault is None


def test_what_is_no_such_file_is_refused_with_where(monkeypatch):
    assert wrong("") == ["number", "body"]
    assert wrong("number,secret,full_name,full_name\n") == ["column.2", "column.4"]
    assert wrong("full_name\nAn") == ["number"]
    assert wrong("number\n901090000001") == ["body"]
    assert wrong("number,full_name\n") == ["body"]
    assert wrong("number,full_name\n901090000001") == ["line.2"]
    assert wrong('number,full_name\n901090000001,"An" b') == ["line.2"]
    assert wrong("number,full_name\n1,An\n,B") == ["line.2.number", "line.3.number"]
    assert wrong(b"number,full_name\n901090000001,\xff") == ["body"]
    assert wrong("number,full_name\n901090000001,\x00") == ["body"]
    monkeypatch.setattr(claim_files, "MOST_ROWS", 1)
    assert wrong("number,full_name\n901090000001,An\n901090000001,An") == ["body"]


@given(
    st.one_of(
        st.binary(), st.text(alphabet='number,;"\n0123456789full_aA\u0300\x00').map(str.encode)
    )
)
def test_whatever_is_sent_is_read_or_refused(body):
    try:
        claim_files.read(body)
    except DancuError as error:
        assert error.code == "claim-file-invalid"  # noqa: PT017 - most bodies are no file
