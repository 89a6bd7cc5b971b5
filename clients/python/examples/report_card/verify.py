"""A client that the report card grades: one question, one conclusion, whatever is answered.

It speaks the contract of docs/report-card.md: a line of JSON comes on standard input, the address
and the system's secret in the environment, and a line of JSON with the conclusion goes out.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from dancu_client import (
    AsyncClient,
    NotProvedError,
    OAuthError,
    Options,
    Patience,
    ProblemError,
    Secret,
    StrangeAnswerError,
    UnreachableError,
)
from dancu_client.answers import Verification

#: What is left of the time for all that is not asking: to start, and to say the conclusion.
SPARE_SECONDS = 4.0


def main() -> None:
    """Read the question, and say what can be concluded."""
    asked = json.loads(sys.stdin.readline())
    sys.stdout.write(json.dumps({"conclusion": asyncio.run(concluded(asked))}) + "\n")


async def concluded(asked: dict[str, Any]) -> str:
    """Return the conclusion before the deadline: what is not known by then is asked for later."""
    try:
        async with asyncio.timeout(float(os.environ["DANCU_DEADLINE_SECONDS"]) - SPARE_SECONDS):
            return await answered(asked)
    except (TimeoutError, UnreachableError):
        return "later"
    except (StrangeAnswerError, NotProvedError):
        return "unknown"
    except OAuthError:
        return "refused"
    except ProblemError as problem:
        passes = problem.status >= 500 or problem.status == 429 or problem.retry_after is not None
        return "later" if passes else "refused"


async def answered(asked: dict[str, Any]) -> str:
    """Ask, check what was to be checked, and take for an outcome only one that is known."""
    secret = Secret(os.environ["DANCU_CLIENT_ID"], os.environ["DANCU_CLIENT_SECRET"])
    options = Options(patience=Patience(attempts=4, longest_wait=5.0), sign=asked["signed"])
    async with AsyncClient(os.environ["DANCU_URL"], secret, options) as dancu:
        answer = await dancu.verify(asked["number"], asked["claims"], purpose=asked["purpose"])
        if asked["proved"]:
            await prove(dancu, answer)
    return answer.outcome if answer.outcome in {"match", "no_match"} else "unknown"


async def prove(dancu: AsyncClient, answer: Verification) -> None:
    """Check that the log has this answer, and no other, under this receipt."""
    receipt, _ = await dancu.prove(answer.receipt)
    logged = receipt.contents
    if (logged["request_id"], logged["outcome"]) != (answer.request_id, answer.outcome):
        raise NotProvedError("the receipt is of another answer")


if __name__ == "__main__":
    main()
