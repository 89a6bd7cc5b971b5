"""Cards: one of each form, in each state, and one for each thing a chip reader has to notice."""

from __future__ import annotations

from typing import Any

from seed.personas.roles import (
    CHILD,
    HEAD,
    LEVEL_2,
    Ago,
    CardRole,
    Home,
    Persona,
    Role,
)

#: Chip cards are issued from 2021 on, those of the form of 2024 from July of that year.
_CHIPS, _FORM_2024 = "start from 2021-01-02", "start from 2024-07-02"
_THREE_YEARS_AGO = Ago(3, 120)


def _holder(serial: int, name: tuple[str, str, str], persona: Persona, **facts: Any) -> Role:
    """Return somebody in the prime of life, whose card alone is remarkable."""
    return Role(
        persona.name,
        serial,
        name,
        facts.pop("sex", "M"),
        facts.pop("born", Ago(33, serial)),
        persona,
        birth_ward=facts.pop("birth_ward", "26740"),
        phone=facts.pop("phone", serial),
        **facts,
    )


def _card_of(state: str, days: int, **more: str) -> tuple[CardRole, ...]:
    """Return a card that came into that state so many days before the start."""
    return (CardRole(_THREE_YEARS_AGO, state, Ago(0, days), **more),)


def _made_to_be(variant: str) -> tuple[CardRole, ...]:
    return (CardRole(_THREE_YEARS_AGO, variant=variant),)


_GENUINE = _holder(
    50,
    ("Đoàn", "Thị Bích", "Ngọc"),
    Persona(
        "chip-genuine",
        "Thẻ căn cước mẫu 2024, chip thật; đọc với CAN sai thì không mở được.",
        "A genuine card of the form of 2024; with a wrong CAN its chip stays closed.",
        _FORM_2024,
    ),
    sex="F",
    cards=(CardRole(Ago(1, 20), form="2024"),),
    account=LEVEL_2,
)

_FORM_2021 = _holder(
    51,
    ("Mai", "Đức", "Thắng"),
    Persona(
        "card-2021",
        "Thẻ CCCD gắn chip mẫu 2021, còn hạn.",
        "A card of the form of 2021 that is still good.",
        _CHIPS,
    ),
    cards=(CardRole(Ago(3, 200), form="2021"),),
    account=LEVEL_2,
)

_CLONED = _holder(
    52,
    ("Tạ", "Minh", "Quân"),
    Persona(
        "chip-cloned",
        "Chip sao chép: dữ liệu và chữ ký đúng, không chứng minh được khóa của chip.",
        "A cloned chip: data and signature are right, but it does not have the chip's keys.",
        _CHIPS,
    ),
    cards=_made_to_be("cloned"),
)

_TAMPERED = _holder(
    53,
    ("Tạ", "Thùy", "Dương"),
    Persona(
        "chip-tampered",
        "Một nhóm dữ liệu trên chip bị sửa: không khớp giá trị băm đã ký.",
        "A data group on the chip was changed: it does not fit the signed hash.",
        _CHIPS,
    ),
    sex="F",
    cards=_made_to_be("tampered"),
)

_UNTRUSTED = _holder(
    54,
    ("Quách", "Gia", "Huy"),
    Persona(
        "chip-untrusted-signer",
        "Chip ký bởi chứng thư không thuộc CSCA Việt Nam mô phỏng.",
        "A chip signed under another authority than the simulated Vietnamese one.",
        _CHIPS,
    ),
    cards=_made_to_be("untrusted_signer"),
)

_REVOKED_SIGNER = _holder(
    55,
    ("Quách", "Tuệ", "Mẫn"),
    Persona(
        "chip-revoked-signer",
        "Chip ký bởi chứng thư đã bị thu hồi (có trong CRL).",
        "A chip whose signer's certificate was revoked: it stands in the CRL.",
        _CHIPS,
    ),
    sex="F",
    cards=_made_to_be("revoked_signer"),
)

_HELD = _holder(
    56,
    ("Lương", "Bá", "Khải"),
    Persona(
        "card-held",
        "Thẻ đang bị tạm giữ (chủ thẻ đang bị tạm giam).",
        "A card that is held while its holder is in detention.",
        _CHIPS,
    ),
    cards=_card_of("held", 45),
    account=LEVEL_2,
)

