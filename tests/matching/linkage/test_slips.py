"""The error model: its shares are shares, and everything in it is found and told."""

import re
from pathlib import Path

import pytest

from app.matching.linkage import explaining, likeness, linking
from app.matching.linkage.slips import AGREED, SLIPS, About


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize("never_met", ["number_unknown", "other_persons_number"])
def test_the_shares_of_each_group_add_up_to_at_most_one(about, never_met):
    """A row's number leads to somebody or to nobody: of the two errors one has no share."""
    weights = [
        slip.weight
        for slip in SLIPS.values()
        if slip.about is about and not slip.ancillary and slip.name != never_met
    ]
    assert 0.8 < sum(2**-weight for weight in (*weights, AGREED[about])) <= 1


def test_every_error_is_found_by_a_comparison_and_no_other_is():
    code = "".join(Path(module.__file__).read_text() for module in (likeness, linking))
    named = set(re.findall(r'lit\("([a-z_]+)"\)|\["(name_differs)"\]', code))
    found = {name for pair in named for name in pair if name}
    assert found == {*SLIPS, *explaining.UNREADABLE}


def test_reasons_are_told_in_both_languages():
    [told, unread] = explaining.told(["old_number", "birth_date_unreadable"])
    assert (told.vi, told.en) == ("Số CMND 9 số cũ", "An old 9-digit number")
    assert unread.en == "The birth date cannot be read"


def test_the_table_for_the_documents_names_every_error():
    english, vietnamese = explaining.table_markdown("en"), explaining.table_markdown("vi")
    assert all(f"`{name}`" in english and f"`{name}`" in vietnamese for name in SLIPS)
    assert (
        "| birth_date | `dob_partial` | The birth date lacks day or month | 0.5 | 6 |" in english
    )
