"""World names."""

import pytest

from app.platform import names


@pytest.mark.parametrize("name", ["a", "default", "class-7", "a" * 40, "a-"])
def test_a_plain_name_is_taken(name):
    assert names.checked(name) == name


@pytest.mark.parametrize("name", ["", "7a", "-a", "A", "a" * 41, "a_b", "a b", "a\n", "á", "../a"])
def test_any_other_name_is_refused(name):
    assert not names.is_valid(name)
    with pytest.raises(ValueError, match="name of a world"):
        names.checked(name)
