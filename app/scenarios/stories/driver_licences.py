"""Driver-licence cleansing: a licensing office's file against the registry, duplicates found.

Licences of many years stand under old numbers and in names without marks; a person who "lost" one
may hold two that are valid, and a file number may have been given out twice (DOMAIN.md §9.1, 46).
"""

from __future__ import annotations

import datetime as dt
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
    "keep": "leave the licence as it is",
    "correct": "write what the registry confirms",
    "summon": "ask the holder to come with the licence",
    "revoke": "strike the licence off",
}
#: Thousand đồng a row: drivers without licences, licences without drivers, a day at the office.
COSTS: Final = {
    "clean": {"keep": 0, "correct": 10, "summon": 150, "revoke": 3000},
    "to_update": {"keep": 50, "correct": 5, "summon": 150, "revoke": 3000},
    "dead": {"keep": 300, "correct": 300, "summon": 200, "revoke": 5},
    "split": {"keep": 1000, "correct": 800, "summon": 150, "revoke": 1500},
    "merged": {"keep": 600, "correct": 600, "summon": 150, "revoke": 3000},
    "foreign": {"keep": 2000, "correct": 2000, "summon": 150, "revoke": 300},
}
_CLASSES = np.array(["A1", "A", "B", "C1", "C", "D"])
_SHARES = (0.52, 0.08, 0.28, 0.05, 0.05, 0.02)
_FIRST, _MEAN_YEARS = dt.date(2000, 1, 1), 8.0


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make the office's licences: a file number for each."""
    rows = doubles.make(people, draws, asked)
    rng = draws.stream("licences")
    classes = _CLASSES[rng.choice(len(_CLASSES), rows.height, p=_SHARES)]
    issued = people.days_ago(rng, rows.height, first=_FIRST, mean_years=_MEAN_YEARS)
    extract = rows.with_columns(issued=pl.Series(issued)).select(
        file_number=doubles.code("HS"),
        holder_name=pl.col("full_name"),
        birth_date=pl.col("birth_date"),
        id_number=pl.col("number"),
        licence_class=pl.Series(classes.tolist()),
        issued_on=claims.iso_day("issued"),
    )
    return Made(extract=extract, key=doubles.key(rows, settled=("foreign", "dead")))


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Identify every holder, then look for people with two licences and files of two people.

    1. Verify number, name and birth date, in batches; repair numbers that are nobody's.
    2. Compare the files with each other.
    3. Strike off the dead's, summon who holds two or another's, correct the rest.
    """
    # 1. and 2.
    rows = doubles.of_extract(solver, extract, name="holder_name", code="file_number")
    # 3.
    action = (
        pl.when(pl.col("situation") == "dead")
        .then(pl.lit("revoke"))
        .when(doubles.is_doubtful())
        .then(pl.lit("summon"))
        .when(pl.col("situation") == "clean")
        .then(pl.lit("keep"))
        .otherwise(pl.lit("correct"))
    )
    return doubles.answer(rows, action)


SCENARIO = Scenario(
    name="driver-licences",
    title_vi="Làm sạch dữ liệu giấy phép lái xe",
    title_en="Driver-licence cleansing",
    story_vi="Cơ quan cấp giấy phép lái xe đối soát hồ sơ với cơ sở dữ liệu quốc gia về dân cư. "
    "Hồ sơ nhiều năm còn số cũ, tên mất dấu; có người giữ hai giấy phép, có số hồ sơ cấp trùng, "
    "có giấy phép của người đã mất. Thu hồi nhầm là lấy mất kế sinh nhai của người lái xe.",
    story_en="The licensing office compares its files with the population database. Files of many "
    "years have old numbers and names without marks; some people hold two licences, some file "
    "numbers were given out twice, some holders have died. Who revokes wrongly takes a driver's "
    "living.",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15",
    client="bgtvt",
    purpose="data-cleansing",
    columns=(
        Column(name="file_number", kind="text", vi="Số hồ sơ", en="The office's file number."),
        Column(name="holder_name", kind="text", vi="Họ tên người lái xe", en="Holder's name."),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(name="licence_class", kind="text", vi="Hạng", en="Class."),
        Column(name="issued_on", kind="date", vi="Ngày cấp", en="Issued on."),
    ),
    answers=(
        claims.VERDICT,
        claims.NUMBER,
        doubles.relation(
            vi="Quan hệ với các hồ sơ khác",
            en="How it stands to other files.",
            single="one person's only licence file",
            split="the same person holds another licence under another file number",
            merged="the file number was given to several people",
        ),
        what_to_do(ACTIONS),
    ),
    mix={
        "near_match": 0.10,
        "old_number": 0.16,
        "superseded_number": 0.004,
        "wrong_number": 0.03,
        "another_person": 0.012,
        "deceased": 0.02,
        "invented": 0.008,
        doubles.SPLIT: 0.05,
        doubles.MERGED: 0.01,
    },
    groups=doubles.GROUPS,
    costs=COSTS,
    action="action",
    naive=("keep", "summon"),
    promised=75,
    make=make,
    solve=solve,
)
