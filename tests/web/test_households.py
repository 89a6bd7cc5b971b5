"""A household, drawn: everybody once, in their row, joined to whom they stem from."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.web import households

#: What members are to the head, with a name that says so.
KIN = {
    "01": "Chủ hộ",
    "02": "Vợ",
    "04": "Con đẻ",
    "06": "Cha đẻ",
    "07": "Mẹ đẻ",
    "08": "Ông",
    "10": "Anh ruột",
    "12": "Em ruột",
    "13": "Cháu",
    "14": "Con dâu",
    "16": "Cha, mẹ vợ hoặc chồng",
    "17": "Ở nhờ, ở thuê",
    "99": "Khác",
}


def member(number, code):
    role = {"code": code, "name": KIN[code]}
    return {"pin": f"9010{number:08}", "full_name": f"Người {number}", "relationship": role}


def drawn(*codes):
    """Draw a household of these; the page is about the first."""
    members = [member(number, code) for number, code in enumerate(codes)]
    return households.draw(members, members[0]["pin"])


def rows(tree):
    by_top = {}
    for box in tree.boxes:
        by_top.setdefault(box.y, []).append(box)
    return [[box.role for box in sorted(row)] for _, row in sorted(by_top.items())]


def test_each_generation_stands_in_a_row():
    tree = drawn("04", "02", "01", "13", "07", "06", "12", "08", "17", "16")
    assert rows(tree) == [
        ["Ông"],
        ["Cha đẻ", "Mẹ đẻ", "Cha, mẹ vợ hoặc chồng"],
        ["Chủ hộ", "Vợ", "Em ruột"],
        ["Con đẻ"],
        ["Cháu"],
        ["Ở nhờ, ở thuê"],
    ]


def test_lines_lead_from_those_above_to_those_below():
    tree = drawn("01", "02", "04", "04")
    head, spouse, *children = tree.boxes
    between = (head.middle + spouse.middle) // 2
    ends = {re.search(r"H(\d+)V(\d+)$", line).groups() for line in tree.lines if "V" in line}
    assert ends == {(str(child.middle), str(child.y)) for child in children}
    starts = {line.split("V")[0].split()[0] for line in tree.lines if "V" in line}
    assert starts == {f"M{between}"}
    [couple] = [line for line in tree.lines if "V" not in line]
    assert couple.endswith(f"H{spouse.x}")


def test_a_long_name_is_cut_and_a_lodger_is_joined_to_nobody():
    long = member(0, "01") | {"full_name": "Công Tằng Tôn Nữ Thị Hoàng Lan Anh"}
    tree = households.draw([long, member(1, "17")], long["pin"])
    assert tree.boxes[0].name.endswith("…")
    assert tree.lines == []


def test_nobody_is_nothing():
    assert households.draw([], "901000000000") == (8, 0, [], [], tree_box())


def tree_box():
    return drawn("01").box


@given(st.lists(st.sampled_from(sorted(KIN)), max_size=14))
def test_everybody_is_there_once_and_nobody_covers_another(codes):
    tree = drawn("01", *codes)
    wide, high = tree.box
    assert len(tree.boxes) == len(codes) + 1
    assert [box.is_subject for box in tree.boxes].count(True) == 1
    for box in tree.boxes:
        assert 0 <= box.x <= tree.width - wide
        assert 0 <= box.y <= tree.height - high
    for one, other in combinations(tree.boxes, 2):
        assert abs(one.x - other.x) >= wide or abs(one.y - other.y) >= high
