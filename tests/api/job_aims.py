"""Questions about jobs that there are: one waits, one is done."""

from __future__ import annotations

import time
import uuid

import httpx2

from tests.exchange import people

RECONCILIATIONS, EXTRACTS = PATHS = ("/v1/reconciliations", "/v1/extracts")
ASKED = {
    RECONCILIATIONS: {"purpose": "data-cleansing"},
    EXTRACTS: {
        "purpose": "social-insurance",
        "officer": "can-bo-1",
        "fields": ["pin", "full_name"],
        "provinces": ["01"],
    },
}
FILE = f"number,full_name,birth_date\n{people.AN_PIN},Nguyễn Văn An,1980-05-12\n".encode()
BYTES = "application/octet-stream"


def knows(path):
    """Whether an operation is about jobs."""
    return path.startswith(PATHS)


class Jobs:
    """Those of one system at a server, of the kind that an address is about."""

    def __init__(self, server, token, path):
        self._server = server
        self._jobs = next(jobs for jobs in PATHS if path.startswith(jobs))
        self._headers = {"Authorization": f"Bearer {token}"}

    def aim(self, case, operation):
        """Point a question at a job in the right state; return its Authorization."""
        case.query = {}
        if case.headers is not None and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        if case.path_parameters:
            is_file = operation.method == "get" and operation.path.endswith(("/results", "/file"))
            case.path_parameters["job_id"] = self._done() if is_file else self._waiting()
        if operation.method == "post":
            case.body, case.media_type = dict(ASKED[self._jobs]), "application/json"
        if operation.method == "put":
            case.body, case.media_type = FILE, BYTES
        return self._headers["Authorization"]

    def _waiting(self):
        """Return one that waits for its file; an extract waits for nothing but its turn."""
        waiting = self._in("awaiting_file")
        if waiting:
            return waiting[0]
        return self._ask("POST", self._jobs, json=ASKED[self._jobs]).json()["id"]

    def _done(self):
        done = self._in("done")
        if done:
            return done[0]
        job, end = self._waiting(), time.monotonic() + 60
        if self._jobs == RECONCILIATIONS:
            headers = {"Content-Type": "text/csv"}
            self._ask("PUT", f"{self._jobs}/{job}/file", content=FILE, headers=headers)
        while (told := self._ask("GET", f"{self._jobs}/{job}").json())["state"] != "done":
            assert told["state"] in {"waiting", "running"}, told
            assert time.monotonic() < end, told
            time.sleep(0.1)
        return job

    def _in(self, state):
        there = self._ask("GET", self._jobs).json()
        return [each["id"] for each in there if each["state"] == state]

    def _ask(self, method, path, *, headers=None, **said):
        answer = httpx2.request(
            method,
            self._server.base + path,
            headers={**self._headers, **(headers or {})},
            timeout=60,
            **said,
        )
        assert answer.status_code < 300, answer.text
        return answer
