"""What holds for every scenario: a story's tests are a class that inherits these, and its own.

The reference solution keeps its promise, who does not think scores badly, a wrong shape is told by
rows, and nothing but the answer itself tells the truth.
"""

import polars as pl
import pytest

from app.scenarios import files

#: No column of the file, nor the order of its rows, may tell this much of whether a row is right.
MOST_TOLD = 0.15


class EveryStory:
    """Tests of the module's `NAME`, over the interface; see conftest."""

    def test_the_reference_solution_scores_what_its_documents_say(self, card, story):
        assert card["score"] >= story.promised
        for answer in card["answers"]:
            assert answer["accuracy"] <= answer["bound"] + 0.01
        assert card["cost"]["total"] >= card["cost"]["bound"]
        assert (card["simulated"], card["practice"]) == (True, True)

    def test_only_what_is_documented_is_in_the_truth(self, key, story):
        for column in story.classes:
            assert set(key[column.name]) <= set(column.values)
        assert set(key["situation"]) <= set(story.costs)

    def test_a_random_answer_scores_badly(self, extract, story, submit, draws):
        rng = draws.stream("random")
        said = {
            column.name: rng.random(extract.height)
            if column.kind == "score"
            else pl.Series(rng.choice(list(column.values) or [""], extract.height))
            for column in story.answers
        }
        assert submit(extract.select("record_id").with_columns(**said))["score"] < 0

    def test_one_action_for_all_scores_badly(self, extract, story, submit):
        for action in story.actions:
            assert submit(alike(story, extract, action=action))["score"] <= 0

    def test_rows_of_a_wrong_shape_are_told(self, extract, story, system, base, card):
        wrong = {each.name: "12" for each in story.answers}
        table = pl.concat([alike(story, extract, **wrong).head(2), alike(story, extract)[2:]])
        at = f"{base}/{card['run']}/submissions"
        answer = system.try_upload(at, table.write_csv().encode())
        assert (answer.status_code, answer.json()["code"]) == (400, "submission-invalid")
        told = {each["name"] for each in answer.json()["invalid_params"]}
        assert told == {f"rows.{row}.{name}" for row in (1, 2) for name in wrong}

    def test_more_rows_than_people_are_refused(self, client, system, base):
        answer = client.post(base, json={"size": 200_000}, headers=system.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "scenario-parameters-invalid")

    def test_the_file_has_as_many_rows_as_were_asked_for(self, request, card):
        assert card["rows"] == request.module.ASKED["size"]

    def test_the_file_has_no_column_of_the_truth(self, extract, story, card):
        assert extract.height == card["rows"] == extract["record_id"].n_unique()
        assert extract.columns == ["record_id", *(column.name for column in story.columns)]

    def test_the_order_and_the_ids_say_nothing(self, both):
        place = pl.int_range(both.height, eager=True)
        for order in (both, both.sort("record_id")):
            says = order["truth_exact"].cast(pl.Int8)
            told = pl.DataFrame({"a": place, "b": says}).select(pl.corr("a", "b")).item()
            assert abs(told) < MOST_TOLD

    @pytest.mark.parametrize("name", [files.KEY, f"../{files.KEY}", "submission-1.parquet"])
    def test_no_address_gives_the_truth(self, client, system, base, card, name):
        answer = client.get(f"{base}/{card['run']}/files/{name}", headers=system.headers)
        assert answer.status_code in {400, 404}

    def test_nobody_else_and_no_power_is_open_to_a_tester(self, client, agency, base, card):
        other = agency("mobifone").headers
        for path in ("", "/files/extract.csv", "/submissions/1", "/comparison"):
            answer = client.get(f"{base}/{card['run']}{path}", headers=other)
            assert (answer.status_code, answer.json()["code"]) == (404, "scenario-run-unknown")
        for path in ("", f"/{card['run']}/submissions"):
            answer = client.get(f"/control/v1/scenario-runs{path}", headers=other)
            assert answer.status_code == 401


def alike(story, extract, **said):
    """Answer every row alike: the first value of each class, no number, or what is `said`."""
    usual = {
        each.name: "0.5" if each.kind == "score" else next(iter(each.values), "")
        for each in story.answers
    }
    values = {name: pl.lit(value) for name, value in (usual | said).items()}
    return extract.select("record_id").with_columns(**values)