_REPLACED = _holder(
    57,
    ("Kiều", "Lan", "Hương"),
    Persona(
        "card-superseded",
        "Đã đổi thẻ hai tháng trước: thẻ cũ chưa hết hạn nhưng không còn giá trị.",
        "Had the card changed two months ago: the old one has not expired, and is not good.",
        "start from 2021-03-03",
    ),
    sex="F",
    cards=(
        *_card_of("superseded", 60),
        CardRole(Ago(0, 60), reason="residence_reprinted"),
    ),
    account=LEVEL_2,
)

_DAMAGED = _holder(
    58,
    ("Triệu", "Văn", "Sơn"),
    Persona(
        "card-damaged",
        "Thẻ hỏng không sử dụng được, chưa được cấp lại.",
        "A card that was damaged beyond use, and has not been replaced.",
        _CHIPS,
    ),
    cards=_card_of("damaged", 10),
)

_WITHDRAWN = _holder(
    59,
    ("Thạch", "Hữu", "Nghĩa"),
    Persona(
        "card-revoked",
        "Thẻ đã bị thu hồi vì cấp sai quy định.",
        "A card that was revoked because it had been issued in error.",
        _CHIPS,
    ),
    cards=_card_of("revoked", 90),
)

_INFANT = _holder(
    60,
    ("Bùi", "Gia", "Bảo"),
    Persona(
        "card-under-6",
        "Trẻ 5 tuổi có thẻ căn cước: không có ảnh, không thu nhận sinh trắc học.",
        "A child of 5 with a card: no photograph, no biometrics.",
        _FORM_2024,
    ),
    born=Ago(5, 40),
    mother="chip-genuine",
    cards=(CardRole(Ago(0, 200), form="2024"),),
    phone=None,
)

_PUPIL = _holder(
    61,
    ("Bùi", "Gia", "Hân"),
    Persona(
        "card-under-14",
        "Trẻ 9 tuổi có thẻ căn cước, có giá trị đến 14 tuổi.",
        "A child of 9 with a card that is good until the 14th birthday.",
        _FORM_2024,
    ),
    sex="F",
    born=Ago(9, 100),
    mother="chip-genuine",
    cards=(CardRole(Ago(0, 200), form="2024"),),
    phone=None,
)

_WAITING = _holder(
    62,
    ("Kiều", "Nhật", "Minh"),
    Persona(
        "card-requested",
        "Vừa đủ 14 tuổi, đã nộp hồ sơ và thu nhận sinh trắc học, chưa có thẻ.",
        "Turned 14 last month; has asked for the first card, which is not made yet.",
        _CHIPS,
    ),
    born=Ago(14, 30),
    mother="card-superseded",
    cards=(CardRole(None, "taken_biometrics", Ago(0, 2)),),
    phone=None,
)

HOMES = (
    Home(
        50,
        "26740",
        "Số 12 Thái Văn Lung",
        ((_GENUINE, HEAD), (_PUPIL, CHILD), (_INFANT, CHILD)),
    ),
    Home(51, "00061", "Số 3 Hàng Bè", ((_FORM_2021, HEAD),)),
    Home(52, "19759", "Số 21 Nguyễn Gia Thiều", ((_CLONED, HEAD),)),
    Home(53, "19759", "Số 23 Nguyễn Gia Thiều", ((_TAMPERED, HEAD),)),
    Home(54, "20236", "Số 15 Hoàng Diệu", ((_UNTRUSTED, HEAD),)),
    Home(55, "20236", "Số 17 Hoàng Diệu", ((_REVOKED_SIGNER, HEAD),)),
    Home(56, "31135", "Số 40 Ngô Quyền", ((_HELD, HEAD),)),
    Home(57, "00025", "Số 9 Nguyễn Chí Thanh", ((_REPLACED, HEAD), (_WAITING, CHILD))),
    Home(58, "05134", "Xóm Mới", ((_DAMAGED, HEAD),)),
    Home(59, "29482", "Ấp Trà Cú B", ((_WITHDRAWN, HEAD),)),
)
