"""Who becomes a mother: only women with a weight, whatever is drawn."""

import numpy as np

from seed import dates, mothers

MANY = 7 * 4


class Zeros(np.random.Generator):
    """Draws the exact 0 that one draw in millions is, every time."""

    def __init__(self):
        super().__init__(np.random.PCG64(1))

    def standard_exponential(self, size=None, dtype=np.float64, method="zig", out=None):  # noqa: ARG002
        return np.zeros(size, dtype)


def women(weights):
    """Women of 17, 22, 27 … in the middle of 2020, four of each age group."""
    years = np.repeat(np.arange(2020 - 52, 2020 - 17, 5), 4)
    return mothers.Mothers(
        born=np.array([dates.day(int(year), 7) for year in years], np.int32),
        weight=np.tile(np.array(weights, np.float32), 7),
        **dict.fromkeys(
            ("union", "from_year", "to_year", "before", "last_birth", "children"),
            np.zeros(MANY, np.int32),
        ),
        began=None,
        ended=None,
        lately={},
    )


def test_a_draw_of_exactly_zero_makes_no_mother_of_a_woman_without_weight():
    # The first and the last of four have a weight, and three of an age group are wanted.
    wanted = np.full(7, 3)
    found = mothers.choose(Zeros(), women([1, 0, 0, 2]), 2020, wanted)
    assert set(found % 4) == {0, 3}
