"""eID accounts and telephones: who is refused one and why, a foreigner, a representative."""

from __future__ import annotations

from seed.personas.roles import (
    CHILD,
    HEAD,
    LEVEL_2,
    VALID,
    AccountRole,
    Ago,
    CardRole,
    Home,
    Persona,
    Role,
)

#: The first accounts; the law by which children of 6 to 13 have them, with cards of the new form.
_ACCOUNTS, _DECREE_69 = "start from 2022-10-20", "start from 2024-07-02"

_NOT_OWN_NAME = Role(
    "phone-not-own-name",
    70,
    ("Cao", "Thị", "Thắm"),
    "F",
    Ago(27, 70),
    Persona(
        "phone-not-own-name",
        "Có thẻ, chưa có tài khoản; số điện thoại đang dùng đứng tên người khác.",
        "Has a card and no account; the telephone number in use is in another's name.",
        _ACCOUNTS,
    ),
    birth_ward="26740",
    cards=VALID,
    phone=70,
)

_BOUND = Role(
    "phone-bound",
    71,
    ("Cao", "Văn", "Lực"),
    "M",
    Ago(31, 71),
    Persona(
        "phone-bound",
        "Có thẻ, chưa có tài khoản; số điện thoại chính chủ còn gắn với tài khoản của người khác.",
        "Has a card and no account; the own number still belongs to another's account.",
        _ACCOUNTS,
    ),
    birth_ward="26740",
    cards=VALID,
    phone=71,
)

#: Had the number of `phone-bound` before.
_FORMER = Role(
    "former-subscriber",
    72,
    ("Cao", "Xuân", "Mai"),
    "F",
    Ago(36, 72),
    birth_ward="26740",
    cards=VALID,
    account=AccountRole(phone=71),
)

_COLLECTED = Role(
    "account-collected",
    73,
    ("Lương", "Gia", "Bách"),
    "M",
    Ago(24, 173),
    Persona(
        "account-collected",
        "Tài khoản vừa được duyệt ba ngày trước, chưa kích hoạt (còn trong bảy ngày).",
        "An account granted three days ago and not activated yet: seven days are given.",
        _ACCOUNTS,
    ),
    birth_ward="00025",
    cards=VALID,
    account=AccountRole(state="collected", collected=Ago(0, 3), activated=None),
    phone=73,
)

_REPRESENTATIVE = Role(
    "legal-representative",
    74,
    ("Lương", "Thị Thu", "Hà"),
    "F",
    Ago(43, 74),
    Persona(
        "legal-representative",
        "Người đại diện theo pháp luật của ba tổ chức (một đã giải thể); mẹ của `child-10`.",
        "Legal representative of three organisations (one dissolved); mother of `child-10`.",
        _ACCOUNTS,
    ),
    birth_ward="00025",
    cards=VALID,
    account=LEVEL_2,
    phone=74,
)

_CHILD = Role(
    "child-10",
    75,
    ("Lương", "Bảo", "Anh"),
    "F",
    Ago(10, 75),
    Persona(
        "child-10",
        "Trẻ em 10 tuổi đã có thẻ, chưa có tài khoản: đăng ký qua mẹ.",
        "A child of 10 with a card and no account: the mother registers her.",
        _DECREE_69,
    ),
    birth_ward="00025",
    mother="legal-representative",
    surname_note="Theo họ mẹ: khai sinh chưa xác định cha",
    cards=(CardRole(Ago(0, 200), form="2024"),),
)

_FOREIGNER = Role(
    "foreigner",
    76,
    ("Kim", "Min", "Jun"),
    "M",
    Ago(34, 76),
    Persona(
        "foreigner",
        "Người nước ngoài (Hàn Quốc) có thẻ tạm trú còn hạn, chưa có tài khoản.",
        "A foreigner (Korea) with a temporary residence card in force and no account.",
        _DECREE_69,
    ),
    birth_country="KR",
    birth_place="Busan, Hàn Quốc",
    origin_country="KR",
    nationality="KR",
    phone=76,
)

_PERMIT_EXPIRED = Role(
    "foreigner-permit-expired",
    77,
    ("Kim", "Seo", "Yeon"),
    "F",
    Ago(29, 77),
    Persona(
        "foreigner-permit-expired",
        "Người nước ngoài có tài khoản mức 2; thẻ tạm trú đã hết hạn 15 ngày.",
        "A foreigner with an account of level 2, whose residence card ran out 15 days ago.",
        _ACCOUNTS,
    ),
    birth_country="KR",
    birth_place="Busan, Hàn Quốc",
    origin_country="KR",
    nationality="KR",
    account=LEVEL_2,
    phone=77,
)

HOMES = (
    Home(70, "26740", "Số 40 Ngô Đức Kế", ((_NOT_OWN_NAME, HEAD),)),
    Home(71, "26740", "Số 42 Ngô Đức Kế", ((_BOUND, HEAD),)),
    Home(72, "26740", "Số 44 Ngô Đức Kế", ((_FORMER, HEAD),)),
    Home(73, "00025", "Số 21 Phan Huy Ích", ((_COLLECTED, HEAD),)),
    Home(74, "00025", "Số 23 Phan Huy Ích", ((_REPRESENTATIVE, HEAD), (_CHILD, CHILD))),
    Home(75, "26740", "Số 2 Thái Văn Lung", ((_FOREIGNER, HEAD),)),
    Home(76, "26740", "Số 4 Thái Văn Lung", ((_PERMIT_EXPIRED, HEAD),)),
)
