"""`dancu report-card`: a good client and a good relying party have an A, careless ones do not."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys

import httpx
import pytest

from app.cli import failing
from app.training.report_card import catalogue, sign_ins
from app.training.report_card.door import Door
from app.training.report_card.mirror import Mirror
from tests.project import files
from tests.support import ports

EXAMPLES = files.ROOT / "clients/python/examples/report_card"
CANDIDATES = files.ROOT / "tests/training/candidates"
GOOD = (sys.executable, EXAMPLES / "verify.py")
NAIVE = (sys.executable, "-S", CANDIDATES / "naive.py")
#: One or two of each kind: the whole run is for the slow tests.
SOME = (
    *("whole", "packed", "said-twice", "no-utf-8", "decomposed", "hint-before"),
    *("error-500-once", "unavailable-retry-after", "cut-after", "drip", "late"),
    *("token-expired", "token-never-good", "grant-withdrawn", "sent-elsewhere"),
    *("signed", "signed-by-a-stranger", "signature-missing"),
    *("proved", "receipt-contrary", "log-other-root"),
)


def _named(names):
    return [part for name in names for part in ("--case", name)]


@pytest.fixture
def graded(dancu):
    """Grades a client, and gives the card by its cases."""

    def grade(command, *options):
        done = dancu("report-card", "client", "--json", *options, "--", *command)
        card = json.loads(done.out)
        assert done.status == (0 if card["grade"] in "AB" else failing.FAILED)
        return card, {each["name"]: each for each in card["cases"]}

    return grade


def test_the_example_of_our_client_does_right_what_is_tried(graded):
    card, _ = graded(GOOD, *_named(SOME))
    wrong = [(each["name"], each["did_en"]) for each in card["cases"] if not each["passed"]]
    assert (card["grade"], wrong) == ("A", [])


@pytest.mark.slow
def test_the_example_of_our_client_does_everything_right(graded):
    card, found = graded(GOOD)
    wrong = [(each["name"], each["did_en"]) for each in card["cases"] if not each["passed"]]
    assert (card["grade"], wrong) == ("A", [])
    assert len(found) == len(catalogue.CLIENT)
    assert card["seconds"] < 120


def test_a_careless_client_is_told_what_it_does_wrong(graded):
    card, found = graded(NAIVE, "--seconds", "4", *_named(SOME))
    assert card["grade"] == "F"
    assert found["whole"]["passed"]
    assert {name for name, each in found.items() if each["passed"]} <= {
        "whole", "decomposed", "token-expired",
    }  # fmt: skip
    assert found["late"]["did_en"].startswith("it came to no conclusion within")
    assert found["grant-withdrawn"]["did_en"] == (
        "it concluded no_match; it asked 3 times, and was refused the same way each time"
    )
    assert "without the same Idempotency-Key" in found["cut-after"]["did_en"]
    assert "was told to wait 1 s" in found["unavailable-retry-after"]["did_en"]
    assert "it did not ask for a signed answer" in found["signed-by-a-stranger"]["did_en"]
    assert "không yêu cầu câu trả lời có chữ ký" in found["signature-missing"]["did_vi"]
    assert "it did not ask" in found["log-other-root"]["did_en"]


def test_who_follows_a_redirect_elsewhere_has_given_the_secret_away(graded):
    card, found = graded(
        (sys.executable, "-S", CANDIDATES / "obedient.py"),
        *_named(("whole", "sent-elsewhere", "token-sent-elsewhere")),
    )
    assert (card["grade"], card["grave"]) == ("D" if card["score"] >= 50 else "F", 2)
    assert "showed its secret or token there" in found["token-sent-elsewhere"]["did_en"]
    assert "sent the person's data to another host" in found["sent-elsewhere"]["did_en"]


def test_a_client_that_breaks_is_told_its_last_words(graded):
    broken = (sys.executable, "-c", "raise SystemExit('no such luck')")
    _, found = graded(broken, "--case", "whole")
    assert found["whole"]["did_en"].startswith("it broke (exit 1: no such luck)")


def test_a_card_is_text_and_a_page_in_both_languages(dancu, tmp_path):
    page = tmp_path / "card.html"
    options = ("--seconds", "4", "--html", page, "--language", "vi")
    cases = _named(("whole", "signed-alg-none"))
    done = dancu("report-card", "client", *options, *cases, "--", *NAIVE)
    assert done.status == failing.FAILED
    assert "Hạng " in done.out
    assert "signed-alg-none (nghiêm trọng): alg none" in done.out
    assert "+ whole" in done.err
    written = page.read_text("utf-8")
    assert "MÔ PHỎNG" in written
    assert "<code>unknown</code>" in written
    assert not re.search(r"(src|href)=.http|url\(.?http", written)


def test_what_cannot_be_begun_is_told(dancu):
    unknown = dancu("report-card", "client", "--case", "nothing", "--", "true")
    assert "there is no case nothing" in unknown.err
    missing = dancu("report-card", "client", "--case", "whole", "--", "/no/such/client")
    assert "does not start" in missing.err
    bound = dancu("report-card", "client", "--client", "vietcombank-fapi", "--", "true")
    assert "does not prove itself by a secret" in bound.err
    who = ("--who", "http://127.0.0.1:1/me")
    outside = dancu("report-card", "relying-party", "https://dancu.example/login", *who)
    assert "is not on this machine" in outside.err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        here = f"http://127.0.0.1:{port}/login"
        busy = dancu("report-card", "relying-party", here, *who, "--port", port)
    assert f"nothing can listen on port {port}" in busy.err


@contextlib.contextmanager
def _party(folder, app, issuer_port):
    """Run a relying party of that folder, whose issuer is the door."""
    port = ports.free()
    variables = {
        "DANCU_URL": f"http://127.0.0.1:{issuer_port}",
        "DANCU_CLIENT_ID": "vietcombank-basic",
        "DANCU_CLIENT_SECRET": os.environ["CARD_SECRET"],
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *app, "--port", str(port), "--log-level", "error"],
        cwd=folder,
        env={**os.environ, **variables},
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def judged(dancu, told, monkeypatch):
    """Grades a relying party, and gives the card by its cases."""
    found = told("agency", "show", "vietcombank")["credentials"]
    [secret] = [each["client_secret"] for each in found if each["client_secret"]]
    monkeypatch.setenv("CARD_SECRET", secret)

    def judge(folder, app, *options):
        door = ports.free()
        with _party(folder, app, door) as at:
            done = dancu(
                *("report-card", "relying-party", f"{at}/login", "--who", f"{at}/me"),
                *("--port", door, "--json", *options),
            )
        card = json.loads(done.out)
        return card, {each["name"]: each for each in card["cases"]}

    return judge


def test_the_example_of_a_relying_party_does_everything_right(judged):
    card, found = judged(EXAMPLES, ("--factory", "relying_party:from_environment"))
    assert [(each["name"], each["did_en"]) for each in found.values() if not each["passed"]] == []
    assert (card["grade"], card["not_tried"]) == ("A", 0)
    assert len(found) == len(sign_ins.RELYING_PARTY)


def test_a_careless_relying_party_lets_everybody_in(judged):
    card, found = judged(CANDIDATES, ("naive_party:app",))
    assert card["grade"] == "F"
    let_in = {name for name, each in found.items() if each["did_en"] == "somebody is signed in"}
    assert let_in >= {
        "bad-signature", "alg-none", "wrong-issuer", "wrong-audience", "expired",
        "wrong-answer-issuer", "other-browser", "wrong-state",
    }  # fmt: skip
    assert "code_challenge is missing, or the same twice" in found["requests-fresh"]["did_en"]
    assert found["wrong-acr"]["passed"] is None
    assert found["wrong-acr"]["did_en"] == "it asks for level 1"
    assert found["wrong-userinfo-subject"]["passed"] is None
    assert "it broke: 500" in found["token-no-json"]["did_en"]
    assert "stuck" not in found["code-of-another"]["did_en"]  # it pushes no request


def test_where_nobody_can_sign_in_nothing_else_means_anything(judged):
    card, found = judged(CANDIDATES, ("naive_party:app",), "--persona", "deceased")
    assert (card["grade"], card["not_tried"]) == ("F", len(found) - 1)
    assert not found["whole"]["passed"]


def test_the_door_tells_nobody_where_the_world_is(served):
    """What a relying party reads of the issuer is the door's alone."""
    with Door(served.base, Mirror(), lambda _: None) as door:
        about = httpx.get(f"{door.url}/.well-known/openid-configuration").json()
        assert served.base not in json.dumps(about)
        assert about["issuer"] == door.url
        assert len(httpx.get(about["jwks_uri"]).json()["keys"]) == 2
