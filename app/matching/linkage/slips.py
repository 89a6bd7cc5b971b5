"""The error model: every kind of error an agency's file has, by name, with its weight.

The classes are those of the campaigns that cleaned subscribers, credit records and insurance
cards: marks lost in old software, old 9-digit numbers, numbers changed since, filler dates,
slips of the key, other people's numbers.

How a candidate is weighed, in bits: `information` says how seldom two different people agree that
far, log2 of one in so many; `weight` what the error costs. Of each group, the weights are log2 of
shares that add up to at most one. So by Markov's inequality a row whose person is not in the
registry meets a candidate of `t` bits or more, over all candidates and all kinds of error
together, in at most one case of 2^t: what a strictness promises (`weighing`) does not rest on how
often errors are made, only on how often people agree by chance.

Whether a row's number leads to somebody is seen before any candidate is looked at. So the shares
of the number's errors add up to at most one among rows whose number leads to nobody, and among
those whose number leads to somebody: `number_unknown` and `other_persons_number` never meet.
"""

from __future__ import annotations

from enum import StrEnum, unique
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


@unique
class About(StrEnum):
    """Which value of a row an error is in."""

    NUMBER = "number"
    NAME = "name"
    BIRTH_DATE = "birth_date"


class Slip(NamedTuple):
    """One kind of error: `information` None is measured in the registry (see `census`)."""

    name: str
    about: About
    weight: float
    information: float | None
    title_vi: str
    title_en: str
    contradicts: bool = False
    """What is claimed is not what is on record, and no error explains it."""
    ancillary: bool = False
    """The file itself shows it, whoever is meant: its weight is outside the group's shares."""


#: What agreement without an error weighs, by what it is about.
AGREED: Final[Mapping[About, float]] = MappingProxyType(
    {About.NUMBER: 0.7, About.NAME: 0.5, About.BIRTH_DATE: 0.5}
)
_NUMBER, _NAME, _BORN = About.NUMBER, About.NAME, About.BIRTH_DATE

# fmt: off
_ALL = (
    Slip("old_number", _NUMBER, 4.0, None, "Số CMND 9 số cũ", "An old 9-digit number"),
    Slip("superseded_number", _NUMBER, 6.0, None, "Số định danh đã hủy", "A cancelled number"),
    Slip("leading_zero_lost", _NUMBER, 6.0, None, "Mất số 0 đầu", "The leading zero is lost"),
    Slip("number_digit_wrong", _NUMBER, 5.0, 17.0, "Sai một chữ số", "One digit is wrong"),
    Slip("number_digits_transposed", _NUMBER, 5.5, 17.0, "Đảo hai chữ số liền nhau",
         "Two neighbouring digits are exchanged"),
    Slip("number_digit_lost", _NUMBER, 6.5, 17.0, "Thiếu hoặc thừa một chữ số",
         "One digit is missing or too many"),
    Slip("number_unknown", _NUMBER, 3.2, 0.0, "Số không có trong cơ sở dữ liệu",
         "The number is nobody's"),
    Slip("other_persons_number", _NUMBER, 2.2, 0.0, "Số của người khác",
         "The number is another person's"),
    Slip("number_absent", _NUMBER, 0.0, 0.0, "Không có số", "No number is given", ancillary=True),
    Slip("separators", _NAME, 5.0, None, "Tách, nối từ khác", "Words are divided differently"),
    Slip("y_i", _NAME, 6.0, None, "Khác y/i", "y for i, or i for y"),
    Slip("diacritics", _NAME, 3.5, None, "Mất hoặc khác dấu", "Marks are lost or differ"),
    Slip("spelling", _NAME, 6.0, None, "Vài khác biệt về cách viết", "Several of these at once"),
    Slip("word_order", _NAME, 5.5, None, "Đảo thứ tự họ tên", "The words in another order"),
    Slip("middle_name_missing", _NAME, 5.0, 11.0, "Thiếu chữ đệm", "A middle name is missing"),
    Slip("typo", _NAME, 4.0, 11.0, "Một lỗi gõ", "One slip of the key"),
    Slip("typos", _NAME, 6.5, 9.0, "Hai lỗi gõ", "Two slips of the key"),
    Slip("name_differs", _NAME, 7.0, 0.0, "Họ tên khác", "The name differs", contradicts=True),
    Slip("dob_partial", _BORN, 0.5, 6.0, "Ngày sinh không đủ ngày, tháng",
         "The birth date lacks day or month", ancillary=True),
    Slip("first_of_january", _BORN, 4.5, 6.0, "Ngày 01/01 điền thay",
         "1 January stands for an unknown day"),
    Slip("day_month_swapped", _BORN, 4.5, None, "Đảo ngày và tháng",
         "Day and month are exchanged"),
    Slip("digit_typo", _BORN, 4.0, 10.0, "Sai một chữ số của ngày sinh",
         "One digit of the date is wrong"),
    Slip("birth_date_differs", _BORN, 5.0, 0.0, "Ngày sinh khác", "The birth date differs",
         contradicts=True),
)
# fmt: on

#: Every kind of error, by its name.
SLIPS: Final[Mapping[str, Slip]] = MappingProxyType({slip.name: slip for slip in _ALL})
