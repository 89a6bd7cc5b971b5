"""What existing clients ask: an envelope of SOAP 1.1 with one of two requests, read strictly.

The elements, their order and lengths are those of public client code; which of them may be
missing is what those clients leave out. Nothing else is read: a wrong element is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from app.api.soap_faults import ENVELOPE, envelope
from app.api.xml_text import element, text
from app.matching import dates
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.api.xml_bodies import Element
    from app.matching.dates import PartialDate

NAMESPACE: Final = "http://dancuquocgia.bca"
_SOAP_1_2: Final = "{http://www.w3.org/2003/05/soap-envelope}Envelope"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_NEXT_ACTOR: Final = "http://schemas.xmlsoap.org/soap/actor/next"

VERSION = errors.declare(
    code="soap-version",
    kind="invalid",
    fault_of="caller",
    title_vi="Không phải phong bì SOAP 1.1",
    title_en="This is no envelope of SOAP 1.1",
    next_vi="Gửi Envelope trong không gian tên của SOAP 1.1, với Content-Type: text/xml.",
    next_en="Send an Envelope in the namespace of SOAP 1.1, with Content-Type: text/xml.",
)
MUST_UNDERSTAND = errors.declare(
    code="soap-must-understand",
    kind="invalid",
    fault_of="caller",
    title_vi="Có khối tiêu đề bắt buộc mà ở đây không hiểu",
    title_en="A header block that must be understood is not",
    next_vi="Bỏ khối đó hoặc mustUnderstand: xác thực bằng tiêu đề HTTP, không bằng WS-Security.",
    next_en="Leave it or its mustUnderstand out: credentials are HTTP headers, not WS-Security.",
)
OPERATION_UNKNOWN = errors.declare(
    code="soap-operation-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có thao tác SOAP này",
    title_en="There is no such SOAP operation",
    next_vi="Xem WSDL ở địa chỉ này với ?wsdl; SOAPAction rỗng hoặc là tên thao tác.",
    next_en="See the WSDL (?wsdl at this address); SOAPAction is empty or the operation's name.",
)
NOT_VALID = errors.declare(
    code="soap-request-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Yêu cầu SOAP sai lược đồ",
    title_en="The SOAP request is not as its schema says",
    next_vi="Sửa phần tử được nêu; thứ tự và độ dài ở WSDL (?wsdl).",
    next_en="Correct the element that is named; the WSDL (?wsdl) has their order and lengths.",
)


class Operation(NamedTuple):
    """One operation, and the integration code that its requests carry."""

    name: str
    code: str


LOOK_UP: Final = Operation("TraCuuThongTinCongDan", "037")
VERIFY: Final = Operation("XacThucThongTinCongDan", "003")
OPERATIONS: Final = {operation.name: operation for operation in (LOOK_UP, VERIFY)}


class Part(NamedTuple):
    """An element of a request: its length at most, whether it must be there, its pattern."""

    name: str
    most: int
    required: bool = True
    pattern: str = ""


NUMBERS: Final = (
    Part("SoDinhDanh", 12, pattern="[0-9]{12}"),
    Part("SoCMND", 9, pattern="[0-9]{9}"),
)
BORN: Final = (
    Part("NgayThangNam", 8, pattern="[0-9]{8}"),
    Part("Nam", 4, pattern="[0-9]{4}"),
)
#: In this order; between the two come one of `NUMBERS`, then the name and one of `BORN`.
BEFORE: Final = (
    Part("MaYeuCau", 40),
    Part("MaDVC", 20),
    Part("MaTichHop", 20),
    Part("MaCanBo", 20),
    Part("MaDonVi", 35, required=False),
    Part("TaiKhoan", 100, required=False),
    Part("SoDienThoai", 20, required=False),
)
NAME: Final = Part("HoVaTen", 100)
BIRTH: Final = "NgayThangNamSinh"
#: Sent by clients behind a province's platform; it is that platform's, and not looked at here.
AFTER: Final = Part("AuthHash", 500, required=False)


class Asked(NamedTuple):
    """What a request says. `number` has 12 or 9 digits; the name is in capitals."""

    operation: Operation
    request_code: str
    procedure: str
    officer: str
    unit: str
    number: str
    full_name: str
    birth_date: PartialDate


def read(root: Element, action: str) -> Asked:
    """Return what an envelope asks; `action` is the SOAPAction header as it came.

    Raises `soap-version`, `soap-must-understand`, `soap-operation-unknown` and
    `soap-request-invalid`.
    """
    request = _request(root)
    operation = OPERATIONS.get(request.name.removeprefix(f"{{{NAMESPACE}}}"))
    if operation is None or not request.name.startswith("{"):
        raise OPERATION_UNKNOWN.error(
            f"the body holds {request.shown}; it has to be one of {', '.join(OPERATIONS)} in"
            f" {NAMESPACE}",
            detail_vi=f"thân chứa {request.shown}; phải là {' hoặc '.join(OPERATIONS)} trong"
            f" {NAMESPACE}",
        )
    named = action.strip().strip('"').removeprefix(f"{NAMESPACE}/")
    if named not in ("", operation.name):
        raise OPERATION_UNKNOWN.error(
            f"SOAPAction names another operation than the body, {operation.name}",
            detail_vi=f"SOAPAction nêu thao tác khác với thân, {operation.name}",
        )
    return _asked(operation, _Reader(request))


def written(asked: Asked) -> bytes:
    """Return the envelope of a request, as `read` reads it."""
    said = {
        "MaYeuCau": asked.request_code,
        "MaDVC": asked.procedure,
        "MaTichHop": asked.operation.code,
        "MaCanBo": asked.officer,
        "MaDonVi": asked.unit,
        next(part.name for part in NUMBERS if part.most == len(asked.number)): asked.number,
        NAME.name: asked.full_name,
    }
    born = asked.birth_date
    date = BORN[0] if born.is_full else BORN[1]
    digits = born.isoformat().replace("-", "")[: date.most]
    optional = {part.name for part in BEFORE if not part.required}
    parts = [text(name, value) for name, value in said.items() if value or name not in optional]
    birth = element(BIRTH, text(date.name, digits))
    return envelope("", element(asked.operation.name, *parts, birth, _=NAMESPACE))


def _request(root: Element) -> Element:
    """Return the one element of the body (SOAP 1.1 §4)."""
    if root.name != f"{{{ENVELOPE}}}Envelope":
        if root.name == _SOAP_1_2:
            raise VERSION.error("it is of SOAP 1.2", detail_vi="đây là SOAP 1.2")
        raise VERSION.error(f"the root is {root.shown}", detail_vi=f"phần tử gốc là {root.shown}")
    parts = list(root.children)
    if parts and parts[0].name == f"{{{ENVELOPE}}}Header":
        for block in parts.pop(0).children:
            _check_header(block)
    if len(parts) != 1 or parts[0].name != f"{{{ENVELOPE}}}Body":
        raise _invalid("Envelope", "holds a Header, if any, and one Body", "gồm Header và Body")
    if len(parts[0].children) != 1:
        raise _invalid("Body", "holds one request", "chứa đúng một yêu cầu")
    return parts[0].children[0]


def _check_header(block: Element) -> None:
    """Refuse a block for us that has to be understood (SOAP 1.1 §4.2.3): none is known here."""
    actor = block.attributes.get(f"{{{ENVELOPE}}}actor", _NEXT_ACTOR)
    must = block.attributes.get(f"{{{ENVELOPE}}}mustUnderstand", "0")
    if actor == _NEXT_ACTOR and must not in ("0", "false"):
        raise MUST_UNDERSTAND.error(f"it is {block.shown}", detail_vi=f"đó là {block.shown}")


def _asked(operation: Operation, reader: _Reader) -> Asked:
    said = {part.name: reader.take(part) for part in BEFORE}
    if said["MaTichHop"] != operation.code:
        raise _invalid("MaTichHop", f"is {operation.code} here", f"ở đây là {operation.code}")
    if not said["MaYeuCau"]:
        raise _invalid("MaYeuCau", "is empty", "để trống")
    number = reader.take_one(NUMBERS)
    full_name = reader.take(NAME)
    if not full_name or full_name != full_name.upper():
        raise _invalid("HoVaTen", "has to be in capitals", "phải viết hoa")
    birth_date = _born(reader.inside(BIRTH))
    reader.take(AFTER)
    reader.end()
    return Asked(
        operation=operation,
        request_code=said["MaYeuCau"],
        procedure=said["MaDVC"],
        officer=said["MaCanBo"],
        unit=said["MaDonVi"],
        number=number,
        full_name=full_name,
        birth_date=birth_date,
    )


def _born(reader: _Reader) -> PartialDate:
    digits = reader.take_one(BORN)
    reader.end()
    year, month, day = digits[:4], digits[4:6], digits[6:]
    try:
        return dates.of(int(year), int(month) if month else None, int(day) if day else None)
    except ValueError:
        raise _invalid(BIRTH, "is no day of the calendar", "không có trong lịch") from None


class _Reader:
    """Takes the children of one element in the order of the schema."""

    def __init__(self, parent: Element) -> None:
        _check_plain(parent)
        if parent.text:
            raise _invalid(parent.shown, "holds text between its elements", "có chữ lẫn phần tử")
        self._parent = parent
        self._left = list(reversed(parent.children))

    def take(self, part: Part) -> str:
        """Return the text of the next element; an empty text for one that is missing and may."""
        if not self._is_next(part.name):
            if part.required:
                raise self._out_of_order((part.name,))
            return ""
        element = self._left.pop()
        _check_plain(element)
        if element.children:
            raise _invalid(part.name, "holds elements", "chứa phần tử con")
        value = element.text
        if len(value) > part.most:
            raise _invalid(part.name, f"has {part.most} letters at most", f"dài quá {part.most}")
        if part.pattern and not re.fullmatch(part.pattern, value):
            raise _invalid(part.name, f"has to be {part.pattern}", f"phải là {part.pattern}")
        return value

    def take_one(self, choice: Sequence[Part]) -> str:
        """Return the text of the next element, which is one of these."""
        for part in choice:
            if self._is_next(part.name):
                return self.take(part)
        raise self._out_of_order([part.name for part in choice])

    def inside(self, name: str) -> _Reader:
        """Return a reader of the next element."""
        if not self._is_next(name):
            raise self._out_of_order((name,))
        return _Reader(self._left.pop())

    def end(self) -> None:
        """Refuse what is left."""
        if self._left:
            raise self._out_of_order(())

    def _is_next(self, name: str) -> bool:
        return bool(self._left) and self._left[-1].name == f"{{{NAMESPACE}}}{name}"

    def _out_of_order(self, wanted: Sequence[str]) -> errors.DancuError:
        expected = " or ".join(wanted) or "nothing more"
        expected_vi = " hoặc ".join(wanted) or "không còn gì"
        if not self._left:
            return _invalid(wanted[0], "is missing", "bị thiếu")
        found = self._left[-1]
        strange = "" if found.name.startswith(f"{{{NAMESPACE}}}") else f" (not of {NAMESPACE})"
        return _invalid(
            found.shown,
            f"stands where {expected} should{strange}",
            f"đứng ở chỗ của {expected_vi}{strange}",
        )


def _check_plain(element: Element) -> None:
    """Refuse attributes of no schema: those of SOAP and of XML Schema instances say nothing."""
    for name in element.attributes:
        if not name.startswith((_XSI, f"{{{ENVELOPE}}}")):
            raise _invalid(element.shown, "has an attribute", "có thuộc tính lạ")


def _invalid(name: str, reason: str, reason_vi: str) -> errors.DancuError:
    return NOT_VALID.error(
        f"{name} {reason}",
        detail_vi=f"{name} {reason_vi}",
        params=(InvalidParam(name, reason, reason_vi),),
    )
