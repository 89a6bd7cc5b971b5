"""A server over a generated world, whose personas have wallets; and what they do with them."""

from __future__ import annotations

import jwt

from app.exchange.log import leaves
from tests.api.conftest import as_operator, bearer

AN = "adult-level-2"
PIN = "901090990001"
NAME = "Nguyễn Văn An"


def address(who=AN, rest=""):
    return f"/control/v1/phones/{who}/wallet{rest}"


class Wallet:
    """Somebody's wallet on the simulated phone."""

    def __init__(self, client, who=AN):
        self.client = client
        self.who = who
        self.operator = as_operator(client)

    def post(self, rest="", body=None, **headers):
        return self.client.post(
            address(self.who, rest),
            json={} if body is None else body,
            headers=self.operator | headers,
        )

    def get(self, rest=""):
        return self.client.get(address(self.who, rest), headers=self.operator)

    def delete(self, document_id):
        return self.client.delete(address(self.who, f"/{document_id}"), headers=self.operator)

    def integrated(self, kind, number=None):
        """Return the document's id, integrated if it is not."""
        asked = {"kind": kind} | ({} if number is None else {"number": number})
        answer = self.post("", asked)
        assert answer.status_code == 201, answer.text
        held = answer.json()
        assert held["state"] == "integrated", held
        return held["id"]

    def shown(self, request):
        """Make a presentation for a request of a verifier, as its query asks."""
        [query] = request["dcql_query"]["credentials"]
        kinds = [vct.rpartition("/")[2] for vct in query["meta"]["vct_values"]]
        answer = self.post(
            "/presentations",
            {
                "documents": kinds,
                "claims": [claim["path"][0] for claim in query["claims"]],
                "nonce": request["nonce"],
                "audience": request["audience"],
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["text"]


def system(client, world, client_id="bca"):
    """Return the headers of a system."""
    return bearer(client, world, client_id)


def leaf_of(told):
    """Return what the log keeps of an answer."""
    unverified = jwt.decode(told["receipt"], options={"verify_signature": False})
    return leaves.parse(unverified["leaf"])
