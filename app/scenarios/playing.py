"""Playing a scenario as a tester's own client does: start, read, solve, submit."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from app.scenarios import files, submissions
from app.scenarios.solving import Solver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.progress import Progress
    from app.scenarios.scenario import Scenario
    from app.scenarios.solving import Agency


def play(
    agency: Agency, scenario: Scenario, asked: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Play the reference solution through the public interface alone; return the scorecard."""
    base = f"/v1/scenarios/{scenario.name}/runs"
    progress("making the file", 0.0)
    run = agency.post(base, dict(asked))
    at = f"{base}/{run['id']}"
    extract = pl.read_parquet(io.BytesIO(agency.download(f"{at}/files/{files.EXTRACT_PARQUET}")))
    solver = Solver(agency, scenario.purpose, progress)
    if scenario.past:
        past = agency.download(f"{at}/files/{files.PAST_PARQUET}")
        solver = replace(solver, past=pl.read_parquet(io.BytesIO(past)))
    answer = scenario.solve(solver, extract)
    progress("scoring", 1.0)
    body = answer.write_csv().encode()
    card: dict[str, Any] = agency.upload(f"{at}/submissions", body, submissions.CSV)
    return card
