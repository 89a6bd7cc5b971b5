"""A citizen in the XML of QCVN 109:2017/BTTTT: elements, types and codes from what was read.

Two forms of one record. `STANDARD` follows the regulation as our sources give it. `SOAP` is what
existing clients read of the population database's answers: places by three codes, ethnicity and
relatives' names as plain text. Element names, code lists and the order are DOMAIN's, with what
public client code shows beside them; `docs/soap.md` says which is which.

An element stands where its field was given, and is missing where it was not; what is given and
not known has the code "no information" where the regulation has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.api.xml_text import document, element, text
from app.platform import errors
from app.registry import codes

if TYPE_CHECKING:
    import datetime as dt

    from app.registry.values import Coded, KnownPlace, Member, OldCard, Person, Stay

    Data = Mapping[str, Any]

NAMESPACE: Final = "http://www.mic.gov.vn/dancu/1.0"
MARK: Final = "Dữ liệu mô phỏng (dancu), không phải người thật. Simulated."
_NO_BLOOD_TYPE: Final = "00"

NOT_IN_QCVN = errors.declare(
    code="field-not-in-qcvn-109",
    kind="not_acceptable",
    fault_of="caller",
    title_vi="QCVN 109:2017/BTTTT không có phần tử cho trường được hỏi",
    title_en="QCVN 109:2017/BTTTT has no element for a field that was asked for",
    next_vi="Bỏ các trường nêu trong invalid_params, hoặc xin JSON (Accept: application/json).",
    next_en="Leave out what invalid_params names, or ask for JSON (Accept: application/json).",
)

NOT_SEALED = errors.declare(
    code="xml-not-sealed",
    kind="not_acceptable",
    fault_of="caller",
    title_vi="Câu trả lời XML không được ký hay mã hoá",
    title_en="An answer in XML is neither signed nor sealed",
    next_vi="Xin JSON, hoặc bỏ yêu cầu ký, mã hoá (`always` ở /v1/me/sealing).",
    next_en="Ask for JSON, or for no signature and no sealing (`always` of /v1/me/sealing).",
)


class _Form(NamedTuple):
    """What differs between the two forms."""

    place: Callable[[str, KnownPlace], str]
    ethnicity: Callable[[str, Coded], str]
    relative_name: Callable[[str], str]


class _Row(NamedTuple):
    """An element, the fields it is made of, and how: from what was read, which has one of them."""

    name: str
    fields: tuple[str, ...]
    write: Callable[[str, Data, _Form], str]


def collection(people: Sequence[Data], *, today: dt.date, form: _Form) -> str:
    """Return the root element: what was read of each person, of whom there may be none."""
    return element(
        "CongdanCollection",
        *(citizen(data, form) for data in people),
        _=NAMESPACE,
        GhiChu=MARK,
        ThoiDiemDuLieu=f"{today}T00:00:00+07:00",
        SoCongDan=str(len(people)),
    )


def citizen(data: Data, form: _Form) -> str:
    """Return one `CongDan` of the fields in `data`."""
    rows = (row for row in _ROWS if any(name in data for name in row.fields))
    return element("CongDan", *(row.write(row.name, data, form) for row in rows))


def nobody() -> str:
    """Return the collection that existing clients take for "not found": an empty name."""
    person = element("CongDan", element("HoVaTen"))
    return element("CongdanCollection", person, _=NAMESPACE, GhiChu=MARK)


def answer(people: Sequence[Data], *, today: dt.date) -> bytes:
    """Return a document of the standard form."""
    return document(collection(people, today=today, form=STANDARD))


def check(fields: Sequence[str]) -> None:
    """Raise `field-not-in-qcvn-109` for a field that no element is made of."""
    missing = tuple(
        errors.InvalidParam(f"fields.{place}", "no element", "không có phần tử")
        for place, name in enumerate(fields)
        if name not in FIELDS
    )
    if missing:
        raise NOT_IN_QCVN.error(params=missing)


def schema(name: str) -> str:
    """Return the text of one of our schemas: `qcvn-109.xsd` or `cong-dan.xsd`."""
    return resources.files("app.api").joinpath("xml", name).read_text(encoding="utf-8")


def _text(field: str) -> Callable[[str, Data, _Form], str]:
    def write(name: str, data: Data, _form: _Form) -> str:
        value = data[field]
        return text(name, value) if value else ""

    return write


def _code(field: str, code_of: Mapping[str, str], unknown: str) -> Any:
    def write(name: str, data: Data, _form: _Form) -> str:
        return text(name, code_of.get(data[field], unknown))

    return write


def _old_number(name: str, data: Data, _form: _Form) -> str:
    cards: list[OldCard] = data["old_numbers"]
    return text(name, cards[0].number) if cards else ""


def _name(name: str, data: Data, _form: _Form) -> str:
    """Write a name by its parts; one of which only the whole is known stands in `Ten`."""
    if "given_name" not in data:
        return element(name, text("Ten", data["full_name"])) if "full_name" in data else ""
    parts = (("Ho", "family_name"), ("ChuDem", "middle_name"), ("Ten", "given_name"))
    return element(name, *(text(tag, said) for tag, part in parts if (said := data.get(part))))


def _ethnicity(name: str, data: Data, form: _Form) -> str:
    return form.ethnicity(name, data["ethnicity"])


def _religion(name: str, data: Data, _form: _Form) -> str:
    return text(name, data["religion"].code)


def _birth_date(name: str, data: Data, _form: _Form) -> str:
    born = str(data["birth_date"])
    if born.count("-") == 2:
        return element(name, text("NgayThangNam", born.replace("-", "")))
    return element(name, text("Nam", born[:4]))


def _place(field: str) -> Callable[[str, Data, _Form], str]:
    def write(name: str, data: Data, form: _Form) -> str:
        place: KnownPlace | None = data[field]
        return "" if place is None else form.place(name, place)

    return write


def _home(field: str) -> Callable[[str, Data, _Form], str]:
    def write(name: str, data: Data, form: _Form) -> str:
        stay: Stay | None = data[field]
        return "" if stay is None else form.place(name, stay.place)

    return write


def _relative(field: str) -> Callable[[str, Data, _Form], str]:
    def write(name: str, data: Data, form: _Form) -> str:
        found: Person | list[Person] | None = data[field]
        people = found if isinstance(found, list) else [found]
        return "".join(_person(name, person, form) for person in people[:1] if person)

    return write


def _person(name: str, person: Person, form: _Form) -> str:
    return element(
        name,
        *_numbers(person.pin, person.old_number),
        text("QuocTich", person.nationality) if person.nationality else "",
        form.relative_name(person.full_name),
    )


def _head(name: str, data: Data, form: _Form) -> str:
    head: Member | None = data.get("head_of_household")
    role: Coded | None = data.get("relationship_to_head")
    parts = [] if role is None else [text("QuanHe", role.code)]
    if head is not None:
        parts += [*_numbers(head.pin, head.old_number), form.relative_name(head.full_name)]
    return element(name, *parts) if parts else ""


def _numbers(pin: str | None, old_number: str | None) -> tuple[str, ...]:
    both = (("SoDinhDanh", pin), ("SoCMND", old_number))
    return tuple(text(name, number) for name, number in both if number)


def _by_one_code(name: str, place: KnownPlace) -> str:
    """Write a place by the code of the smallest unit known: 5, 3 or 2 digits."""
    unit = place.commune or place.district or place.province
    return element(
        name,
        text("MaDonViHanhChinh", unit.code) if unit else "",
        text("ChiTiet", place.text),
        text("QuocGia", place.country),
    )


def _by_three_codes(name: str, place: KnownPlace) -> str:
    tiers = (
        ("MaTinhThanh", place.province),
        ("MaQuanHuyen", place.district),
        ("MaPhuongXa", place.commune),
    )
    return element(
        name,
        *(text(tag, unit.code) for tag, unit in tiers if unit),
        text("ChiTiet", place.text),
        text("QuocGia", place.country),
    )


def _code_with_name(name: str, coded: Coded) -> str:
    return element(name, text("MaDanToc", coded.code))


def _code_alone(name: str, coded: Coded) -> str:
    return text(name, coded.code)


def _name_in_parts(full_name: str) -> str:
    return element("HoVaTen", text("Ten", full_name))


def _name_as_text(full_name: str) -> str:
    return text("HoVaTen", full_name)


STANDARD: Final = _Form(_by_one_code, _code_with_name, _name_in_parts)
SOAP: Final = _Form(_by_three_codes, _code_alone, _name_as_text)

#: Every element of `CongDan` in its order.
_ROWS: Final = (
    _Row("SoDinhDanh", ("pin",), _text("pin")),
    _Row("SoCMND", ("old_numbers",), _old_number),
    _Row("HoVaTen", ("given_name", "family_name", "middle_name", "full_name"), _name),
    _Row("GioiTinh", ("sex",), _code("sex", codes.QCVN_SEX, "0")),
    _Row("DanToc", ("ethnicity",), _ethnicity),
    _Row("TonGiao", ("religion",), _religion),
    _Row(
        "TinhTrangHonNhan", ("marital_status",), _code("marital_status", codes.QCVN_MARITAL, "0")
    ),
    _Row("NhomMau", ("blood_type",), _code("blood_type", codes.QCVN_BLOOD, _NO_BLOOD_TYPE)),
    _Row("NgayThangNamSinh", ("birth_date",), _birth_date),
    _Row("NoiDangKyKhaiSinh", ("birth_registration_place",), _place("birth_registration_place")),
    _Row("QueQuan", ("origin_place",), _place("origin_place")),
    _Row("ThuongTru", ("permanent_residence",), _home("permanent_residence")),
    _Row("NoiOHienTai", ("current_residence",), _home("current_residence")),
    _Row("QuocTich", ("nationality",), _text("nationality")),
    _Row("Cha", ("father",), _relative("father")),
    _Row("Me", ("mother",), _relative("mother")),
    _Row("VoChong", ("spouse",), _relative("spouse")),
    _Row("NguoiDaiDien", ("representatives",), _relative("representatives")),
    _Row("ChuHo", ("relationship_to_head", "head_of_household"), _head),
    _Row("SoSoHoKhau", ("residence_file_number",), _text("residence_file_number")),
)
#: Every element and the fields it is made of: one of them is enough.
ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {row.name: row.fields for row in _ROWS}
#: Every field that an element is made of.
FIELDS: Final = frozenset(name for row in _ROWS for name in row.fields)
