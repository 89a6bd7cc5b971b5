"""Documents: cards, eID accounts and numbers of every kind."""

from __future__ import annotations

from seed.personas.roles import (
    CHILD,
    HEAD,
    LEVEL_1,
    LEVEL_2,
    VALID,
    AccountRole,
    Ago,
    CardRole,
    Home,
    OldNumberRole,
    Persona,
    Role,
)

_CARD_EXPIRED = Role(
    "card-expired",
    12,
    ("Phan", "Thanh", "Tùng"),
    "M",
    Ago(25, 45),
    Persona(
        "card-expired",
        "Thẻ hết hạn khi tròn 25 tuổi, chưa đổi.",
        "A card that expired on the 25th birthday and was not replaced.",
        "start from 2024",
    ),
    birth_ward="19759",
    father="card-lost",
    cards=(CardRole(Ago(2, 300)),),
    account=LEVEL_2,
    phone=7,
)

_CARD_LOST = Role(
    "card-lost",
    13,
    ("Phan", "Văn", "Hòa"),
    "M",
    Ago(54, 10),
    Persona(
        "card-lost",
        "Đã báo mất thẻ, chưa được cấp lại.",
        "Has reported the card lost and has no new one yet.",
        "start from 2021-01-02",
    ),
    birth_ward="19759",
    marital_status="separated",
    spouse_name="Võ Thị Hạnh",
    married=Ago(27),
    cards=(CardRole(Ago(3, 80), "lost", Ago(0, 20)),),
    account=LEVEL_2,
    old_numbers=(OldNumberRole(9, Ago(22)),),
    phone=8,
)

_SUPERSEDED = Role(
    "superseded-number",
    14,
    ("Lý", "Quốc", "Bảo"),
    "M",
    Ago(29, 260),
    Persona(
        "superseded-number",
        "Số định danh cũ đã hủy vì sai năm sinh; số 990901 (sáu số cuối) dẫn đến người này.",
        "The former number was cancelled for a wrong birth year; it ends in 990901.",
    ),
    birth_ward="26740",
    superseded=(901, Ago(1, 90), "birth_year_corrected"),
    cards=(
        CardRole(Ago(3, 200), "superseded", Ago(1, 90)),
        CardRole(Ago(1, 80), reason="number_reestablished"),
    ),
    account=LEVEL_2,
    phone=9,
)

_SHARED_A = Role(
    "old-number-shared",
    15,
    ("Huỳnh", "Thị Kim", "Loan"),
    "F",
    Ago(49, 71),
    Persona(
        "old-number-shared",
        "Số CMND cũ trùng với một người khác (`old-number-shared-2`).",
        "An old 9-digit number that another person (`old-number-shared-2`) had, too.",
    ),
    birth_ward="26002",
    cards=VALID,
    account=LEVEL_2,
    old_numbers=(OldNumberRole(77, Ago(19)),),
    phone=10,
)

_SHARED_B = Role(
    "old-number-shared-2",
    16,
    ("Võ", "Hồng", "Phúc"),
    "M",
    Ago(48, 210),
    Persona(
        "old-number-shared-2",
        "Người thứ hai mang cùng số CMND cũ.",
        "The other person who had the same old 9-digit number.",
    ),
    birth_ward="26002",
    cards=VALID,
    account=LEVEL_1,
    old_numbers=(OldNumberRole(77, Ago(18)),),
    phone=11,
)

_OLD_SEVERAL = Role(
    "old-numbers-several",
    17,
    ("Ngô", "Đình", "Trọng"),
    "M",
    Ago(57, 44),
    Persona(
        "old-numbers-several",
        "Ba số CMND cũ do chuyển tỉnh hai lần.",
        "Three old 9-digit numbers after two moves between provinces.",
    ),
    birth_ward="17692",
    cards=VALID,
    account=LEVEL_2,
    old_numbers=(
        OldNumberRole(10, Ago(39)),
        OldNumberRole(11, Ago(27)),
        OldNumberRole(12, Ago(14)),
    ),
    phone=12,
)

_NUMBER_CONTRADICTS = Role(
    "number-contradicts",
    36,
    ("Châu", "Ngọc", "Diệp"),
    "F",
    Ago(31, 15),
    Persona(
        "number-contradicts",
        "Số định danh ghi giới tính nam: sai khi cấp, có ghi chú, chưa cấp lại.",
        "A number whose digit says male: wrong when given, noted, not yet re-established.",
    ),
    birth_ward="31135",
    number_of=(0, "M"),
    number_note="Sai giới tính khi xác lập số; đang chờ xác lập lại",
    cards=VALID,
    account=LEVEL_1,
    phone=22,
)

_LOCKED = Role(
    "account-locked",
    41,
    ("Nghiêm", "Xuân", "Trường"),
    "M",
    Ago(37, 37),
    Persona(
        "account-locked",
        "Tài khoản định danh bị khóa theo yêu cầu của chủ thể.",
        "An eID account that its holder has asked to lock.",
        "start from 2022-07-19",
    ),
    birth_ward="00025",
    cards=VALID,
    account=AccountRole(state="locked", since=Ago(0, 15)),
    phone=25,
)

_NO_CARD = Role(
    "no-card-14",
    42,
    ("Nghiêm", "Thu", "Trang"),
    "F",
    Ago(14, 25),
    Persona(
        "no-card-14",
        "Vừa đủ 14 tuổi, chưa làm thẻ.",
        "Turned 14 last month and has no card yet.",
    ),
    birth_ward="00025",
    father="account-locked",
)

_UNLIMITED = Role(
    "card-unlimited",
    43,
    ("Lâm", "Chí", "Kiệt"),
    "M",
    Ago(64, 64),
    Persona(
        "card-unlimited",
        "Người Hoa, thẻ không thời hạn (cấp sau 58 tuổi).",
        "Of the Hoa people; a card without expiry, issued after the age of 58.",
        "start from 2021-01-02",
    ),
    birth_ward="26002",
    ethnicity="04",
    cards=(CardRole(Ago(4, 30)),),
    account=LEVEL_2,
    old_numbers=(OldNumberRole(16, Ago(25)),),
    phone=26,
)

HOMES = (
    Home(6, "19759", "Số 3 Nguyễn Gia Thiều", ((_CARD_LOST, HEAD), (_CARD_EXPIRED, CHILD))),
    Home(7, "26740", "Số 22 Lê Thánh Tôn", ((_SUPERSEDED, HEAD),)),
    Home(8, "26002", "Số 101 khu phố 5", ((_SHARED_A, HEAD),)),
    Home(9, "26002", "Số 9 khu phố 7", ((_SHARED_B, HEAD),)),
    Home(10, "17692", "Xóm 2", ((_OLD_SEVERAL, HEAD),)),
    Home(24, "31135", "Số 18 Võ Văn Tần", ((_NUMBER_CONTRADICTS, HEAD),)),
    Home(28, "00025", "Số 6 Nguyễn Chí Thanh", ((_LOCKED, HEAD), (_NO_CARD, CHILD))),
    Home(29, "26002", "Số 55 khu phố 2", ((_UNLIMITED, HEAD),)),
)
