"""Fees and statistics over HTTP."""

from __future__ import annotations

from app.sectors.holdings import KEEPERS
from tests.api.conftest import bearer
from tests.exchange import people

ASK = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


def test_an_agency_sees_its_own_fees_and_the_operator_all(client, world, operator):
    bank = bearer(client, world)
    assert client.post("/v1/verifications", json=ASK, headers=bank).status_code == 200
    own = client.get("/v1/fees", headers=bank)
    assert own.status_code == 200, own.text
    [line] = own.json()["lines"]
    fields = len(people.AN_CLAIM)
    assert (line["agency"], line["kind"], line["answers"]) == ("vietcombank", "verification", 1)
    assert (line["fields"], line["spent"], own.json()["spent"]) == (fields, *[fields * 1_000] * 2)
    month = world.today.isoformat()[:7]
    assert client.get("/v1/fees", params={"month": month}, headers=bank).json() == own.json()
    address = "/control/v1/fees"
    of_bank = {"agency": "vietcombank-basic"}
    assert client.get(address, params=of_bank, headers=operator).json() == own.json()
    assert client.get(address, headers=operator).json()["lines"] == [line]
    other = client.get(address, params={"agency": "viettel"}, headers=operator).json()
    assert other["lines"] == []
    nobody = client.get(address, params={"agency": "no-such"}, headers=operator)
    assert nobody.json()["code"] == "agency-unknown"
    assert client.get("/v1/fees", params={"month": "2026-13"}, headers=bank).status_code == 400


def test_statistics_of_provinces_are_for_everybody(shared):
    told = shared.get("/v1/statistics/provinces", params={"measure": "elders", "by_share": "true"})
    assert told.status_code == 200, told.text
    found = told.json()
    assert (found["measure"], found["by_share"], found["era"]) == ("elders", True, "2025")
    assert found["least"] == 5
    for row in (found["total"], *found["provinces"]):
        counts = [row[name] for name in ("people", "children", "minors", "adults", "elders")]
        assert all(count is None or count == 0 or count >= 5 for count in counts)


def test_the_quality_of_data_is_told_to_keepers_and_the_operator(shared, shared_world):
    own = shared.get("/v1/data-quality", headers=bearer(shared, shared_world, "bhxh"))
    assert own.status_code == 200, own.text
    names = [each["register"] for each in own.json()["items"]]
    assert names == ["population", "health-insurance", "social-insurance"]
    operator = {"Authorization": f"Bearer {shared.app._server.operator_token}"}
    told = shared.get("/control/v1/data-quality", headers=operator).json()
    assert [each["register"] for each in told["items"]] == ["population", *sorted(KEEPERS)]
