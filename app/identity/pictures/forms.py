"""The two forms of the card, front and back: the 2021 citizen card and the 2024 identity card.

What stands where follows Circular 06/2021/TT-BCA and Circular 16/2024/TT-BCA as far as they are
public; measures, colours and ornaments are ours. There is no national emblem, no seal and no
security print, and a mark of simulation goes across everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from app.identity import mrz, portrait, printed, qr
from app.identity.pictures.scene import (
    SIZE,
    Box,
    Cells,
    Code,
    Photo,
    Ring,
    Shape,
    Stamp,
    Text,
    Weight,
    clean,
    code,
    fitted,
    paragraph,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from app.identity.printed import Printed

Side = Literal["front", "back"]
SIDES: Final[tuple[Side, ...]] = ("front", "back")

MARK: Final = ("MẪU – DỮ LIỆU MÔ PHỎNG", "SPECIMEN – SIMULATED")
NO_EXPIRY: Final = "Không thời hạn"
_STAMP: Final = Stamp(310, MARK, 74, "#c62828", 0.26, 28)
#: On the back it goes between the code and the zone, which nothing may cover.
_STAMP_BACK: Final = Stamp(300, MARK, 66, "#c62828", 0.26, 6)
_RED: Final = "#b3261e"
_LABEL: Final = "#4a5560"
_INK: Final = "#15181c"
_PAPER: Final = {"2021": ("#e3efe9", "#c3dbd0"), "2024": ("#e7edf5", "#c6d5e8")}
_QR_2021, _QR_2024 = 184, 214  # pixels: 15.6 and 18 mm
_MRZ: Final = (55, 30, 46)  # left edge, pitch (2.54 mm) and leading
_HEADINGS: Final[tuple[tuple[str, int, Weight], ...]] = (
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 25, "Bold"),
    ("Độc lập – Tự do – Hạnh phúc", 21, "Semibold"),
    ("SOCIALIST REPUBLIC OF VIET NAM", 17, "Regular"),
    ("Independence – Freedom – Happiness", 16, "Regular"),
)
_TITLES: Final = {
    "2021": ("CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card"),
    "2024": ("CĂN CƯỚC", "IDENTITY CARD"),
}


def scene(card: Printed, side: Side) -> tuple[Shape, ...]:
    """Return what stands on one side of a card, the lowest first."""
    return tuple(_SIDES[card.form, side](card))


def _front_2021(card: Printed) -> Iterator[Shape]:
    yield from _paper(card)
    yield from _heading(card, centre=505)
    yield Photo(40, 218, 234, 312, _photo(card))
    yield from _stacked(40, 562, "Có giá trị đến / Date of expiry", _expiry(card), 20)
    yield from _line(300, 262, "Số / No.", card.number, 38)
    yield from _stacked(300, 300, "Họ và tên / Full name", card.full_name.upper(), 28, width=680)
    yield from _line(300, 376, "Ngày sinh / Date of birth", card.birth_date.vietnamese(), 24)
    yield from _line(300, 414, "Giới tính / Sex", qr.SEXES[card.sex], 24)
    yield from _line(610, 414, "Quốc tịch / Nationality", card.nationality, 24)
    yield from _stacked(300, 446, "Quê quán / Place of origin", card.origin, 22, width=680)
    yield from _stacked(
        300, 514, "Nơi thường trú / Place of residence", card.residence, 22, width=680, lines=3
    )
    yield _STAMP
    yield _code(card, SIZE[0] - _QR_2021 - 18, 18, _QR_2021)


def _back_2021(card: Printed) -> Iterator[Shape]:
    yield from _paper(card)
    yield from _stacked(
        40, 52, "Đặc điểm nhận dạng / Personal identification", card.marks, 24, width=560, lines=2
    )
    yield from _line(40, 158, "Ngày, tháng, năm / Date, month, year", _day(card.issued_on), 24)
    yield from _chip(60, 200)
    signer = "CỤC TRƯỞNG CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI"
    yield from paragraph(Text(250, 222, signer, 19, "Bold", _INK), 360, 2, 24)
    english = "DIRECTOR GENERAL OF THE POLICE DEPARTMENT FOR ADMINISTRATIVE MANAGEMENT OF SOCIAL"
    yield from paragraph(Text(250, 278, f"{english} ORDER", 14, "Regular", _LABEL), 360, 2, 18)
    yield Text(250, 352, "(không có chữ ký / not signed)", 17, "Regular", _LABEL)
    for x, finger, english in (
        (640, "Ngón trỏ trái", "Left index finger"),
        (820, "Ngón trỏ phải", "Right index finger"),
    ):
        yield Box(x, 40, 150, 190, "#f6f8f7", 12, "#9fb3a9")
        yield Text(x + 75, 140, "không thu nhận", 17, "Regular", _LABEL, "centre")
        yield Text(x + 75, 262, finger, 18, "Semibold", _INK, "centre")
        yield Text(x + 75, 286, english, 15, "Regular", _LABEL, "centre")
    yield _STAMP_BACK
    yield from _zone(card)


def _front_2024(card: Printed) -> Iterator[Shape]:
    yield from _paper(card)
    yield from _heading(card, centre=575)
    yield Box(40, 206, 246, 368, "#f4f7fb", 8, "#a9bdd6")
    if card.has_photo:
        yield Photo(43, 222, 240, 320, _photo(card))
    else:
        yield Text(163, 380, "dưới 6 tuổi", 22, "Regular", _LABEL, "centre")
        yield Text(163, 408, "no photo under 6", 17, "Regular", _LABEL, "centre")
    yield from _stacked(
        320, 240, "Số định danh cá nhân / Personal identification number", card.number, 40
    )
    yield from _stacked(
        320,
        340,
        "Họ, chữ đệm và tên khai sinh / Full name",
        card.full_name.upper(),
        30,
        width=660,
    )
    yield from _stacked(
        320, 430, "Ngày, tháng, năm sinh / Date of birth", card.birth_date.vietnamese(), 27
    )
    yield from _stacked(320, 520, "Giới tính / Sex", qr.SEXES[card.sex], 27)
    yield from _stacked(610, 520, "Quốc tịch / Nationality", card.nationality, 27)
    yield _STAMP


def _back_2024(card: Printed) -> Iterator[Shape]:
    yield from _paper(card)
    yield from _stacked(
        40, 50, "Nơi cư trú / Place of residence", card.residence, 23, width=690, lines=2
    )
    yield from _stacked(
        40,
        150,
        "Nơi đăng ký khai sinh / Place of birth registration",
        card.birth_registration_place,
        23,
        width=690,
        lines=2,
    )
    yield from _chip(60, 262)
    yield from _stacked(250, 282, "Ngày cấp / Date of issue", _day(card.issued_on), 23)
    yield from _stacked(250, 348, "Ngày hết hạn / Date of expiry", _expiry(card), 23)
    yield Text(630, 330, "BỘ CÔNG AN", 26, "Bold", _INK, "centre")
    yield Text(630, 356, "MINISTRY OF PUBLIC SECURITY", 15, "Regular", _LABEL, "centre")
    yield _STAMP_BACK
    yield _code(card, SIZE[0] - _QR_2024 - 24, 24, _QR_2024)
    yield from _zone(card)


_SIDES: Final = {
    ("2021", "front"): _front_2021,
    ("2021", "back"): _back_2021,
    ("2024", "front"): _front_2024,
    ("2024", "back"): _back_2024,
}


def _paper(card: Printed) -> Iterator[Shape]:
    paper, line = _PAPER[card.form]
    yield Box(0, 0, *SIZE, paper)
    for radius in range(40, 640, 24):
        yield Ring(760, 330, radius, line)
    yield Box(0, 0, *SIZE, "none", 36, "#8aa0a8")


def _heading(card: Printed, centre: int) -> Iterator[Shape]:
    yield Ring(110, 100, 64, _RED, 5)
    yield Text(110, 96, "MẪU", 34, "Bold", _RED, "centre")
    yield Text(110, 124, "không phải quốc huy", 11, "Regular", _RED, "centre")
    y = 46
    for text, size, weight in _HEADINGS:
        yield Text(centre, y, text, size, weight, _INK, "centre")
        y += size + 6
    title, english = _TITLES[card.form]
    yield Text(centre, 182, title, 42, "Bold", _RED, "centre")
    yield Text(centre, 208, english, 19, "Semibold", _RED, "centre")


def _line(x: int, y: int, label: str, value: str, size: int) -> Iterator[Shape]:
    """A label and its value on one line."""
    named = Text(x, y, f"{label}:", 19, "Regular", _LABEL)
    yield named
    yield Text(x + int(named.width) + 10, y, clean(value), size, "Semibold", _INK)


def _stacked(  # noqa: PLR0913 - where, what and how large: each is of every field
    x: int, y: int, label: str, value: str, size: int, *, width: int = 380, lines: int = 1
) -> Iterator[Shape]:
    """A label and its value below it."""
    yield fitted(Text(x, y, f"{label}:", 19, "Regular", _LABEL), max(width, 560))
    below = Text(x, y + size + 7, clean(value), size, "Semibold", _INK)
    yield from paragraph(below, width, lines, size + 6)


def _chip(x: int, y: int) -> Iterator[Shape]:
    yield Box(x, y, 150, 124, "#d9b75e", 16, "#8f7430")
    for step in (1, 2):
        yield Box(x, y + step * 41, 150, 2, "#8f7430")
        yield Box(x + step * 50, y, 2, 124, "#8f7430")
    yield Box(x + 50, y + 30, 52, 64, "#e4c873", 8, "#8f7430")


def _zone(card: Printed) -> Iterator[Shape]:
    left, pitch, leading = _MRZ
    top = SIZE[1] - 3 * leading - 44
    yield Box(0, top, SIZE[0], SIZE[1] - top, "#ffffff")
    for number, line in enumerate(mrz.td1(printed.document(card))):
        yield Cells(left, top + 52 + number * leading, line, 40, pitch)


def _code(card: Printed, x: int, y: int, side: int) -> Code:
    return code(qr.write(card), x, y, side)


def _photo(card: Printed) -> bytes:
    return portrait.jpeg(card.likeness, card.sex, card.age)


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _expiry(card: Printed) -> str:
    return NO_EXPIRY if card.expires_on is None else _day(card.expires_on)
