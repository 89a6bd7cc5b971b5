"""What can be asked of a server about scenarios: a run that there is, and an answer to it."""

from __future__ import annotations

import csv
import io
import uuid

import httpx2
import schemathesis

NAME, CLIENT = "sim-cleanup", "viettel"
ADULTS = [
    {
        "name": f"Trần {middle} {given}",
        "sex": "F",
        "birth_date": f"19{80 + place % 20}-0{1 + place % 9}-1{place % 10}",
        "registration_place": {"unit": "01"},
    }
    for place, (middle, given) in enumerate(
        (middle, given)
        for middle in ("Thị", "Thu", "Ngọc", "Bích", "Hồng", "Kim", "Mỹ", "Như", "Ánh", "Diệu")
        for given in ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Lan", "Mai", "Nga", "Oanh")
    )
]


@schemathesis.serializer("text/csv", "application/vnd.apache.parquet")
def as_it_is(_context, value):
    """Send a table as the bytes it is."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def knows(path):
    """Whether an operation is about scenarios."""
    return path.startswith(("/v1/scenarios", "/control/v1/scenario-runs"))


class Scenarios:
    """A server on which there are people enough for a file."""

    def __init__(self, server, post):
        """`post(address, token, body)` asks."""
        self._server, self._post = server, post
        self._token = server.token_of(CLIENT)

    def aim(self, case, operation):
        """Ask something that is there; return the Authorization it goes with."""
        if case.headers is not None and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        path, named = operation.path, case.path_parameters or {}
        run = self._run() if "run_id" in named or path.endswith("/runs") else ""
        known = {"name": NAME, "run_id": run, "number": 1, "file": "extract.csv"}
        for name in named:
            case.path_parameters[name] = known[name]
        if operation.method == "post":
            is_table = path.endswith("/submissions")
            case.body = self._answers(run) if is_table else {"size": 100}
            if path.endswith("/decisions"):
                self._submit(run)
                case.body = {"decisions": {}}
            case.media_type = "text/csv" if is_table else "application/json"
        elif "/submissions/" in path:
            self._submit(run)
        token = self._server.operator_token if path.startswith("/control/") else self._token
        return f"Bearer {token}"

    def _run(self):
        """Start a run; register who is missing for it first."""
        address = f"/v1/scenarios/{NAME}/runs"
        begun = self._send("POST", address, json={"size": 100})
        if begun.status_code != 201:
            said = {"reason": "test", "rows": ADULTS}
            self._post("/control/v1/citizens", self._server.operator_token, said)
            begun = self._send("POST", address, json={"size": 100})
        assert begun.status_code == 201, begun.text
        return begun.json()["id"]

    def _answers(self, run):
        file = self._send("GET", f"/v1/scenarios/{NAME}/runs/{run}/files/extract.csv").text
        rows = csv.DictReader(io.StringIO(file))
        lines = [f"{row['record_id']},match,,none,keep" for row in rows]
        return "\n".join(["record_id,verdict,number,flag,action", *lines])

    def _submit(self, run):
        address = f"/v1/scenarios/{NAME}/runs/{run}/submissions"
        done = self._send("POST", address, content=self._answers(run), type="text/csv")
        assert done.status_code == 201, done.text

    def _send(self, method, address, *, type=None, **said):  # noqa: A002 - of the content
        headers = {"Authorization": f"Bearer {self._token}"}
        if type is not None:
            headers["Content-Type"] = type
        url = f"{self._server.base}{address}"
        return httpx2.request(method, url, headers=headers, timeout=60, **said)
