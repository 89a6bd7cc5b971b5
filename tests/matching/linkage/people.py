"""A small country for the matcher, made without looking at its rules."""

import numpy as np
import polars as pl

from app.matching.columns import name_key_series
from app.matching.linkage import claims
from app.matching.linkage.linking import NUMBERED

FAMILIES = [
    *("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ"),
    *("Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"),
]
MIDDLES = ["Văn", "Thị", "Đức", "Minh", "Ngọc", "Thanh", "Hữu", "Thu", "Gia", "Quốc Bảo"]
GIVEN = [
    *("Hùng", "Lan", "Hoa", "Dũng", "Anh", "Nam", "Hương", "Linh", "Tuấn", "Hà"),
    *("Mai", "Sơn", "Nga", "Long", "Hải", "Thảo", "Trang", "Bình", "Phúc", "Yến"),
    *("Khánh", "Quân", "Tâm", "Vinh", "Oanh", "Phương", "Hạnh", "Trung", "Kiên", "Loan"),
]


def make(many, seed):
    """Return people with `person`, `number`, `name` and `born`, as common as people are."""
    rng = np.random.default_rng(seed)
    parts = [_drawn(rng, words, many) for words in (FAMILIES, MIDDLES, GIVEN)]
    days = rng.integers(0, 26_000, many)
    born = pl.Series(np.datetime64("1950-01-01") + days)
    serial = rng.permutation(900_000)[:many]
    number = 901_000_000_000 + born.dt.year().to_numpy().astype(np.int64) % 100 * 10**6 + serial
    return pl.DataFrame(
        {
            "person": np.arange(1, many + 1),
            "number": number,
            "name": [" ".join(words) for words in zip(*parts, strict=True)],
            "born": born,
        }
    )


def _drawn(rng, words, many):
    shares = 1 / np.arange(1, len(words) + 1)
    return rng.choice(words, many, p=shares / shares.sum())


def numbered(people, via="pin"):
    """Return people as the registry's table of numbers."""
    day = pl.col("born")
    return people.with_columns(
        born=day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day(),
        name_key=name_key_series(people["name"]),
        via=pl.lit(via),
    ).select(pl.col(name).cast(kind) for name, kind in NUMBERED.items())


def file(people):
    """Return people as an agency would have them, all right."""
    text = people.select(
        number=pl.col("number").cast(pl.String), full_name="name", birth_date="born"
    )
    return claims.read(text)
