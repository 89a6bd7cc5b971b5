"""Families: ages, parents and children, marriages and their ends, guardians."""

from __future__ import annotations

from seed.personas.roles import (
    CHILD,
    HEAD,
    LEVEL_1,
    LEVEL_2,
    MOTHER,
    VALID,
    WIFE,
    YOUNG_KIN,
    AccountRole,
    Ago,
    CardRole,
    Home,
    OldNumberRole,
    Persona,
    Role,
    Stay,
)

_AN = Role(
    "adult-level-2",
    1,
    ("Nguyễn", "Văn", "An"),
    "M",
    Ago(35, 120),
    Persona(
        "adult-level-2",
        "Người lớn bình thường: thẻ còn hạn, định danh điện tử mức 2.",
        "An ordinary adult: a valid card and an eID account at level 2.",
        "start from 2022-07-19",
    ),
    birth_ward="00001",
    blood_type="O",
    marital_status="married",
    spouse="adult-level-1",
    married=Ago(9, 40),
    mother="grandmother",
    father_name="Nguyễn Văn Bình",
    cards=VALID,
    account=LEVEL_2,
    old_numbers=(OldNumberRole(1, Ago(18, 30)),),
    phone=1,
    email="an.nguyen@thu.invalid",
)

_BINH = Role(
    "adult-level-1",
    2,
    ("Trần", "Thị", "Bình"),
    "F",
    Ago(32, 200),
    Persona(
        "adult-level-1",
        "Người lớn chỉ có tài khoản định danh điện tử mức 1.",
        "An adult whose eID account is at level 1 only.",
        "start from 2022-07-19",
    ),
    birth_ward="17692",
    marital_status="married",
    spouse="adult-level-2",
    married=Ago(9, 40),
    father_name="Trần Văn Hải",
    mother_name="Phan Thị Lan",
    cards=VALID,
    account=LEVEL_1,
    phone=2,
)

_MINOR = Role(
    "minor-13",
    3,
    ("Nguyễn", "Minh", "Khôi"),
    "M",
    Ago(13, 180),
    Persona(
        "minor-13",
        "Trẻ em 13 tuổi: chưa bắt buộc có thẻ, làm thủ tục qua người đại diện.",
        "A child of 13: no card is required yet; a representative acts for it.",
    ),
    birth_ward="00001",
    father="adult-level-2",
    mother="adult-level-1",
)

_NEWBORN = Role(
    "newborn",
    4,
    ("Nguyễn", "Khánh", "Linh"),
    "F",
    Ago(0, 12),
    Persona(
        "newborn",
        "Trẻ sơ sinh 12 ngày tuổi, vừa được đăng ký khai sinh.",
        "A child of 12 days whose birth has just been registered.",
    ),
    birth_ward="00001",
    father="adult-level-2",
    mother="adult-level-1",
)

_GRANDMOTHER = Role(
    "grandmother",
    7,
    ("Đỗ", "Thị", "Sen"),
    "F",
    Ago(63, 20),
    birth_ward="00001",
    marital_status="widowed",
    cards=(CardRole(Ago(4, 200)),),
    old_numbers=(OldNumberRole(5, Ago(28)),),
)

_WIDOWED = Role(
    "widowed",
    5,
    ("Lê", "Thị", "Mận"),
    "F",
    Ago(66, 15),
    Persona(
        "widowed",
        "Người góa chồng; chồng là nhân vật `deceased`.",
        "A widow; her husband is the persona `deceased`.",
    ),
    birth_ward="00001",
    marital_status="widowed",
    spouse="deceased",
    married=Ago(44, 10),
    marriage_ended=(Ago(1, 20), "death"),
    cards=(CardRole(Ago(4, 10)),),
    account=LEVEL_2,
    old_numbers=(OldNumberRole(2, Ago(30)), OldNumberRole(3, Ago(12))),
    phone=3,
)

_DECEASED = Role(
    "deceased",
    6,
    ("Phạm", "Văn", "Quý"),
    "M",
    Ago(69, 300),
    Persona(
        "deceased",
        "Người đã chết: mọi xác thực phải nhận ra điều đó.",
        "A person who has died: every verification has to notice.",
    ),
    birth_ward="00001",
    marital_status="married",
    state="dead",
    state_since=Ago(1, 20),
    spouse="widowed",
    married=Ago(44, 10),
    marriage_ended=(Ago(1, 20), "death"),
    cards=(CardRole(Ago(4, 10), state="revoked", since=Ago(1, 18)),),
    account=AccountRole(state="closed", since=Ago(1, 18)),
    old_numbers=(OldNumberRole(4, Ago(31)),),
    stays=(Stay("permanent", "00001", "Số 8 phố Phúc Xá", Ago(30), Ago(1, 20), "Đã chết"),),
)

_CENTENARIAN = Role(
    "centenarian",
    8,
    ("Vũ", "Thị", "Tý"),
    "F",
    Ago(101),
    Persona(
        "centenarian",
        "Cụ hơn 100 tuổi, chỉ biết năm sinh; thẻ không thời hạn.",
        "Over 100 years old with only a birth year on record; a card without expiry.",
        "start from 2021-01-02",
    ),
    precision="year",
    birth_ward="02323",
    marital_status="widowed",
    cards=(CardRole(Ago(4, 60)),),
    old_numbers=(OldNumberRole(6, Ago(40)),),
)

_MONTH_ONLY = Role(
    "birth-month-only",
    9,
    ("Vũ", "Văn", "Sửu"),
    "M",
    Ago(72, 100),
    Persona(
        "birth-month-only",
        "Người chỉ có tháng và năm sinh.",
        "A person with only month and year of birth on record.",
    ),
    precision="month",
    birth_ward="02323",
    mother="centenarian",
    cards=(CardRole(Ago(4, 60)),),
    account=LEVEL_1,
    old_numbers=(OldNumberRole(7, Ago(35)),),
    phone=4,
)

