"""A household, drawn: who stands above, beside and below its head, joined by lines.

What people are to each other is known of the head alone: children are joined to the head and the
spouse, grandchildren to the children together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Rows from above, by the registry's codes for what a member is to the head (`seed/relations.py`);
#: who has another code lodges there, or is kin in another way, and stands in the last row alone.
_GRANDPARENTS: Final = ("08", "09")
_PARENTS, _IN_LAWS = ("06", "07"), ("16",)
_ELDERS, _HEAD, _SPOUSES, _YOUNGER = ("10", "11"), ("01",), ("02", "03"), ("12",)
_CHILDREN: Final = ("04", "05", "14", "15")
_GRANDCHILDREN: Final = ("13",)
_ROWS: Final = (
    _GRANDPARENTS,
    (*_PARENTS, *_IN_LAWS),
    (*_ELDERS, *_HEAD, *_SPOUSES, *_YOUNGER),
    _CHILDREN,
    _GRANDCHILDREN,
)
#: Those who are joined by lines.
_GROUPS: Final = (
    _GRANDPARENTS,
    _PARENTS,
    _IN_LAWS,
    _ELDERS,
    _HEAD,
    _SPOUSES,
    _YOUNGER,
    _CHILDREN,
    _GRANDCHILDREN,
)
#: Measures of the drawing, in its own units: a box, and what is between.
_WIDE, _HIGH, _BESIDE, _BETWEEN = 162, 46, 12, 40
_MARGIN: Final = 4
#: A name that is longer ends with an ellipsis.
_MOST_LETTERS: Final = 22


class Box(NamedTuple):
    """A member: the upper left corner, two lines of text, and whether the page is about them."""

    x: int
    y: int
    name: str
    role: str
    code: str
    is_subject: bool

    @property
    def middle(self) -> int:
        """Where a line from above ends."""
        return self.x + _WIDE // 2


class Household(NamedTuple):
    """A drawing of so many units, its boxes and its lines (the `d` of SVG paths)."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[str]
    box: tuple[int, int] = (_WIDE, _HIGH)


def draw(members: Sequence[Mapping[str, Any]], pin: str) -> Household:
    """Draw the `household_members` of a record, of which `pin` is the subject's number."""
    rows = [_row(members, codes) for codes in _ROWS]
    placed = {member["pin"] for row in rows for member in row}
    rows.append([member for member in members if member["pin"] not in placed])
    rows = [row for row in rows if row]
    width = max((_width(len(row)) for row in rows), default=0) + 2 * _MARGIN
    boxes = [
        box
        for number, row in enumerate(rows)
        for box in _boxes(row, (width - _width(len(row))) // 2, _top(number), pin)
    ]
    height = _top(len(rows)) - _BETWEEN + _MARGIN if rows else 0
    return Household(width, height, boxes, _lines(boxes))


def _row(members: Sequence[Mapping[str, Any]], codes: tuple[str, ...]) -> list[Mapping[str, Any]]:
    found = [member for member in members if member["relationship"]["code"] in codes]
    return sorted(found, key=lambda member: codes.index(member["relationship"]["code"]))


def _width(count: int) -> int:
    return count * (_WIDE + _BESIDE) - _BESIDE


def _top(row: int) -> int:
    return _MARGIN + row * (_HIGH + _BETWEEN)


def _boxes(row: Sequence[Mapping[str, Any]], left: int, top: int, pin: str) -> list[Box]:
    return [
        Box(
            x=left + place * (_WIDE + _BESIDE),
            y=top,
            name=_shortened(member["full_name"]),
            role=member["relationship"]["name"],
            code=member["relationship"]["code"],
            is_subject=member["pin"] == pin,
        )
        for place, member in enumerate(row)
    ]


def _shortened(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"


def _lines(boxes: list[Box]) -> list[str]:
    """Join the head to the spouse, and each row to the one that it stems from."""
    of = {codes: [box for box in boxes if box.code in codes] for codes in _GROUPS}
    head, spouse = of[_HEAD], of[_SPOUSES]
    parents, children = of[_PARENTS], of[_CHILDREN]
    joined = [
        *_joined(of[_GRANDPARENTS], parents or head),
        *_joined(parents, [*of[_ELDERS], *head, *of[_YOUNGER]]),
        *_joined(of[_IN_LAWS], spouse),
        *_joined([*head, *spouse[:1]], children),
        *_joined(children or head, of[_GRANDCHILDREN]),
    ]
    if head and spouse:
        middle = head[0].y + _HIGH // 2
        joined.append(f"M{head[0].x + _WIDE} {middle}H{spouse[0].x}")
    return joined


def _joined(above: list[Box], below: list[Box]) -> list[str]:
    """Return a line from the middle of those above to each of those below."""
    if not above or not below:
        return []
    start = (above[0].middle + above[-1].middle) // 2
    turn = below[0].y - _BETWEEN // 2
    return [f"M{start} {above[0].y + _HIGH}V{turn}H{box.middle}V{box.y}" for box in below]
