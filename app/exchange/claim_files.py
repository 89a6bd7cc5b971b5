"""Files of claims: an agency's own file as CSV, read strictly, before anything is asked.

One line per entry, the first one names the columns: `number`, one or more attributes that can be
verified (`verdicts.ATTRIBUTES`), and, where the agency likes, `in_force` and `consent`. A column
that cannot be verified is refused: nobody sends more about people than the question needs.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange.verification import is_identifying
from app.matching import dates
from app.matching.numbers import classify
from app.matching.verdicts import ATTRIBUTES, ClaimedValue
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import countries

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER: Final = "number"
IN_FORCE: Final = "in_force"
CONSENT: Final = "consent"
#: Entries of one file: each is a question, and they are answered within one request.
MOST_ROWS: Final = 20_000
_YES, _NO = frozenset({"", "1", "yes", "true"}), frozenset({"0", "no", "false"})
#: One line of text, as long as names are anywhere in the interface.
_LINE: Final = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}")
_CODE: Final = re.compile("[0-9]{2}")

FILE_INVALID = errors.declare(
    code="claim-file-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Không đọc được tệp dữ liệu cần đối chiếu",
    title_en="The file of claims cannot be read",
    next_vi="Gửi CSV mã hoá UTF-8: dòng đầu là tên cột, có number và ít nhất một trường so được; "
    f"tối đa {MOST_ROWS} dòng.",
    next_en="Send CSV in UTF-8: the first line names the columns, number and at least one that "
    f"can be verified among them; {MOST_ROWS} lines at most.",
)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why an entry cannot be asked about: `blank`, `form` (not of its form) or `too_little`.

    `line` is its place in the file, from 1, the line of names among them. `too_little`: neither a
    name nor a full birth date is there, and a number gives the rest away.
    """

    line: int
    column: str
    reason: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `filled` counts number and attributes that are not blank."""

    number: str
    claim: Mapping[str, ClaimedValue]
    consent: str | None
    in_force: bool
    filled: int
    fault: Fault | None


class ClaimFile(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a file: `columns` are number and attributes, in their order."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(body: bytes) -> ClaimFile:
    """Read a file whole. Raises `claim-file-invalid`, with where and why.

    Separated by commas, or by semicolons as spreadsheets of this country write them; a byte order
    mark is passed over. Text is brought to one Unicode form (NFC), as JSON's is.
    """
    try:
        text = unicodedata.normalize("NFC", body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _refused("body", f"not UTF-8 at byte {error.start}", "không phải UTF-8") from None
    if "\x00" in text:
        raise _refused("body", "it holds a NUL", "có ký tự NUL")
    first = text.partition("\n")[0]
    lines = _lines(text, ";" if ";" in first and "," not in first else ",")
    _, names = next(lines, (1, []))
    header = tuple(name.strip() for name in names)
    _check_header(header)
    columns = tuple(name for name in header if name not in {IN_FORCE, CONSENT})
    rows: list[Row] = []
    for line, cells in lines:
        if len(cells) != len(header):
            raise _refused(f"line.{line}", f"not {len(header)} cells", "sai số cột")
        if len(rows) == MOST_ROWS:
            raise _refused("body", f"more than {MOST_ROWS} entries", f"quá {MOST_ROWS} dòng")
        rows.append(_row(line, columns, dict(zip(header, map(str.strip, cells), strict=True))))
    if all(row.fault is not None for row in rows):
        raise _nothing_to_ask(rows)
    return ClaimFile(columns=columns, rows=tuple(rows))


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not empty, with its place in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise _refused(f"line.{reader.line_num}", f"no CSV: {error}", "sai CSV") from None


def _check_header(header: tuple[str, ...]) -> None:
    """Refuse columns that are missing, double or cannot be verified, all at once."""
    known = {NUMBER, IN_FORCE, CONSENT, *ATTRIBUTES}
    wrong = [
        InvalidParam(f"column.{place}", "no column that can be verified", "không so được cột này")
        if name not in known
        else InvalidParam(f"column.{place}", "the same column twice", "cột lặp lại")
        for place, name in enumerate(header, 1)
        if name not in known or name in header[: place - 1]
    ]
    if NUMBER not in header:
        wrong.append(InvalidParam(NUMBER, "there is no such column", "thiếu cột này"))
    if not ATTRIBUTES.keys() & set(header):
        wrong.append(InvalidParam("body", "nothing is claimed", "không có trường nào để so"))
    if wrong:
        raise FILE_INVALID.error(params=tuple(wrong))


def _row(line: int, columns: tuple[str, ...], cells: Mapping[str, str]) -> Row:
    """Read one entry; of what is wrong in it the first is told."""
    faults: list[Fault] = []
    claim: dict[str, ClaimedValue] = {}
    for name in columns:
        if name == NUMBER or not cells[name]:
            continue
        value = _value(name, cells[name])
        if value is None:
            faults.append(Fault(line=line, column=name, reason="form"))
        else:
            claim[name] = value
    if classify(cells[NUMBER]) is None:
        reason = "form" if cells[NUMBER] else "blank"
        faults.insert(0, Fault(line=line, column=NUMBER, reason=reason))
    said = cells.get(IN_FORCE, "").lower()
    if said not in _YES | _NO:
        faults.append(Fault(line=line, column=IN_FORCE, reason="form"))
    if not is_identifying(claim):
        faults.append(Fault(line=line, column="full_name", reason="too_little"))
    return Row(
        number=cells[NUMBER],
        claim=claim,
        consent=cells.get(CONSENT) or None,
        in_force=said not in _NO,
        filled=sum(bool(cells[name]) for name in columns),
        fault=faults[0] if faults else None,
    )


def _value(name: str, text: str) -> ClaimedValue | None:
    """Return what a cell claims, None where it is not of its attribute's form."""
    if name == "birth_date":
        try:
            return dates.parse(text)
        except ValueError:
            return None
    return text if _is_of_form(name, text) else None


def _is_of_form(name: str, text: str) -> bool:
    if name == "sex":
        return text in {"M", "F"}
    if name == "nationality":
        return re.search(countries.NATIONALITY_PATTERN, text) is not None
    if name in {"full_name", "father_name", "mother_name"}:
        return _LINE.fullmatch(text) is not None
    return _CODE.fullmatch(text) is not None


def _refused(where: str, why: str, why_vi: str) -> errors.DancuError:
    return FILE_INVALID.error(params=(InvalidParam(where, why, why_vi),))


def _nothing_to_ask(rows: list[Row]) -> errors.DancuError:
    """Say of the first entries why none can be asked about."""
    told = tuple(
        InvalidParam(f"line.{fault.line}.{fault.column}", fault.reason, fault.reason)
        for row in rows[:10]
        if (fault := row.fault) is not None
    )
    return FILE_INVALID.error(params=told or (InvalidParam("body", "no entry", "không có dòng"),))
