"""What comes in: JSON read strictly, text brought to one Unicode form, before any route sees it.

RFC 8259 leaves open what two equal keys, a lone surrogate or a NUL mean, and readers differ; here
each is refused. Text that is not in NFC (UAX #15) is brought into it, so that `ễ` is the same
letter however a keyboard composed it.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import TYPE_CHECKING, NoReturn, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Nesting beyond this is nobody's request: the deepest body of this interface has five levels.
MAX_DEPTH = 32
#: Digits of one number: more is an attack on the parser, not a quantity.
_MAX_DIGITS = 32

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_FORBIDDEN_CHARACTERS = re.compile("[\x00\ud800-\udfff]")
_CHARSET = re.compile(r"""charset\s*=\s*"?([^";\s]+)""", re.IGNORECASE)
_SHOWN_NAME_LENGTH = 40
_LONG_NUMBER = re.compile("[0-9]{5,}")
_NOT_IN_NAMES = re.compile("[^A-Za-z0-9_#-]")

MALFORMED_JSON = errors.declare(
    code="malformed-json",
    kind="invalid",
    fault_of="caller",
    title_vi="Nội dung gửi lên không phải JSON hợp lệ",
    title_en="The body is not valid JSON",
    next_vi="Gửi một tài liệu JSON (RFC 8259) mã hoá UTF-8, mỗi khoá chỉ một lần, không NaN.",
    next_en="Send one JSON document (RFC 8259) in UTF-8, each key once, without NaN or Infinity.",
)
FORBIDDEN_CHARACTER = errors.declare(
    code="forbidden-character",
    kind="invalid",
    fault_of="caller",
    title_vi="Văn bản chứa ký tự không được nhận",
    title_en="The text holds a character that is not accepted",
    next_vi="Bỏ ký tự NUL và các nửa cặp thay thế (surrogate) đứng một mình.",
    next_en="Remove NUL characters and lone surrogates.",
)
TOO_DEEP = errors.declare(
    code="json-too-deep",
    kind="invalid",
    fault_of="caller",
    title_vi="JSON lồng nhau quá sâu",
    title_en="The JSON is nested too deeply",
    next_vi=f"Giữ độ lồng nhau trong {MAX_DEPTH} tầng.",
    next_en=f"Keep within {MAX_DEPTH} levels of nesting.",
)
TOO_LARGE = errors.declare(
    code="body-too-large",
    kind="too_large",
    fault_of="caller",
    title_vi="Nội dung gửi lên quá lớn",
    title_en="The body is too large",
    next_vi="Chia yêu cầu thành nhiều phần nhỏ hơn.",
    next_en="Divide the request into smaller ones.",
)
UNSUPPORTED_MEDIA_TYPE = errors.declare(
    code="unsupported-media-type",
    kind="unsupported",
    fault_of="caller",
    title_vi="Kiểu nội dung không được nhận ở đây",
    title_en="This media type is not read here",
    next_vi="Gửi Content-Type mà tài liệu API nêu cho địa chỉ này, mã hoá UTF-8.",
    next_en="Send the Content-Type that the API reference names for this address, in UTF-8.",
)
UNSUPPORTED_ENCODING = errors.declare(
    code="unsupported-encoding",
    kind="unsupported",
    fault_of="caller",
    title_vi="Không nhận nội dung đã nén",
    title_en="Compressed bodies are not read",
    next_vi="Gửi nội dung không nén, bỏ Content-Encoding.",
    next_en="Send the body uncompressed, without Content-Encoding.",
)
MALFORMED_ADDRESS = errors.declare(
    code="malformed-address",
    kind="invalid",
    fault_of="caller",
    title_vi="Địa chỉ chứa ký tự không hợp lệ",
    title_en="The address holds characters that are not valid",
    next_vi="Mã hoá phần trăm theo UTF-8 (RFC 3986), không có NUL.",
    next_en="Percent-encode it as UTF-8 (RFC 3986), without NUL.",
)


def too_large(limit: int) -> errors.DancuError:
    """Return the error of a body that is longer than its address takes."""
    return TOO_LARGE.error(
        f"the limit here is {limit} bytes", detail_vi=f"giới hạn ở đây là {limit} byte"
    )


def check_media_type(content_type: str, accepted: Iterable[str]) -> str:
    """Return the media type without parameters, or raise 415 unless accepted and in UTF-8."""
    said = media_type(content_type)
    accepted = tuple(accepted)
    if said not in accepted:
        raise UNSUPPORTED_MEDIA_TYPE.error(
            f"this address reads {' or '.join(accepted)}",
            detail_vi=f"địa chỉ này nhận {' hoặc '.join(accepted)}",
        )
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UNSUPPORTED_MEDIA_TYPE.error(
            "the charset must be utf-8", detail_vi="bảng mã phải là utf-8"
        )
    return said


def media_type(content_type: str) -> str:
    """Return the media type without parameters, in lower case (RFC 9110 §8.3.1)."""
    return content_type.partition(";")[0].strip().lower()


def read_json(body: bytes, *, number: int = 1) -> Json:
    """Return the JSON value of `body`, its text in NFC; `number` is that of its first line.

    Raises `malformed-json`, `json-too-deep` or `forbidden-character`; never `RecursionError`.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        _refuse(
            f"the body is not UTF-8 at byte {error.start}",
            f"nội dung không phải UTF-8 tại byte {error.start}",
        )
    if text.startswith("\ufeff"):
        _refuse("a byte order mark stands before the JSON", "có dấu BOM đứng trước JSON")
    _check_depth(text)
    try:
        value: Json = _decode(text)
    except json.JSONDecodeError as error:
        where = f"{error.lineno + number - 1}:{error.colno}"
        _refuse(f"{error.msg} at line:column {where}", f"sai cú pháp tại dòng:cột {where}")
    return value


