"""`dancu soap …`: what is sent, made without a server; `test_soap_clients` sends it."""

import pytest


@pytest.fixture
def dancu(on_worlds, world):
    """Runs the command on a generated world."""
    return lambda *arguments: on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)


def test_a_request_about_a_persona_says_what_is_on_record(dancu):
    listed = dancu("persona", "list", "--json").json
    [persona] = [each for each in listed if each["name"] == "adult-level-2"]
    body = dancu(
        "soap", "request", "look-up", "adult-level-2", "--officer", "nv.an", "--json"
    ).json
    assert f"<SoDinhDanh>{persona['pin']}</SoDinhDanh>" in body["envelope"]
    assert f"<HoVaTen>{persona['full_name'].upper()}</HoVaTen>" in body["envelope"]
    assert "<MaTichHop>037</MaTichHop><MaCanBo>nv.an</MaCanBo>" in body["envelope"]


def test_a_name_is_put_into_capitals_and_a_date_without_day_into_its_year(dancu):
    said = ("901080000001", "--name", "Lê Văn Tám", "--birth-date", "1980-05")
    body = dancu("soap", "request", "verify", *said).out
    assert "<HoVaTen>LÊ VĂN TÁM</HoVaTen>" in body
    assert "<Nam>1980</Nam>" in body


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("headers", "vietcombank", "--server", "http://127.0.0.1:9"), "server-unreachable"),
        (("request", "verify", "901080000001"), "nothing-claimed"),
        (("request", "verify", "1", "--name", "A", "--birth-date", "1980"), "nothing-claimed"),
        (("request", "verify", "newborn", "--birth-date", "1.1.80"), "birth-date-unreadable"),
    ],
)
def test_what_cannot_be_sent_is_said_before(dancu, arguments, code):
    done = dancu("soap", *arguments, "--json")
    assert done.status != 0
    assert f'"code":"{code}"' in done.err
