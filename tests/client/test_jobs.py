"""Files that are held against the registry, and files made of it."""

import csv

import msgspec
import pytest
from dancu_client import Ground, JobError, ProblemError

from tests.client.conftest import INSURANCE

COLUMNS = {"number": "so", "full_name": "ten", "birth_date": "sinh"}
OFFICER = Ground(officer="can-bo-1")


def test_a_file_gets_a_verdict_for_each_row(system, an, tmp_path):
    file, results = tmp_path / "file.csv", tmp_path / "results.csv"
    rows = [f"{an.pin},{an.full_name},{an.birth_date}", "901000000000,Trần Thị Bưởi,1961-12-30"]
    file.write_text("\n".join(["so,ten,sinh", *rows, ""]))
    job = system("viettel").reconcile(
        file, results, purpose="data-cleansing", columns=COLUMNS, ground=OFFICER
    )
    assert (job.state, job.rows, job.counts["match"]) == ("done", 2, 1)
    with results.open() as told:
        assert [row["verdict"] for row in csv.DictReader(told)] == ["match", "not_found"]


def test_a_file_that_cannot_be_read_is_refused_with_what_is_wrong(system, tmp_path):
    file = tmp_path / "file.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ProblemError, match="file-unreadable") as refused:
        system("viettel").reconcile(
            file, tmp_path / "out", purpose="data-cleansing", columns=COLUMNS, ground=OFFICER
        )
    assert "columns.number" in {param.name for param in refused.value.invalid_params}
    assert not (tmp_path / "out").exists()


def test_a_job_that_does_not_end_well_is_an_error_that_has_it(dancu_world, tmp_path):
    client = dancu_world.client(INSURANCE)
    job = client.extract(
        tmp_path / "out", ["pin"], purpose="social-insurance", provinces=["01"], ground=OFFICER
    )
    failed = msgspec.structs.replace(job, state="failed", problem="storage-full")
    with pytest.raises(JobError, match="storage-full") as error:
        client.run(client._ended("/v1/extracts", failed))
    assert error.value.job is failed


def test_a_slice_of_the_registry_is_made_and_fetched(system, tmp_path):
    output = tmp_path / "people.csv"
    insurance = system(INSURANCE)
    job = insurance.extract(
        output,
        ["pin", "full_name"],
        purpose="social-insurance",
        provinces=["01"],
        ground=OFFICER,
    )
    with output.open() as told:
        assert sum(1 for _ in csv.DictReader(told)) == job.rows > 0
    assert [each.id for each in insurance.extracts()] == [job.id]
    assert insurance.reconciliations() == ()
