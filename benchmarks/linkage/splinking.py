"""Splink on DuckDB as a contestant, set up as its documentation has it, training included.

- **Tables**: the same two. Names in upper case and a second time without marks, dates as ISO text,
  numbers as text with their first and last six digits, made in the time that is measured.
- **Blocking**: the number; name and date; date and either half of the number; name and either half
  of the number. These are at least the pairs that dancu looks at.
- **Comparisons**: the name as it is, with term frequencies, without marks, and by Jaro-Winkler at
  0.92 and 0.88; the date as it is, day and month exchanged, Damerau-Levenshtein 1, the year; the
  number as it is and at Damerau-Levenshtein 1.
- **Training**: the share of matches from rows that agree in number and name, u by random sampling
  of the default million of pairs (ten million gave the same links for five times the time), m by
  expectation maximisation, blocked on the number and on name and date.

Of each row the best candidate is kept, however bad it is: `judging` finds the threshold.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from benchmarks.linkage.fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable

#: What DuckDB may hold; beyond that it writes to disk.
_MEMORY: Final = "4GB"
#: Below this nothing is kept; far below what any threshold would be.
_LEAST_WEIGHT: Final = -12
_SEED: Final = 1
#: The share of matches that agree in number and name, as somebody would guess.
_RECALL: Final = 0.8
_SWAPPED: Final = """
    left(dob_l, 4) = left(dob_r, 4)
    AND substr(dob_l, 6, 2) = substr(dob_r, 9, 2) AND substr(dob_l, 9, 2) = substr(dob_r, 6, 2)"""
_CLAIMS: Final = """
    CREATE TABLE claims AS
    SELECT row_number() OVER () - 1 AS unique_id, number, upper(full_name) AS name,
        CAST(CAST(try_strptime(birth_date, '%d/%m/%Y') AS DATE) AS VARCHAR) AS dob,
        CAST(right(birth_date, 4) AS INT) AS year
    FROM '{file}/*.parquet'"""
_REGISTRY: Final = """
    CREATE TABLE registry AS
    SELECT row_number() OVER () AS unique_id, person, upper(name) AS name,
        lpad(CAST(number AS VARCHAR), CASE WHEN via = 'old' THEN 9 ELSE 12 END, '0') AS number,
        CASE WHEN born % 100 > 0 THEN CAST(
            make_date(born // 10000, born // 100 % 100, born % 100) AS VARCHAR) END AS dob,
        born // 10000 AS year
    FROM '{registry}/*.parquet'"""
_KEYED: Final = """
    CREATE TABLE keyed_{table} AS
    SELECT *, replace(strip_accents(name), 'Đ', 'D') AS folded,
        left(number, 6) AS head, right(number, 6) AS tail FROM {table}"""
_BEST: Final = """
    COPY (
        SELECT l.unique_id_l AS row, max(l.match_weight) AS weight,
            arg_max(r.person, l.match_weight) AS person
        FROM (
            SELECT match_weight,
                CASE WHEN source_dataset_l = 'claims' THEN unique_id_l ELSE unique_id_r END
                    AS unique_id_l,
                CASE WHEN source_dataset_l = 'claims' THEN unique_id_r ELSE unique_id_l END
                    AS unique_id_r
            FROM {predicted}
        ) l JOIN registry r ON r.unique_id = l.unique_id_r
        GROUP BY l.unique_id_l
    ) TO '{out}' (FORMAT parquet)"""


def whole(folder: str, out: str) -> Callable[[], None]:
    """Go from Parquet to Parquet: `row`, `person` and `weight` of each row's best candidate."""
    warnings.simplefilter("ignore")  # that levels are not observed, and the like
    logging.getLogger("splink").setLevel(logging.ERROR)
    field = Field(Path(folder))

    def run() -> None:
        connection = duckdb.connect()
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(_CLAIMS.format(file=field.file))
        connection.execute(_REGISTRY.format(registry=field.registry))
        for table in ("claims", "registry"):
            connection.execute(_KEYED.format(table=table))
        linker = _linker(DuckDBAPI(connection))
        _train(linker)
        predicted = linker.inference.predict(threshold_match_weight=_LEAST_WEIGHT)
        connection.execute(_BEST.format(predicted=predicted.physical_name, out=out))

    return run


def _linker(api: DuckDBAPI) -> Linker:
    name = comparisons.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            levels.NullLevel("name"),
            levels.ExactMatchLevel("name", term_frequency_adjustments=True),
            levels.ExactMatchLevel("folded"),
            levels.JaroWinklerLevel("folded", 0.92),
            levels.JaroWinklerLevel("folded", 0.88),
            levels.ElseLevel(),
        ],
    )
    born = comparisons.CustomComparison(
        output_column_name="dob",
        comparison_levels=[
            levels.NullLevel("dob"),
            levels.ExactMatchLevel("dob"),
            levels.CustomLevel(_SWAPPED, label_for_charts="day and month exchanged"),
            levels.DamerauLevenshteinLevel("dob", 1),
            levels.ExactMatchLevel("year"),
            levels.ElseLevel(),
        ],
    )
    number = comparisons.DamerauLevenshteinAtThresholds("number", [1])
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[name, born, number],
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("folded", "dob"),
            block_on("dob", "tail"),
            block_on("dob", "head"),
            block_on("folded", "tail"),
            block_on("folded", "head"),
        ],
        retain_matching_columns=False,
    )
    tables = [
        api.register(f"keyed_{name}", dataset_display_name=name) for name in ("claims", "registry")
    ]
    return Linker(tables, settings)


def _train(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("number", "name")], recall=_RECALL
    )
    training.estimate_u_using_random_sampling(seed=_SEED)
    training.estimate_parameters_using_expectation_maximisation(block_on("number"))
    training.estimate_parameters_using_expectation_maximisation(block_on("folded", "dob"))
