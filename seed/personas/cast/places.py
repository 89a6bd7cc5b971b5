"""Places and states: moves, divided wards, absences, and who is no longer here."""

from __future__ import annotations

from seed.personas.roles import (
    HEAD,
    LEVEL_1,
    LEVEL_2,
    VALID,
    AccountRole,
    Ago,
    Home,
    Persona,
    Role,
    Stay,
)

_MOVED = Role(
    "moved-last-month",
    28,
    ("Trịnh", "Đức", "Long"),
    "M",
    Ago(28, 222),
    Persona(
        "moved-last-month",
        "Vừa chuyển thường trú từ Nghệ An đến Bình Dương tháng trước.",
        "Moved his permanent residence from Nghệ An to Bình Dương last month.",
    ),
    birth_ward="17692",
    cards=VALID,
    account=LEVEL_2,
    stays=(Stay("permanent", "17692", "Xóm 4", Ago(20), Ago(0, 31)),),
    phone=18,
)

_DIVIDED = Role(
    "divided-ward",
    29,
    ("Dương", "Thị Ngọc", "Ánh"),
    "F",
    Ago(36, 18),
    Persona(
        "divided-ward",
        "Địa chỉ ở phường bị chia cho năm phường mới ngày 1/7/2025.",
        "An address in a ward that was divided among five new ones on 1 July 2025.",
        "start from 2025-07-01 to see the division",
    ),
    birth_ward="00634",
    cards=VALID,
    account=LEVEL_2,
    phone=19,
)

_MISSING = Role(
    "missing",
    30,
    ("Hồ", "Văn", "Biển"),
    "M",
    Ago(45, 250),
    Persona(
        "missing",
        "Người bị Tòa án tuyên bố mất tích.",
        "A person whom a court has declared missing.",
    ),
    birth_ward="20236",
    marital_status="married",
    state="missing",
    state_since=Ago(2, 30),
    spouse="missing-wife",
    married=Ago(18),
    cards=VALID,
    account=AccountRole(state="locked", since=Ago(1, 300)),
    stays=(Stay("permanent", "20236", "Số 2 Trần Quốc Toản", Ago(6), Ago(2, 30), "Mất tích"),),
)

_MISSING_WIFE = Role(
    "missing-wife",
    31,
    ("Mai", "Thị", "Thương"),
    "F",
    Ago(43, 100),
    birth_ward="20236",
    marital_status="married",
    spouse="missing",
    married=Ago(18),
    cards=VALID,
    account=LEVEL_2,
)

_EMIGRATED = Role(
    "emigrated",
    32,
    ("Cao", "Thùy", "Dương"),
    "F",
    Ago(33, 8),
    Persona(
        "emigrated",
        "Người đã xuất cảnh định cư ở nước ngoài.",
        "A person who has settled abroad.",
    ),
    birth_ward="26740",
    state="emigrated",
    state_since=Ago(1, 5),
    cards=VALID,
    stays=(Stay("permanent", "26740", "Số 9 Mạc Thị Bưởi", Ago(15), Ago(1, 5), "Xuất cảnh"),),
)

_UNDER_REVIEW = Role(
    "under-review",
    33,
    ("Tạ", "Quang", "Vinh"),
    "M",
    Ago(39, 60),
    Persona(
        "under-review",
        "Hồ sơ đang được xác minh lại.",
        "A record that is being examined again.",
    ),
    birth_ward="00061",
    state="under_review",
    state_since=Ago(0, 40),
    cards=VALID,
    account=AccountRole(state="locked", since=Ago(0, 40)),
    phone=20,
)

_TEMPORARY = Role(
    "temporary-resident",
    39,
    ("Lê", "Thị Thu", "Hà"),
    "F",
    Ago(21, 190),
    Persona(
        "temporary-resident",
        "Thường trú ở Huế, tạm trú ở TP Hồ Chí Minh, nơi ở hiện tại khác cả hai.",
        "Permanent in Huế, temporary in Hồ Chí Minh City, and living at a third address.",
    ),
    birth_ward="19759",
    cards=VALID,
    account=LEVEL_2,
    stays=(
        Stay("temporary", "27202", "Số 12/5 Thành Thái", Ago(2), None, "Đi học"),
        Stay("current", "26740", "Số 88 Đồng Khởi", Ago(0, 60)),
    ),
    phone=23,
)

_ABSENT = Role(
    "absent",
    40,
    ("Quách", "Văn", "Tài"),
    "M",
    Ago(46, 140),
    Persona(
        "absent",
        "Đã khai báo tạm vắng từ ba tháng trước.",
        "Declared a temporary absence three months ago.",
    ),
    birth_ward="05134",
    ethnicity="06",
    cards=VALID,
    account=LEVEL_1,
    stays=(Stay("absence", "25750", "Khu công nghiệp VSIP 1", Ago(0, 90), None, "Đi làm xa"),),
    phone=24,
)

HOMES = (
    Home(19, "25750", "Số 30 Bùi Quốc Khánh", ((_MOVED, HEAD),), Ago(0, 31)),
    Home(20, "00634", "Tổ dân phố 6", ((_DIVIDED, HEAD),)),
    Home(21, "20236", "Số 2 Trần Quốc Toản", ((_MISSING_WIFE, HEAD),)),
    Home(22, "00061", "Số 77 Mã Mây", ((_UNDER_REVIEW, HEAD),)),
    Home(26, "19759", "Số 11 Chi Lăng", ((_TEMPORARY, HEAD),)),
    Home(27, "05134", "Xóm Cốc", ((_ABSENT, HEAD),)),
)

#: Those who live in no household of this country any more.
AWAY = (_EMIGRATED, _MISSING)