_NO_ACCOUNT = Role(
    "no-account",
    10,
    ("Hoàng", "Văn", "Dũng"),
    "M",
    Ago(52, 90),
    Persona(
        "no-account",
        "Người có thẻ nhưng chưa có tài khoản định danh điện tử.",
        "An adult with a card and no eID account.",
        "start from 2021-01-02",
    ),
    birth_ward="20236",
    marital_status="divorced",
    spouse="divorced",
    married=Ago(25),
    marriage_ended=(Ago(3, 60), "divorce"),
    cards=(CardRole(Ago(3, 250)),),
    old_numbers=(OldNumberRole(8, Ago(20)),),
    phone=5,
)

_DIVORCED = Role(
    "divorced",
    11,
    ("Bùi", "Thị", "Hạnh"),
    "F",
    Ago(47, 33),
    Persona(
        "divorced",
        "Người đã ly hôn; trong QCVN 109 cùng mã với người góa.",
        "A divorced person; QCVN 109 has one code for her and for a widow.",
    ),
    birth_ward="20236",
    marital_status="divorced",
    spouse="no-account",
    married=Ago(25),
    marriage_ended=(Ago(3, 60), "divorce"),
    cards=VALID,
    account=LEVEL_2,
    phone=6,
)

_TWIN_A = Role(
    "twin-a",
    18,
    ("Đặng", "Gia", "Hân"),
    "F",
    Ago(16, 75),
    Persona(
        "twin-a",
        "Chị sinh đôi: cùng họ, đệm, ngày sinh, địa chỉ với `twin-b`.",
        "A twin: surname, middle name, birth date and address are those of `twin-b`.",
    ),
    birth_ward="26740",
    father="twins-father",
    cards=(CardRole(Ago(1, 200)),),
    account=LEVEL_1,
)

_TWIN_B = Role(
    "twin-b",
    19,
    ("Đặng", "Gia", "Hương"),
    "F",
    Ago(16, 75),
    Persona("twin-b", "Em sinh đôi của `twin-a`.", "The twin of `twin-a`."),
    birth_ward="26740",
    father="twins-father",
    cards=(CardRole(Ago(1, 200)),),
    account=LEVEL_1,
)

_TWINS_FATHER = Role(
    "twins-father",
    20,
    ("Đặng", "Hữu", "Nghĩa"),
    "M",
    Ago(44, 9),
    birth_ward="26740",
    cards=VALID,
    account=LEVEL_2,
)

_GUARDIAN = Role(
    "guardian",
    34,
    ("Đinh", "Thị", "Nga"),
    "F",
    Ago(50, 20),
    Persona(
        "guardian",
        "Người giám hộ của `ward` (cháu mồ côi).",
        "Guardian of `ward`, her orphaned nephew.",
    ),
    birth_ward="05134",
    ethnicity="06",
    cards=VALID,
    account=LEVEL_2,
    old_numbers=(OldNumberRole(15, Ago(21)),),
    phone=21,
)

_WARD = Role(
    "ward",
    35,
    ("Đinh", "Công", "Minh"),
    "M",
    Ago(9, 100),
    Persona(
        "ward",
        "Trẻ mồ côi có người giám hộ (`guardian`).",
        "An orphan with a guardian (`guardian`).",
    ),
    birth_ward="05134",
    ethnicity="06",
    father_name="Đinh Công Thịnh",
    mother_name="Bùi Thị Hoa",
    guardian="guardian",
)

_MOTHERS_NAME = Role(
    "mothers-surname",
    37,
    ("Lương", "Bảo", "Ngọc"),
    "F",
    Ago(7, 12),
    Persona(
        "mothers-surname",
        "Mang họ mẹ: chưa xác định được cha.",
        "Bears the mother's surname: the father is not determined.",
    ),
    birth_ward="31135",
    mother="mother-alone",
    surname_note="Họ theo mẹ: chưa xác định được cha",
)

_MOTHER_ALONE = Role(
    "mother-alone",
    38,
    ("Lương", "Thị", "Thảo"),
    "F",
    Ago(34, 90),
    birth_ward="31135",
    cards=VALID,
    account=LEVEL_2,
)

HOMES = (
    Home(
        1,
        "00001",
        "Số 15 ngõ 3 phố Nghĩa Dũng",
        ((_AN, HEAD), (_BINH, WIFE), (_MINOR, CHILD), (_NEWBORN, CHILD), (_GRANDMOTHER, MOTHER)),
    ),
    Home(2, "00001", "Số 8 phố Phúc Xá", ((_WIDOWED, HEAD),)),
    Home(3, "02323", "Thôn Bản Ho", ((_MONTH_ONLY, HEAD), (_CENTENARIAN, MOTHER))),
    Home(4, "20236", "Số 41 Hoàng Diệu", ((_NO_ACCOUNT, HEAD),)),
    Home(5, "20236", "Số 7 Lê Hồng Phong", ((_DIVORCED, HEAD),)),
    Home(
        11,
        "26740",
        "Số 5 Thái Văn Lung",
        ((_TWINS_FATHER, HEAD), (_TWIN_A, CHILD), (_TWIN_B, CHILD)),
    ),
    Home(23, "05134", "Xóm Ngòi", ((_GUARDIAN, HEAD), (_WARD, YOUNG_KIN))),
    Home(25, "31135", "Số 4 Ngô Quyền", ((_MOTHER_ALONE, HEAD), (_MOTHERS_NAME, CHILD))),
)

#: Those who live in no household of this country any more.
AWAY = (_DECEASED,)
