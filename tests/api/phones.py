"""A caller of simulated phones, for the tests of accounts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, bindparam, text

from tests.api.conftest import as_operator


class Phones:
    """The phones of a server's default world, as its operator holds them."""

    def __init__(self, client):
        self.client = client
        self.headers = as_operator(client)

    def get(self, who, path=""):
        return self.client.get(f"/control/v1/phones/{who}{path}", headers=self.headers)

    def post(self, who, path, body=None, **more):
        headers = self.headers | more
        return self.client.post(
            f"/control/v1/phones/{who}{path}", json=body or {}, headers=headers
        )

    def show(self, who):
        answer = self.get(who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def number(self, who):
        return self.show(who)["numbers"][0]["number"]

    def sample(self, who, **how):
        query = "&".join(f"{name}={value}" for name, value in how.items())
        return self.get(who, f"/samples?{query}").json()["token"]

    def code(self, who, phone, purpose="registration"):
        answer = self.post(who, "/codes", {"purpose": purpose, "phone": phone})
        assert answer.status_code == 201, answer.text
        return answer.json()["code"]

    def let_days_pass(self, days):
        """Set the world's clock forward, and have the server see it."""
        server = self.client.app._server
        world = server.worlds.open(server.settings.default_world)
        day = world.today + dt.timedelta(days=days)
        world.writer.submit(
            lambda session: session.execute(
                text("UPDATE world SET today = :day").bindparams(bindparam("day", day, type_=Date))
            )
        )
        world.refresh()

    def register(self, who, **said):
        said.setdefault("phone", "0999990000")
        if "code" not in said:
            said["code"] = self.code(who, said["phone"])
        return self.post(who, "/registrations", said)
