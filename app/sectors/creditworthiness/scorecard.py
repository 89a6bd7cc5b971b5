"""The scorecard: points for each characteristic, bands, and the reasons for a low score.

OPENLY SYNTHETIC. Nothing here is the real model, whose factors, weights and scale are not public.
A score is the sum of `BASE` and of the points of every characteristic, kept between `LEAST` and
`MOST`. What comes of loans in a scenario is decided by a process of its own that nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.sectors.creditworthiness import reading
from app.sectors.creditworthiness.reading import NONE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

VERSION: Final = "synthetic-1"
BASE: Final = 500
LEAST, MOST = 300, 850
#: Reasons that are told with a score, at most.
MOST_REASONS: Final = 4
#: Without this the credit history is said to be thin.
_HISTORY: Final = "recent-delay"


@dataclass(frozen=True, slots=True)
class Bin:
    """From which reading on (up to the next bin's) there are so many points."""

    least: int
    points: int
    title_vi: str
    title_en: str


class Characteristic(NamedTuple):
    """One row of the scorecard. `fields` are those it is read from; `reason` tells a shortfall.

    `unknown` are the points where a field was not told. `bins` are in order of `least`.
    """

    name: str
    title_vi: str
    title_en: str
    reason_vi: str
    reason_en: str
    fields: tuple[str, ...]
    read: Callable[[Mapping[str, Any], dt.date], int]
    bins: tuple[Bin, ...]
    unknown: int = 0

    @property
    def best(self) -> int:
        """The most points it gives."""
        return max(each.points for each in self.bins)


@dataclass(frozen=True, slots=True)
class Band:
    """From which score on, and how it is called."""

    name: str
    least: int
    title_vi: str
    title_en: str


class Mark(NamedTuple):
    """What one characteristic gave: its reading (None: not told) and points."""

    name: str
    value: int | None
    points: int


class Reason(NamedTuple):
    """A characteristic that cost points against its best bin."""

    code: str
    title_vi: str
    title_en: str
    lost: int


class Result(NamedTuple):
    """A score with all that made it; `thin_file`: no loan or card of the last year is known."""

    score: int
    band: str
    thin_file: bool
    marks: tuple[Mark, ...]


def assess(data: Mapping[str, Any], today: dt.date) -> Result:
    """Score what is known of somebody; fields of `data` that the scorecard lacks are not seen."""
    marks = tuple(_mark(each, data, today) for each in CHARACTERISTICS)
    score = min(max(BASE + sum(mark.points for mark in marks), LEAST), MOST)
    [history] = (mark.value for mark in marks if mark.name == _HISTORY)
    return Result(score, band(score), history in {None, NONE}, marks)


def band(score: int) -> str:
    """Return the name of the band of a score.

    >>> [band(score) for score in (850, 700, 699, 540, 300)]
    ['A', 'A', 'B', 'D', 'E']
    """
    return next(each.name for each in BANDS if score >= each.least)


def reasons(marks: tuple[Mark, ...]) -> tuple[Reason, ...]:
    """Return what cost the most points, the costliest first; equals in the scorecard's order."""
    lost = [(BY_NAME[mark.name], BY_NAME[mark.name].best - mark.points) for mark in marks]
    lost.sort(key=lambda each: -each[1])
    return tuple(
        Reason(of.name, of.reason_vi, of.reason_en, much)
        for of, much in lost[:MOST_REASONS]
        if much > 0
    )


def points(of: Characteristic, value: int | None) -> int:
    """Return what a reading is worth."""
    if value is None:
        return of.unknown
    return next(each.points for each in reversed(of.bins) if value >= each.least)


def _mark(of: Characteristic, data: Mapping[str, Any], today: dt.date) -> Mark:
    value = of.read(data, today) if all(name in data for name in of.fields) else None
    return Mark(of.name, value, points(of, value))


BANDS: Final = (
    Band("A", 700, "Rất tốt", "Very good"),
    Band("B", 640, "Tốt", "Good"),
    Band("C", 590, "Trung bình", "Fair"),
    Band("D", 540, "Yếu", "Weak"),
    Band("E", LEAST, "Rất yếu", "Very weak"),
)

_ABSENT = ("Không có", "None")

CHARACTERISTICS: Final = (
    Characteristic(
        "identity",
        "Độ chắc chắn về danh tính",
        "Certainty of identity",
        "Thẻ hoặc tài khoản định danh chưa ở mức cao nhất",
        "Card or eID account is short of the highest level",
        ("card_status", "account_level", "account_problem"),
        reading.identity,
        (
            Bin(0, -40, "Không có thẻ còn giá trị", "No card that is good"),
            Bin(1, 0, "Thẻ còn giá trị", "A card that is good"),
            Bin(2, 10, "và tài khoản mức 1", "and an account of level 1"),
            Bin(3, 25, "và tài khoản mức 2", "and an account of level 2"),
        ),
    ),
    Characteristic(
        "residence-years",
        "Số năm ở nơi thường trú hiện tại",
        "Years at the permanent residence",
        "Mới chuyển nơi thường trú",
        "A short time at the permanent residence",
        ("permanent_residence",),
        reading.residence_years,
        (
            Bin(NONE, -15, *_ABSENT),
            Bin(0, -10, "0", "0"),
            Bin(1, 0, "1–2", "1–2"),
            Bin(3, 8, "3–6", "3–6"),
            Bin(7, 15, "7 trở lên", "7 or more"),
        ),
    ),
    Characteristic(
        "moves",
        "Số lần đổi nơi cư trú trong 5 năm",
        "Moves within five years",
        "Đổi nơi cư trú nhiều lần",
        "Many moves",
        ("residence_history",),
        reading.moves,
        (
            Bin(0, 8, "0", "0"),
            Bin(1, 4, "1", "1"),
            Bin(2, -5, "2", "2"),
            Bin(3, -12, "3 trở lên", "3 or more"),
        ),
    ),
    Characteristic(
        "own-house",
        "Ở nhà của mình hoặc của vợ, chồng",
        "Lives in their own house",
        "Không ở nhà thuộc sở hữu của mình",
        "Does not live in a house of their own",
        ("lives_in_own_house",),
        reading.own_house,
        (Bin(0, 0, "Không", "No"), Bin(1, 15, "Có", "Yes")),
    ),
    Characteristic(
        "own-phone",
        "Số điện thoại chính chủ",
        "Phone in their own name",
        "Số điện thoại liên hệ không chính chủ",
        "The phone on record is not in their own name",
        ("phone_in_own_name",),
        reading.own_phone,
        (Bin(0, -8, "Không", "No"), Bin(1, 10, "Có", "Yes")),
    ),
    Characteristic(
        "phone-years",
        "Số năm dùng thuê bao lâu nhất",
        "Years of the oldest number in use",
        "Thuê bao di động mới dùng",
        "A mobile number of a short time",
        ("subscriptions",),
        reading.phone_years,
        (
            Bin(NONE, -10, *_ABSENT),
            Bin(0, -5, "0", "0"),
            Bin(1, 4, "1–3", "1–3"),
            Bin(4, 10, "4 trở lên", "4 or more"),
        ),
    ),
    Characteristic(
        "insured-months",
        "Số tháng đóng bảo hiểm xã hội",
        "Months of social insurance",
        "Thời gian đóng bảo hiểm xã hội ngắn",
        "A short time of social insurance",
        ("social_insurance_books",),
        reading.insured_months,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, 2, "0–11", "0–11"),
            Bin(12, 10, "12–59", "12–59"),
            Bin(60, 20, "60–179", "60–179"),
            Bin(180, 28, "180 trở lên", "180 or more"),
        ),
    ),
    Characteristic(
        "insured-now",
        "Đang đóng bảo hiểm xã hội hoặc hưởng lương hưu",
        "Pays social insurance, or draws a pension",
        "Hiện không đóng bảo hiểm xã hội",
        "Pays no social insurance today",
        ("social_insurance_books",),
        reading.insured_now,
        (Bin(0, 0, "Không", "No"), Bin(1, 15, "Có", "Yes")),
    ),
    Characteristic(
        "tax-code",
        "Mã số thuế",
        "Tax code",
        "Mã số thuế chưa khớp với số định danh",
        "The tax code is not linked to the personal number",
        ("tax_codes",),
        reading.tax_code,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, -12, "Phải điều chỉnh", "To be corrected"),
            Bin(1, 4, "Mã cũ", "An old code"),
            Bin(2, 10, "Là số định danh", "The personal number"),
        ),
    ),
    Characteristic(
        "power-years",
        "Số năm của hợp đồng điện",
        "Years of a contract for electricity",
        "Không có hợp đồng điện lâu năm",
        "No contract for electricity of long standing",
        ("electricity_contracts",),
        reading.power_years,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, 3, "0–1", "0–1"),
            Bin(2, 7, "2–5", "2–5"),
            Bin(6, 10, "6 trở lên", "6 or more"),
        ),
    ),
    Characteristic(
        _HISTORY,
        "Số ngày quá hạn nhiều nhất trong 12 tháng",
        "Most days past due in twelve months",
        "Chậm trả trong 12 tháng qua, hoặc chưa có lịch sử trả nợ",
        "Late payments in the last year, or none to be seen",
        ("credit_accounts",),
        reading.recent_delay,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, 45, "0", "0"),
            Bin(1, 10, "1–29", "1–29"),
            Bin(30, -35, "30–59", "30–59"),
            Bin(60, -65, "60–89", "60–89"),
            Bin(90, -100, "90 trở lên", "90 or more"),
        ),
    ),
    Characteristic(
        "worst-group",
        "Nhóm nợ xấu nhất trong 24 tháng",
        "Worst group of debt in 24 months",
        "Từng có nợ từ nhóm 2 trở lên",
        "A debt of group 2 or worse",
        ("credit_accounts",),
        reading.worst_group,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(1, 20, "1", "1"),
            Bin(2, -20, "2", "2"),
            Bin(3, -50, "3", "3"),
            Bin(4, -70, "4", "4"),
            Bin(5, -100, "5", "5"),
        ),
    ),
    Characteristic(
        "card-use",
        "Tỷ lệ dư nợ trên hạn mức thẻ (%)",
        "Share of card limits that is owed (%)",
        "Dùng gần hết hạn mức thẻ",
        "Much of the card limits is used",
        ("credit_accounts",),
        reading.card_use,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, 15, "0–29", "0–29"),
            Bin(30, 5, "30–59", "30–59"),
            Bin(60, -10, "60–89", "60–89"),
            Bin(90, -25, "90 trở lên", "90 or more"),
        ),
    ),
    Characteristic(
        "credit-years",
        "Số năm có quan hệ tín dụng",
        "Years since the first loan or card",
        "Lịch sử tín dụng ngắn hoặc chưa có",
        "A short credit history, or none",
        ("credit_accounts",),
        reading.credit_years,
        (
            Bin(NONE, 0, *_ABSENT),
            Bin(0, -5, "0", "0"),
            Bin(1, 5, "1–3", "1–3"),
            Bin(4, 15, "4 trở lên", "4 or more"),
        ),
    ),
    Characteristic(
        "inquiries",
        "Số lần bị tra cứu tín dụng trong 6 tháng",
        "Inquiries of lenders within six months",
        "Nhiều tổ chức tra cứu tín dụng gần đây",
        "Many inquiries of late",
        ("credit_inquiries",),
        reading.inquiries,
        (
            Bin(0, 8, "0", "0"),
            Bin(1, 0, "1", "1"),
            Bin(2, -10, "2–3", "2–3"),
            Bin(4, -30, "4 trở lên", "4 or more"),
        ),
    ),
)

BY_NAME: Final[Mapping[str, Characteristic]] = {each.name: each for each in CHARACTERISTICS}
#: Every field that points are read from, in the scorecard's order.
FIELDS: Final = tuple(dict.fromkeys(name for each in CHARACTERISTICS for name in each.fields))
