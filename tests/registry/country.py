"""A country of a few streets, written by hand, so that every test knows what is on record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import insert

from app.matching.addresses import address_key
from app.matching.names import join, name_key, split
from app.registry import models as m

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TODAY = dt.date(2026, 1, 1)
#: The houses of An's household and of Dũng's.
HANG_BUN, DOI_CAN = "00004000012", "00007000008"
LEGACY_ENDS = dt.date(2025, 7, 1)

# code, name, short name, type; legacy wards with their district, communes with their province
PROVINCES = {
    "2004": [
        ("01", "Thành phố Hà Nội", "Hà Nội"),
        ("36", "Tỉnh Nam Định", "Nam Định"),
        ("79", "Thành phố Hồ Chí Minh", "Hồ Chí Minh"),
        ("31", "Thành phố Hải Phòng", "Hải Phòng"),
    ],
    "2025": [
        ("01", "Thành phố Hà Nội", "Hà Nội"),
        ("37", "Tỉnh Ninh Bình", "Ninh Bình"),
        ("79", "Thành phố Hồ Chí Minh", "Hồ Chí Minh"),
        ("31", "Thành phố Hải Phòng", "Hải Phòng"),
    ],
}
DISTRICTS = [
    ("001", "Quận Ba Đình", "Ba Đình", "01"),
    ("356", "Thành phố Nam Định", "Nam Định", "36"),
    ("760", "Quận 1", "1", "79"),
    ("318", "Huyện Bạch Long Vĩ", "Bạch Long Vĩ", "31"),  # an island without wards
]
WARDS = [
    ("00001", "Phường Phúc Xá", "Phúc Xá", "001"),
    ("00004", "Phường Trúc Bạch", "Trúc Bạch", "001"),
    ("00006", "Phường Vĩnh Phúc", "Vĩnh Phúc", "001"),
    ("00007", "Phường Cống Vị", "Cống Vị", "001"),
    ("13636", "Phường Vị Xuyên", "Vị Xuyên", "356"),
    ("26740", "Phường Bến Nghé", "Bến Nghé", "760"),
]
COMMUNES = [
    ("00004", "Phường Ba Đình", "Ba Đình", "01"),
    ("00008", "Phường Ngọc Hà", "Ngọc Hà", "01"),
    ("00025", "Phường Giảng Võ", "Giảng Võ", "01"),
    ("00097", "Phường Hồng Hà", "Hồng Hà", "01"),
    ("13669", "Phường Nam Định", "Nam Định", "37"),
    ("26740", "Phường Sài Gòn", "Sài Gòn", "79"),
    ("11948", "Đặc khu Bạch Long Vĩ", "Bạch Long Vĩ", "31"),
]
SUCCESSIONS = [
    (300001, 1300097, "whole"),
    (300004, 1300004, "whole"),
    (300006, 1300008, "whole"),
    (300007, 1300008, "part_main"),  # Cống Vị was divided
    (300007, 1300025, "part"),
    (313636, 1313669, "whole"),
    (326740, 1326740, "whole"),
    (200318, 1311948, "whole"),
]
ETHNICITIES = [("01", "Kinh"), ("02", "Tày"), ("08", "HMông"), ("12", "Ê-đê"), ("99", "Không rõ")]
RELIGIONS = [("00", "Không"), ("1", "Phật Giáo"), ("2", "Công Giáo")]
RELATIONSHIPS = [
    ("01", "Chủ hộ"),
    ("02", "Vợ"),
    ("03", "Chồng"),
    ("04", "Con đẻ"),
    ("05", "Con nuôi"),
    ("06", "Cha đẻ"),
    ("07", "Mẹ đẻ"),
    ("09", "Bà"),
    ("10", "Anh ruột"),
    ("11", "Chị ruột"),
    ("12", "Em ruột"),
    ("13", "Cháu"),
    ("14", "Con dâu"),
    ("16", "Cha, mẹ vợ hoặc chồng"),
    ("17", "Ở nhờ, ở thuê"),
    ("99", "Khác"),
]

TRUC_BACH, VINH_PHUC, CONG_VI = 300004, 300006, 300007
VI_XUYEN, BEN_NGHE, BACH_LONG_VI = 313636, 326740, 200318
BA_DINH, NGOC_HA, GIANG_VO, SAI_GON = 1300004, 1300008, 1300025, 1326740


def unit_rows() -> list[dict[str, object]]:
    """All units as rows, those above before those below."""
    rows: list[dict[str, object]] = []

    def add(era: str, code: str, name: str, short: str, parent: int | None) -> None:
        tier = {2: 1, 3: 2, 5: 3}[len(code)]
        unit_id = (1_000_000 if era == "2025" else 0) + tier * 100_000 + int(code)
        above = {row["id"]: row for row in rows}
        rows.append(
            {
                "id": unit_id,
                "era": era,
                "tier": tier,
                "code": code,
                "name": name,
                "short_name": short,
                "type": name.removesuffix(short).strip(),
                "parent_id": parent,
                "province_id": above[parent]["province_id"] if parent else unit_id,
                "valid_from": dt.date(2004, 7, 8) if era == "2004" else LEGACY_ENDS,
                "valid_to": LEGACY_ENDS if era == "2004" else None,
                "latitude": 21.0,
                "longitude": 105.8,
            }
        )

    for era, provinces in PROVINCES.items():
        for code, name, short in provinces:
            add(era, code, name, short, None)
    for code, name, short, province in DISTRICTS:
        add("2004", code, name, short, 100_000 + int(province))
    for code, name, short, district in WARDS:
        add("2004", code, name, short, 200_000 + int(district))
    for code, name, short, province in COMMUNES:
        add("2025", code, name, short, 1_100_000 + int(province))
    return rows


def add_reference(session: Session) -> None:
    """Fill the reference tables."""
    session.execute(insert(m.Unit), unit_rows())
    session.execute(
        insert(m.UnitSuccession),
        [
            {"legacy_unit_id": legacy, "unit_id": unit, "relation": relation}
            for legacy, unit, relation in SUCCESSIONS
        ],
    )
    for table, rows in ((m.Ethnicity, ETHNICITIES), (m.Religion, RELIGIONS)):
        session.execute(
            insert(table),
            [{"code": c, "name": n, "other_names": "", "source": "test"} for c, n in rows],
        )
    session.execute(
        insert(m.Relationship),
        [{"code": c, "name": n, "source": "test"} for c, n in RELATIONSHIPS],
    )


def citizen(citizen_id: int, full_name: str, birth: str, sex: str, **columns: object) -> m.Citizen:
    """A living Kinh born and registered in Trúc Bạch, Hà Nội; `columns` say what is different."""
    year, *rest = (int(part) for part in birth.split("-"))
    month, day = (*rest, None, None)[:2]
    parts = split(full_name)
    century = {"M": 0, "F": 1, "U": 0}[sex] + (2 if year >= 2000 else 0)
    row: dict[str, object] = {
        "id": citizen_id,
        "pin": f"901{century}{year % 100:02d}{citizen_id:06d}",
        "family_name": parts.family,
        "middle_name": parts.middle,
        "given_name": parts.given,
        "name_order": "family_first",
        "full_name": join(parts),
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "sex": sex,
        "birth_country": "VN",
        "birth_unit_id": TRUC_BACH,
        "registration_country": "VN",
        "registration_unit_id": TRUC_BACH,
        "origin_country": "VN",
        "origin_unit_id": VI_XUYEN,
        "ethnicity": "01",
        "religion": "00",
        "nationality": "VN",
        "marital_status": "never_married",
        "state": "alive",
    } | columns
    row["name_key"] = name_key(str(row["full_name"]))
    return m.Citizen(**row)


def residence(citizen_id: int, kind: str, unit_id: int | None, address: str, **columns: object):
    """A residence since 2015, unless `columns` say otherwise."""
    row: dict[str, object] = {
        "citizen_id": citizen_id,
        "kind": kind,
        "country": "VN",
        "unit_id": unit_id,
        "address": address,
        "address_key": address_key(address),
        "from_date": dt.date(2015, 3, 1),
    } | columns
    return m.Residence(**row)


def member(household_id: int, citizen_id: int, relationship: str, **columns: object):
    """A member since 2015, unless `columns` say otherwise."""
    row: dict[str, object] = {
        "household_id": household_id,
        "citizen_id": citizen_id,
        "relationship": relationship,
        "from_date": dt.date(2015, 3, 1),
    } | columns
    return m.HouseholdMember(**row)


AN, BINH, CHI, LUA, DUNG, EM, GIANG = 1, 2, 3, 4, 5, 6, 7


def add_people(session: Session) -> None:
    """The household of Nguyễn Văn An, and others.

    | id | who |
    |---|---|
    | An | head, born 1980-05-12, moved from Vị Xuyên in 2015; had two old numbers and two pins |
    | Bình | his wife since 2010, of Tày ethnicity; one old number, which Dũng has too |
    | Chi | their daughter, born 2012-02-29 |
    | Lụa | An's mother, known by the year 1950 only; her parents are names |
    | Dũng | son of An and a first wife, lives alone in Cống Vị since divided, away till May |
    | Em | died in 2020, was divorced from An |
    | Giang | orphan born 2013, ward of Bình, foreign-born, nationality not determined |
    """
    session.add_all(
        [
            citizen(
                AN,
                "Nguyễn Văn An",
                "1980-05-12",
                "M",
                marital_status="married",
                blood_type="O",
                phone="0590000001",
                email="an@dancu.invalid",
                birth_unit_id=VI_XUYEN,
                registration_unit_id=VI_XUYEN,
                pin="936080000001",
                other_name="Tèo",
            ),
            citizen(
                BINH, "Đỗ Thị Bình", "1985-11-02", "F", marital_status="married", ethnicity="02"
            ),
            citizen(CHI, "Nguyễn Ngọc Chi", "2012-02-29", "F"),
            citizen(LUA, "Trần Thị Lụa", "1950", "F", marital_status="widowed", religion="1"),
            citizen(DUNG, "Nguyễn Tiến Dũng", "2003-07", "M"),
            citizen(
                EM,
                "Lê Thị Em",
                "1981-01-01",
                "F",
                marital_status="divorced",
                state="dead",
                death_date=dt.date(2020, 2, 3),
                state_since=dt.date(2020, 2, 3),
            ),
            citizen(
                GIANG,
                "Trần Giang",
                "2013-04-05",
                "U",
                nationality="XX",
                second_nationality="LA",
                birth_country="LA",
                birth_unit_id=None,
                birth_place="Viêng Chăn",
                origin_country="LA",
                origin_unit_id=None,
                remarks="Chưa xác định quốc tịch",
            ),
        ]
    )
    session.flush()
    session.add_all(
        [
            m.SupersededNumber(
                pin="936180000001",
                citizen_id=AN,
                superseded_on=dt.date(2016, 1, 4),
                reason="entry_error",
            ),
            m.OldNumber(
                number="162000001",
                citizen_id=AN,
                issued_on=dt.date(1998, 6, 1),
                issued_unit_id=100036,
            ),
            m.OldNumber(
                number="012000001",
                citizen_id=AN,
                issued_on=dt.date(2012, 6, 1),
                issued_unit_id=100001,
            ),
            m.OldNumber(number="271450001", citizen_id=BINH),
            m.OldNumber(number="271450001", citizen_id=DUNG, issued_on=dt.date(2019, 6, 1)),
        ]
    )
    _add_homes(session)
    _add_kin(session)


def _add_homes(session: Session) -> None:
    home = {"from_date": dt.date(2015, 3, 1)}
    session.add_all(
        [
            m.Household(
                id=1,
                file_number="010000000001",
                unit_id=TRUC_BACH,
                address="12 ngõ 5 Hàng Bún",
                address_key=address_key("12 ngõ 5 Hàng Bún"),
                house_id=HANG_BUN,
                **home,
            ),
            m.Household(
                id=2,
                file_number="010000000002",
                unit_id=CONG_VI,
                address="8 Đội Cấn",
                address_key=address_key("8 Đội Cấn"),
                house_id=DOI_CAN,
                **home,
            ),
        ]
    )
    session.flush()
    session.add_all(
        [
            member(1, AN, "01"),
            member(1, BINH, "02"),
            member(1, CHI, "04"),
            member(1, LUA, "07", from_date=dt.date(2018, 1, 1)),
            member(1, DUNG, "04", to_date=dt.date(2021, 9, 1)),
            member(2, DUNG, "01", from_date=dt.date(2021, 9, 1)),
        ]
    )
    moved = dt.date(2021, 9, 1)
    street, flat = "12 ngõ 5 Hàng Bún", "8 Đội Cấn"
    session.add_all(
        [
            residence(
                AN,
                "permanent",
                VI_XUYEN,
                "3 Trần Phú",
                from_date=dt.date(1980, 6, 1),
                to_date=dt.date(2015, 3, 1),
            ),
            *(residence(who, "permanent", TRUC_BACH, street, household_id=1) for who in (1, 2, 3)),
            residence(LUA, "permanent", VI_XUYEN, "3 Trần Phú", from_date=dt.date(1975, 1, 1)),
            residence(LUA, "temporary", TRUC_BACH, street, from_date=dt.date(2018, 1, 1)),
            residence(DUNG, "permanent", TRUC_BACH, street, to_date=moved),
            residence(DUNG, "permanent", CONG_VI, flat, from_date=moved, household_id=2),
            residence(
                DUNG,
                "current",
                SAI_GON,
                "1 Lê Lợi",
                from_date=dt.date(2025, 12, 1),
            ),
            residence(
                DUNG,
                "absence",
                None,
                "",
                from_date=dt.date(2025, 12, 1),
                to_date=dt.date(2026, 5, 1),
                reason="Đi học",
            ),
            residence(GIANG, "permanent", None, "Viêng Chăn", country="LA"),
        ]
    )


def _add_kin(session: Session) -> None:
    wed, parted = dt.date(2010, 10, 10), dt.date(2008, 1, 9)
    former = {
        "kind": "spouse",
        "from_date": dt.date(2002, 5, 5),
        "to_date": parted,
        "end_reason": "divorce",
    }
    session.add_all(
        [
            m.Kinship(citizen_id=AN, kind="mother", relative_id=LUA),
            m.Kinship(
                citizen_id=AN,
                kind="father",
                relative_name="Nguyễn Văn Khoa",
                relative_nationality="VN",
            ),
            m.Kinship(citizen_id=AN, kind="spouse", relative_id=BINH, from_date=wed),
            m.Kinship(citizen_id=BINH, kind="spouse", relative_id=AN, from_date=wed),
            m.Kinship(citizen_id=AN, relative_id=EM, **former),
            m.Kinship(citizen_id=EM, relative_id=AN, **former),
            m.Kinship(citizen_id=CHI, kind="father", relative_id=AN),
            m.Kinship(citizen_id=CHI, kind="mother", relative_id=BINH),
            m.Kinship(citizen_id=DUNG, kind="father", relative_id=AN),
            m.Kinship(citizen_id=DUNG, kind="mother", relative_id=EM),
            m.Kinship(
                citizen_id=GIANG, kind="guardian", relative_id=BINH, from_date=dt.date(2019, 1, 1)
            ),
        ]
    )
