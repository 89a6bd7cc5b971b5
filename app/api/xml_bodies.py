"""XML as it comes in: read strictly by expat, with limits, and nothing of it is ever expanded.

A document type is refused where it begins, so there are no entities to expand and nothing is
fetched (SOAP 1.1 §3 allows none, nor processing instructions). Comments are skipped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn
from xml.parsers import expat

from app.api import bodies
from app.platform import errors

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MOST_BYTES: Final = 64 * 1024
MOST_DEPTH: Final = 24
MOST_ELEMENTS: Final = 500
MOST_ATTRIBUTES: Final = 32

MALFORMED: Final = errors.declare(
    code="malformed-xml",
    kind="invalid",
    fault_of="caller",
    title_vi="Nội dung gửi lên không phải XML hợp lệ",
    title_en="The body is not well-formed XML",
    next_vi="Gửi một tài liệu XML 1.0 đúng quy tắc, mã hoá UTF-8 hoặc UTF-16.",
    next_en="Send one well-formed XML 1.0 document in UTF-8 or UTF-16.",
)
FORBIDDEN: Final = errors.declare(
    code="xml-not-plain",
    kind="invalid",
    fault_of="caller",
    title_vi="XML có phần không được nhận: DTD, thực thể hoặc lệnh xử lý",
    title_en="The XML has what is not read here: a DTD, entities or processing instructions",
    next_vi="Bỏ <!DOCTYPE …> và <?…?>; SOAP 1.1 mục 3 cũng không cho phép.",
    next_en="Leave out <!DOCTYPE …> and <?…?>; SOAP 1.1 §3 does not allow them either.",
)
TOO_LARGE: Final = errors.declare(
    code="xml-too-large",
    kind="too_large",
    fault_of="caller",
    title_vi="XML quá lớn, quá sâu hoặc có quá nhiều phần tử",
    title_en="The XML is too large, too deep or has too many elements",
    next_vi=f"Giữ trong {MOST_BYTES // 1024} KiB, {MOST_DEPTH} tầng, {MOST_ELEMENTS} phần tử và "
    f"{MOST_ATTRIBUTES} thuộc tính mỗi phần tử.",
    next_en=f"Keep within {MOST_BYTES // 1024} KiB, {MOST_DEPTH} levels, {MOST_ELEMENTS} elements"
    f" and {MOST_ATTRIBUTES} attributes of each.",
)

_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([^"';\s]+)""", re.IGNORECASE)
#: What expat is told of a charset parameter, which goes before the document's own (RFC 7303 §3).
_CHARSETS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "us-ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16le",
    "utf-16be": "utf-16be",
}
_SEPARATOR: Final = " "


@dataclass(slots=True)
class Element:
    """One element. A name of a namespace is `{namespace}local`, as in Clark's notation."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text in NFC, white space collapsed (XML Schema part 2 §4.3.6)."""
        return unicodedata.normalize("NFC", " ".join("".join(self.parts).split()))

    @property
    def shown(self) -> str:
        """Its local name as an answer may repeat it."""
        return bodies.shown(self.name.rpartition("}")[2])


def read(body: bytes, content_type: str = "") -> Element:
    """Return the root element.

    Raises `malformed-xml`, `xml-not-plain`, `xml-too-large`, and `unsupported-media-type` for a
    charset other than UTF-8, UTF-16 and US-ASCII.
    """
    if len(body) > MOST_BYTES:
        raise TOO_LARGE.error()
    parser = expat.ParserCreate(_charset(content_type), _SEPARATOR)
    parser.buffer_text = True
    tree = _Tree()
    tree.listen(parser)
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes no names
    except expat.ExpatError as error:
        _refuse(error.lineno, error.offset + 1)
    except (LookupError, ValueError):  # an encoding that is none, or that it cannot be in
        _refuse(parser.ErrorLineNumber, parser.ErrorColumnNumber + 1)
    return tree.root


class _Tree:
    """Builds the elements as expat tells of them, within the limits."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._count = 0
        self.root = Element("", {})

    def listen(self, parser: XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.XmlDeclHandler = _declared
        parser.StartDoctypeDeclHandler = _forbidden
        parser.ProcessingInstructionHandler = _forbidden

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        is_beyond = self._count > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH
        if is_beyond or len(attributes) > MOST_ATTRIBUTES:
            raise TOO_LARGE.error()
        element = Element(_clark(name), {_clark(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].parts.append(text)


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _CHARSETS:
        raise _unsupported()


def _forbidden(*_parts: object) -> None:
    raise FORBIDDEN.error()


def _charset(content_type: str) -> str | None:
    said = _CHARSET.search(content_type)
    if said is None:
        return None
    known = _CHARSETS.get(said[1].lower())
    if known is None:
        raise _unsupported()
    return known


def _unsupported() -> errors.DancuError:
    return bodies.UNSUPPORTED_MEDIA_TYPE.error(
        "XML is read in UTF-8 and UTF-16", detail_vi="XML chỉ được nhận ở UTF-8 và UTF-16"
    )


def _clark(name: str) -> str:
    namespace, separator, local = name.rpartition(_SEPARATOR)
    return f"{{{namespace}}}{local}" if separator else local


def _refuse(line: int, column: int) -> NoReturn:
    raise MALFORMED.error(
        f"not well-formed at line:column {line}:{column}",
        detail_vi=f"sai quy tắc tại dòng:cột {line}:{column}",
    ) from None
