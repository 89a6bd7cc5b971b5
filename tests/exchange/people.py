"""Who is in the exchange's test world beside the registry's country, and questions about them."""

from __future__ import annotations

import datetime as dt

from app.exchange.errands import Errand
from app.exchange.jobs.running import Claimed
from app.exchange.verification import Question
from app.matching.dates import parse
from app.platform.worlds import WorldSpec
from tests.registry.country import TODAY, citizen

SPEC = WorldSpec(3, 10, "exchange", TODAY, "reserved")
HUNG, KHANH, LAN = 8, 9, 10

AN_PIN = "936080000001"
AN_CANCELLED = "936180000001"
AN_OLD = "162000001"
BINH_PIN = "901185000002"
SHARED_OLD = "271450001"
LUA_PIN = "901150000004"
EM_PIN = "901181000006"
HUNG_PIN = "901070000008"
KHANH_PIN = "901071000009"
LAN_PIN = "901172000010"
NOBODYS = "901090999999"

#: Who runs the jobs of tests.
RUNNER = "a" * 32

AN_CLAIM = {"full_name": "Nguyễn Văn An", "birth_date": "1980-05-12"}


def add(session) -> None:
    """Add Hùng, who is missing, Khánh, who is under review, and Lan, who has emigrated."""
    since = {"state_since": dt.date(2024, 1, 1)}
    missing = {"state": "missing", "missing_since": dt.date(2024, 1, 1)}
    session.add_all(
        [
            citizen(HUNG, "Phạm Văn Hùng", "1970-02-02", "M", **missing, **since),
            citizen(KHANH, "Vũ Quốc Khánh", "1971-03-03", "M", state="under_review", **since),
            citizen(LAN, "Hoàng Thị Lan", "1972-04-04", "F", state="emigrated", **since),
        ]
    )


def errand(purpose="ekyc", **columns) -> Errand:
    """Return an errand on the world's first day."""
    return Errand(**{"request_id": "0" * 32, "today": TODAY, "purpose": purpose, **columns})


def claimed(world, job_id, runner=RUNNER) -> Claimed:
    """Return a job that is there to be run."""
    return Claimed(world, job_id, runner)


def claim(**claimed) -> dict:
    """Return a claim, its birth date read."""
    return claimed | (
        {"birth_date": parse(claimed["birth_date"])} if "birth_date" in claimed else {}
    )


def question(number=AN_PIN, purpose="ekyc", *, claimed=None, explain=False, **columns) -> Question:
    """Return a question about `number`; without a claim, what is true of Nguyễn Văn An."""
    return Question(
        errand=errand(purpose, **columns),
        number=number,
        claim=claim(**(AN_CLAIM if claimed is None else claimed)),
        explain=explain,
    )
