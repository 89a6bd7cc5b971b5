"""Scoring by hand: a file of ten rows whose every figure can be worked out."""

import polars as pl
import pytest

from app.platform import errors
from app.scenarios import picture, scenario, scoring, submissions, telling

STORY = scenario.find("sim-cleanup")
IDS = [f"R{place}" for place in range(10)]
KEY = pl.DataFrame(
    {
        "record_id": IDS,
        "verdict": ["match"] * 6 + ["invented"] * 4,
        "number": ["901090000001"] * 6 + [""] * 4,
        "flag": ["none"] * 10,
        "situation": ["clean"] * 6 + ["unlawful"] * 4,
        "exact": [True] * 6 + [False] * 4,
        # One unlawful row cannot be told from clean ones, and one clean row from unlawful ones.
        "signature": [1] * 5 + [2] + [2, 2, 2, 1],
    }
)


def answers(**said):
    usual = {"verdict": "match", "number": "", "flag": "none", "action": "keep"}
    columns = {name: [value] * 10 for name, value in usual.items()}
    return pl.DataFrame({"record_id": IDS, **columns, **said})


def card(table):
    both = scoring.joined(KEY, table)
    cost = scoring.cost(STORY, both)
    return telling.Scorecard(
        scenario=STORY.name,
        run="0" * 32,
        submission=1,
        practice=False,
        rows=10,
        score=scoring.score(cost),
        answers=scoring.answers(STORY, both),
        numbers=scoring.numbers(STORY, both),
        cost=cost,
        submitted_on="2026-01-01",
    )


def test_the_cost_of_one_action_for_all_is_added_up_by_situation():
    found = card(answers()).cost
    assert found.total == 4 * 1500
    assert found.constant == {
        "keep": 6000,
        "correct": 6 * 20 + 4 * 900,
        "block": 6 * 600 + 4 * 40,
    }
    assert found.naive == 4 * 40  # all that is exact is kept, the rest blocked


def test_the_bound_decides_by_what_can_be_seen():
    """Signature 1: five clean and one unlawful; signature 2: one clean and three unlawful."""
    found = card(answers())
    keep_or = min(1500, 5 * 20 + 900, 5 * 600 + 40)
    assert found.cost.bound == keep_or + (600 + 3 * 40)
    (verdict, flag) = found.answers
    assert verdict.bound == 0.8
    assert flag.bound == 1.0


def test_costs_are_shares_of_the_sum_where_rows_have_one():
    stakes = [1] * 6 + [10, 20, 30, 40]
    key = KEY.with_columns(stake=pl.Series(stakes, dtype=pl.Int64))
    found = scoring.cost(STORY, scoring.joined(key, answers()))
    assert found.total == 100 * 1500
    assert found.constant["block"] == 6 * 600 + 100 * 40
    assert [(line.situation, line.rows, line.cost) for line in found.lines] == [
        ("clean", 6, 0),
        ("unlawful", 4, 100 * 1500),
    ]


def test_precision_recall_and_confusion_are_those_of_the_book():
    said = ["match"] * 5 + ["invented"] * 4 + ["match"]
    (verdict, _) = card(answers(verdict=said)).answers
    match = verdict.classes[0]
    assert (match.name, match.rows, match.answered, match.right) == ("match", 6, 6, 5)
    assert (match.precision, match.recall, match.f1) == (0.8333, 0.8333, 0.8333)
    never = next(each for each in verdict.classes if each.name == "deceased")
    assert (never.precision, never.recall, never.f1) == (None, None, None)
    assert verdict.accuracy == 0.8
    assert sum(map(sum, verdict.confusion)) == 10


def test_numbers_are_right_wrong_missing_or_invented():
    said = ["901090000001"] * 4 + ["901090000002", ""] + ["901090000009"] + [""] * 3
    (found,) = card(answers(number=said)).numbers
    assert (found.right, found.wrong, found.missing, found.invented) == (4, 1, 1, 1)


@pytest.mark.parametrize(
    ("total", "score"), [(50, 100), (250, 0), (150, 50), (450, -100), (49, 100.5)]
)
def test_a_score_is_100_at_the_bound_and_0_where_no_thought_was_spent(total, score):
    cost = telling.Cost(total=total, bound=50, naive=250, constant={"keep": 450}, lines=[])
    assert scoring.score(cost) == score


@pytest.mark.parametrize(("total", "score"), [(9, 100), (10, 0)])
def test_where_nothing_is_to_be_won_the_bound_is_all_there_is(total, score):
    cost = telling.Cost(total=total, bound=9, naive=9, constant={"keep": 9}, lines=[])
    assert scoring.score(cost) == score


def test_the_picture_shows_every_class_and_the_mark_of_simulation():
    drawn = picture.draw(card(answers()))
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")
    assert all(name in drawn for name in ("superseded_number", "sim_farm", picture.MARK))


# What is sent


def refused(body, media_type="text/csv"):
    with pytest.raises(errors.DancuError) as caught:
        submissions.read(STORY, body, media_type, pl.Series(IDS))
    return caught.value


def test_rows_that_are_wrong_are_named_by_their_number():
    wrong = answers(
        verdict=["match"] * 9 + ["perhaps"], number=["12"] + [""] * 9, action=["shout"] * 10
    )
    error = refused(wrong.write_csv().encode())
    assert error.code == "submission-invalid"
    assert error.message.startswith("12 rows")
    named = {param.name for param in error.params}
    assert {"rows.1.number", "rows.10.verdict", "rows.1.action"} <= named


def test_a_row_twice_a_stranger_and_one_that_is_missing_are_told():
    table = answers(record_id=["R0", "R0", *IDS[2:9], "nobody"])
    params = refused(table.write_csv().encode()).params
    assert [param.name for param in params] == [
        "rows.1.record_id",
        "rows.2.record_id",
        "rows.10.record_id",
        "record_id",
        "record_id",
    ]
    assert {"R1", "R9"} == {param.reason.split()[0] for param in params[3:]}


def test_columns_that_lack_or_are_strange_are_told():
    table = answers().drop("flag").with_columns(colour=pl.lit("red"))
    names = [param.name for param in refused(table.write_csv().encode()).params]
    assert names == ["columns.flag", "columns"]


@pytest.mark.parametrize(
    ("body", "media_type", "detail"),
    [
        (b"", "text/csv", "it is empty"),
        (b"\xff\xfe\x00", "text/csv", "line 1 is not UTF-8"),
        ("record_id,flag\nR1,có\n".encode("cp1258"), "text/csv", "line 2 is not UTF-8"),
        (b"PAR1 not at all", "application/vnd.apache.parquet", submissions.UNREADABLE.title_en),
        (b"", "application/vnd.apache.parquet", "it is empty"),
    ],
)
def test_what_cannot_be_read_is_told_so(body, media_type, detail):
    error = refused(body, media_type)
    assert (error.code, error.message) == ("submission-unreadable", detail)


def test_parquet_is_read_like_csv(tmp_path):
    answers().write_parquet(tmp_path / "a.parquet")
    body = (tmp_path / "a.parquet").read_bytes()
    table = submissions.read(STORY, body, submissions.PARQUET, pl.Series(IDS))
    assert table.equals(answers())


def test_parquet_with_more_rows_than_an_answer_can_have_is_not_unpacked(tmp_path):
    pl.concat([answers()] * 20).write_parquet(tmp_path / "a.parquet")
    body = (tmp_path / "a.parquet").read_bytes()
    assert refused(body, submissions.PARQUET).code == "submission-unreadable"
