"""Fetching from an address that somebody named: this machine only, small, quick, checked."""

import socket
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.platform import fetching
from app.platform.fetching import FetchError
from tests.support.publishing import published


@pytest.fixture(scope="module")
def site():
    with published() as opened:
        yield opened


def refused(url, **more):
    with pytest.raises(FetchError) as caught:
        fetching.fetch(url, **more)
    assert caught.value.reason_vi
    return str(caught.value)


def test_what_stands_there_is_fetched(site):
    assert fetching.fetch(site.put("/keys?a=1", b"{}")) == b"{}"
    assert fetching.fetch(site.base.replace("127.0.0.1", "localhost") + "/keys?a=1") == b"{}"


def test_a_redirect_is_followed_to_this_machine(site):
    site.put("/new", b"here")
    assert fetching.fetch(site.redirect("/old", "/new")) == b"here"


@pytest.mark.parametrize(
    "to",
    [
        "http://192.0.2.1/keys",
        "http://169.254.169.254/latest/meta-data/",
        "https://example.com/keys",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://127.0.0.1@192.0.2.1/",
        "//[2001:db8::1]/",
        "http://[",
        "",
    ],
)
def test_a_redirect_leads_nowhere_else(site, to):
    refused(site.redirect("/away", to))


def test_redirects_that_do_not_end_are_left(site):
    assert "too often" in refused(site.redirect("/round", "/round"))


def test_nothing_is_redirected_from_https_to_http():
    with pytest.raises(FetchError, match="from https to http"):
        fetching._redirected("https://127.0.0.1/", "http://127.0.0.1/")


@pytest.mark.parametrize(
    "url",
    [
        "https://192.0.2.1/keys",
        "https://example.com/keys",
        "https://10.0.0.1/",
        "https://[::ffff:192.0.2.1]/",
        "https://0.0.0.0/",
    ],
)
def test_another_machine_is_not_dialled(url, monkeypatch):
    def dial(*_args, **_kwargs):
        raise AssertionError("it was dialled")

    monkeypatch.setattr(socket, "create_connection", dial)
    assert "DANCU_DESTINATIONS" in refused(url)


def test_no_name_is_looked_up_but_listed_ones(monkeypatch):
    asked = []

    def look_up(host, port, **_):
        asked.append(host)
        return [(2, 1, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    refused("https://bank.example/keys")
    assert asked == []
    # A listed name that leads to a cloud's metadata is not dialled either.
    assert "DANCU_DESTINATIONS" in refused("https://bank.example/", destinations=["bank.example"])
    assert asked == ["bank.example"]
    # Nor is this machine's name, where it means another machine.
    assert "DANCU_DESTINATIONS" in refused("http://localhost/")


def test_what_the_operator_lists_is_dialled(monkeypatch):
    dialled = []

    def dial(address, **_):
        dialled.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", dial)
    assert "nothing useful" in refused("https://192.0.2.7/", destinations=["192.0.2.0/24"])
    assert dialled == [("192.0.2.7", 443)]
    found = [(2, 1, 6, "", ("198.51.100.1", 8443)), (2, 1, 6, "", ("198.51.100.2", 8443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    refused("https://bank.example:8443/", destinations=["bank.example"])
    assert dialled[1:] == [("198.51.100.1", 8443), ("198.51.100.2", 8443)]


def test_the_connection_goes_to_the_address_that_was_checked(site, monkeypatch):
    answers = iter([[(2, 1, 6, "", ("127.0.0.1", 0))], [(2, 1, 6, "", ("192.0.2.1", 0))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: next(answers))
    site.put("/once", b"1")
    # A second look-up would have led to another machine; there is none.
    dialled = []
    real = socket.create_connection

    def dial(address, **more):
        dialled.append(address[0])
        monkeypatch.undo()
        return real(address, **more)

    monkeypatch.setattr(socket, "create_connection", dial)
    port = int(site.base.rpartition(":")[2])
    assert fetching.fetch(f"http://localhost:{port}/once") == b"1"
    assert dialled == ["127.0.0.1"]


def test_only_https_goes_beyond_this_machine():
    assert "https" in refused("http://bank.example/keys", destinations=["bank.example"])


def test_a_secure_address_must_prove_who_it_is(site):
    port = site.base.rpartition(":")[2]
    assert "nothing useful" in refused(f"https://127.0.0.1:{port}/")


@pytest.mark.parametrize("status", [204, 304, 401, 404, 500])
def test_any_other_answer_than_200_is_none(site, status):
    assert str(status) in refused(site.put("/not", b"", status))


def test_too_much_is_not_read(site):
    most = fetching.MOST_BYTES
    assert len(fetching.fetch(site.put("/most", b"x" * most))) == most
    assert str(most) in refused(site.put("/more", b"x" * (most + 1)))


def test_a_server_that_dribbles_is_left_when_the_time_is_over(site):
    def dribble(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    site.pages["/slow"] = dribble
    began = time.monotonic()
    assert "too long" in refused(site.base + "/slow", seconds=0.3)
    assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_left(site):
    site.pages["/mute"] = lambda _handler: time.sleep(1)
    assert "too long" in refused(site.base + "/mute", seconds=0.2)


def test_a_server_that_hangs_up_or_talks_nonsense_is_left(site):
    def nonsense(handler):
        handler.wfile.write(b"\x00\x01\x02 nonsense\r\n\r\n")

    site.pages["/nonsense"] = nonsense
    assert "nothing useful" in refused(site.base + "/nonsense")


def test_a_deadline_may_come_when_all_is_over():
    with socket.create_server(("127.0.0.1", 0)) as server, fetching._Deadline(0.05) as deadline:
        connected = socket.create_connection(server.getsockname())
        deadline.holds(connected)
        connected.close()
        time.sleep(0.15)
        assert deadline.is_over


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://127.0.0.1/", "http or https"),
        ("http:///keys", "http or https"),
        ("http://127.0.0.1:0/", "http or https"),
        ("http://127.0.0.1:99999/", "no address"),
        ("http://127.0.0.1/kéy", "http or https"),
        ("http://127.0.0.1/a b", "http or https"),
        ("http://127.0.0.1/a\r\nX: y", "http or https"),
        ("http://127.0.0.1/" + "a" * 2_000, "http or https"),
        ("http://me:secret@127.0.0.1/", "no credentials"),
        ("http://127.0.0.1/#x", "no credentials"),
    ],
)
def test_what_is_no_plain_address_is_refused(url, why):
    assert why in refused(url)


@given(st.text())
@example("http://[::1")
@example("http://127.0.0.1:x/")
def test_no_text_is_taken_for_an_address_by_mistake(text):
    try:
        parts = fetching._checked(text)
    except FetchError:
        return
    assert parts.scheme in ("http", "https")