def normalised_json(body: bytes) -> bytes:
    """Return `body` if it is strict JSON in NFC, else the same document brought into NFC."""
    value = read_json(body)
    if body.isascii() and b"\\" not in body:
        return body
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def normalised_query(query: bytes) -> bytes:
    """Return the query string with its text in NFC; raise `malformed-address`."""
    if b"%" not in query and query.isascii():
        return query
    pieces = re.split(b"([&=])", query.replace(b"+", b"%20"))
    try:
        texts = [unquote_to_bytes(piece).decode() for piece in pieces]
    except UnicodeDecodeError:
        raise MALFORMED_ADDRESS.error(
            "the query is not UTF-8", detail_vi="chuỗi truy vấn không phải UTF-8"
        ) from None
    if any("\x00" in text for text in texts):
        raise MALFORMED_ADDRESS.error(
            "the query holds a NUL", detail_vi="chuỗi truy vấn chứa ký tự NUL"
        )
    texts[0::2] = [quote(unicodedata.normalize("NFC", text), safe="") for text in texts[0::2]]
    return "".join(texts).encode()


def shown(name: str) -> str:
    """Return a member's name as an answer may repeat it: it may be anything, even a person."""
    masked = _LONG_NUMBER.sub("#", _NOT_IN_NAMES.sub("?", name))
    return masked if len(masked) <= _SHOWN_NAME_LENGTH else masked[:_SHOWN_NAME_LENGTH] + "…"


def _refuse(reason: str, reason_vi: str) -> NoReturn:
    raise MALFORMED_JSON.error(reason, detail_vi=reason_vi) from None


def _check_depth(text: str) -> None:
    """Count brackets outside strings; cheaper than parsing, and a parser never sees a deep one."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        character = bracket[0]
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TOO_DEEP.error()
        elif character in "]}":
            depth -= 1


#: A bracket, or a whole string (whose brackets do not count), closed or not. Possessive and never
#: failing once it has begun, so it stays linear on any text.
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members: dict[str, Json] = {}
    for raw_key, value in pairs:
        key = _text(raw_key)
        if key in members:
            name = shown(key)
            _refuse(f"the key {name} stands twice", f"khoá {name} xuất hiện hai lần")
        members[key] = _clean(value)
    return members


def _clean(value: Json) -> Json:
    """Return a string in NFC, and a list with its strings so; objects were cleaned when made."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _text(value: str) -> str:
    if value.isascii() and "\x00" not in value:
        return value
    if _FORBIDDEN_CHARACTERS.search(value):
        raise FORBIDDEN_CHARACTER.error()
    return unicodedata.normalize("NFC", value)


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is not JSON", f"{name} không phải là JSON")


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= _MAX_DIGITS else math.inf
    if math.isinf(number):
        _refuse("a number is too large or too long", "một số quá lớn hoặc quá dài")
    return number


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        _refuse("a number has too many digits", "một số có quá nhiều chữ số")
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_float=_float,
    parse_int=_integer,
)


def _decode(text: str) -> Json:
    return _clean(_DECODER.decode(text))
