"""Credit-file cleansing: a bureau's borrowers against the registry, merged and split people too.

Forty-one million records of about fifty-five million borrowers were cleaned by 2023 (DOMAIN.md
§7.2); the shares of what was found there are not public, so these are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import claims, doubles
from app.scenarios.scenario import Column, Made, Scenario, what_to_do

if TYPE_CHECKING:
    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

ACTIONS: Final = {
    "keep": "leave the record as it is",
    "correct": "write what the registry confirms, by itself",
    "review": "have a person look at it with the lender",
}
#: Thousand đồng a row: a debt in another's name is dearest, a needless look is not free.
COSTS: Final = {
    "clean": {"keep": 0, "correct": 10, "review": 80},
    "to_update": {"keep": 60, "correct": 5, "review": 80},
    "dead": {"keep": 150, "correct": 60, "review": 80},
    "split": {"keep": 200, "correct": 150, "review": 80},
    "merged": {"keep": 900, "correct": 900, "review": 80},
    "foreign": {"keep": 1200, "correct": 1500, "review": 80},
}
_LENDERS = np.array(["VCB", "CTG", "PVC", "VIB", "BID", "MCR"])


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make the bureau's records: a code for each customer of each lender."""
    rows = doubles.make(people, draws, asked)
    rng = draws.stream("credit")
    lenders = pl.Series(_LENDERS[rng.integers(0, len(_LENDERS), rows.height)].tolist())
    months = pl.Series(rng.integers(1, 120, rows.height))
    balance = pl.Series((rng.lognormal(3.4, 1.1, rows.height) * 1000).astype(np.int64) * 1000)
    extract = rows.select(
        customer_code=doubles.code("KH"),
        lender=lenders,
        full_name=pl.col("full_name"),
        birth_date=pl.col("birth_date"),
        id_number=pl.col("number"),
        months_open=months,
        balance=balance,
    )
    return Made(extract=extract, key=doubles.key(rows, settled=("foreign",)))


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Identify every borrower, then look for people under two codes and codes of two people.

    1. Verify number, name and birth date, in batches; repair numbers that are nobody's.
    2. Compare the records with each other.
    3. Have a person look at what is foreign or double; correct the rest; keep what fits.
    """
    # 1. and 2.
    rows = doubles.of_extract(solver, extract, name="full_name", code="customer_code")
    # 3.
    action = (
        pl.when(doubles.is_doubtful())
        .then(pl.lit("review"))
        .when(pl.col("situation") == "clean")
        .then(pl.lit("keep"))
        .otherwise(pl.lit("correct"))
    )
    return doubles.answer(rows, action)


SCENARIO = Scenario(
    name="credit-file",
    title_vi="Làm sạch dữ liệu tín dụng",
    title_en="Credit-file cleansing",
    story_vi="Trung tâm thông tin tín dụng đối soát hồ sơ khách hàng vay với cơ sở dữ liệu quốc "
    "gia về dân cư. Một người có thể nằm ở hai mã khách hàng, theo số cũ và số mới; một mã có "
    "thể gộp nhầm nhiều người; khoản vay có thể đứng tên người khác. Sửa tự động thì rẻ, sửa "
    "nhầm nợ của người khác thì đắt.",
    story_en="The credit bureau compares its borrowers with the population database. One person "
    "may stand under two customer codes, by an old and by a new number; one code may have merged "
    "several people; a loan may be in another's name. Correcting by itself is cheap, and dear "
    "where it gives somebody another's debt.",
    law="Nghị định 58/2021/NĐ-CP",
    client="nhnn",
    purpose="data-cleansing",
    columns=(
        Column(
            name="customer_code", kind="text", vi="Mã khách hàng", en="The bureau's customer code."
        ),
        Column(name="lender", kind="text", vi="Tổ chức cho vay", en="Who lent."),
        Column(name="full_name", kind="text", vi="Họ tên người vay", en="The borrower's name."),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(name="months_open", kind="integer", vi="Số tháng đã vay", en="Months since."),
        Column(name="balance", kind="integer", vi="Dư nợ (đồng)", en="What is owed, in đồng."),
    ),
    answers=(
        claims.VERDICT,
        claims.NUMBER,
        doubles.relation(
            vi="Quan hệ với các bản ghi khác",
            en="How it stands to other records.",
            single="one person under one code",
            split="the same person stands under another code, too",
            merged="the code stands for several people",
        ),
        what_to_do(ACTIONS),
    ),
    mix={
        "near_match": 0.09,
        "old_number": 0.10,
        "superseded_number": 0.004,
        "wrong_number": 0.03,
        "another_person": 0.015,
        "deceased": 0.015,
        "invented": 0.005,
        doubles.SPLIT: 0.06,
        doubles.MERGED: 0.03,
    },
    groups=doubles.GROUPS,
    costs=COSTS,
    action="action",
    naive=("keep", "review"),
    promised=85,
    make=make,
    solve=solve,
)
