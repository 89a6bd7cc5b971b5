"""Peoples and origins: names as they are formed, and people born elsewhere."""

from __future__ import annotations

from seed.personas.roles import (
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

_DOUBLE = Role(
    "double-surname",
    21,
    ("Tôn Nữ", "Đan", "Đoan"),
    "F",
    Ago(38, 5),
    Persona(
        "double-surname",
        "Họ kép và chữ đ: Tôn Nữ Đan Đoan.",
        "A double surname and the letter đ: Tôn Nữ Đan Đoan.",
    ),
    birth_ward="19759",
    father_name="Tôn Thất Đính",
    cards=VALID,
    account=LEVEL_2,
    phone=13,
)

_E_DE = Role(
    "ethnic-e-de",
    22,
    ("Niê", "", "H'Hoa"),
    "F",
    Ago(27, 130),
    Persona(
        "ethnic-e-de",
        "Tên Ê Đê: họ theo dòng mẹ, viết sau cùng (H'Hoa Niê).",
        "An Ê Đê name: the mother's clan, written last (H'Hoa Niê).",
    ),
    name_order="family_last",
    birth_ward="24493",
    ethnicity="12",
    religion="05",
    mother_name="H'Blum Niê",
    father_name="Y Wang Mlô",
    cards=VALID,
    account=LEVEL_2,
    phone=14,
)

_CO_HO = Role(
    "ethnic-no-surname",
    23,
    ("", "", "K'Brêm"),
    "M",
    Ago(41, 77),
    Persona(
        "ethnic-no-surname",
        "Tên không có họ, có dấu nháy: K'Brêm (Cơ Ho).",
        "A name without a surname and with an apostrophe: K'Brêm (Cơ Ho).",
    ),
    name_order="given_only",
    birth_ward="25069",
    ethnicity="16",
    cards=VALID,
    account=LEVEL_1,
    old_numbers=(OldNumberRole(13, Ago(15)),),
    phone=15,
)

_MONG = Role(
    "ethnic-mong",
    24,
    ("Giàng", "A", "Páo"),
    "M",
    Ago(30, 310),
    Persona(
        "ethnic-mong",
        "Tên Mông, ở vùng cao; thẻ cấp lần đầu, chưa kích hoạt tài khoản.",
        "A Mông name; the account's file was collected and never activated.",
        "start from 2022-07-19",
    ),
    birth_ward="00835",
    ethnicity="08",
    cards=(CardRole(Ago(2, 150)),),
    account=AccountRole(level=2, state="collected", activated=None),
)

_KHMER = Role(
    "ethnic-khmer",
    25,
    ("Thạch", "", "Sa Rết"),
    "M",
    Ago(59, 66),
    Persona(
        "ethnic-khmer",
        "Tên Khmer, chỉ có năm sinh trên hồ sơ.",
        "A Khmer name with only a birth year on record.",
    ),
    precision="year",
    birth_ward="29482",
    ethnicity="05",
    religion="01",
    marital_status="widowed",
    cards=VALID,
    account=LEVEL_1,
    old_numbers=(OldNumberRole(14, Ago(33)),),
    phone=16,
)

_OTHER_NAME = Role(
    "other-name",
    44,
    ("Đàng", "Năng", "Thành"),
    "M",
    Ago(55, 5),
    Persona(
        "other-name",
        "Người Chăm có tên gọi khác; tôn giáo là dữ liệu nhạy cảm.",
        "A Cham with another name in use; his religion is sensitive data.",
    ),
    other_name="Ja Thành",
    birth_ward="22879",
    ethnicity="17",
    religion="04",
    cards=VALID,
    account=LEVEL_2,
    old_numbers=(OldNumberRole(17, Ago(22)),),
    phone=27,
)

_FOREIGN_BORN = Role(
    "foreign-born",
    26,
    ("Lê", "Minh", "Anh"),
    "F",
    Ago(24, 140),
    Persona(
        "foreign-born",
        "Công dân sinh ở nước ngoài (Praha), đăng ký khai sinh tại Việt Nam; hai quốc tịch.",
        "A citizen born abroad (Prague), registered in Vietnam; two nationalities.",
    ),
    birth_country="CZ",
    birth_place="Praha",
    second_nationality="CZ",
    cards=VALID,
    account=LEVEL_2,
    phone=17,
)

_UNDETERMINED = Role(
    "nationality-undetermined",
    27,
    ("Sok", "", "Vanna"),
    "F",
    Ago(43, 12),
    Persona(
        "nationality-undetermined",
        "Người gốc Việt Nam chưa xác định được quốc tịch: không có thẻ căn cước.",
        "Of Vietnamese origin, nationality not determined: no identity card.",
    ),
    birth_country="KH",
    birth_place="Phnôm Pênh",
    ethnicity="01",
    nationality="XX",
)

HOMES = (
    Home(12, "19759", "Số 60 Bạch Đằng", ((_DOUBLE, HEAD),)),
    Home(13, "24493", "Buôn Kplang", ((_E_DE, HEAD),)),
    Home(14, "25069", "Thôn 2", ((_CO_HO, HEAD),)),
    Home(15, "00835", "Thôn Bản Rào", ((_MONG, HEAD),)),
    Home(16, "29482", "Ấp Trà Cú A", ((_KHMER, HEAD),)),
    Home(17, "00061", "Số 14 Hàng Bạc", ((_FOREIGN_BORN, HEAD),)),
    Home(18, "30505", "Khóm 1", ((_UNDETERMINED, HEAD),)),
    Home(30, "22879", "Thôn Hiếu Lễ", ((_OTHER_NAME, HEAD),)),
)
