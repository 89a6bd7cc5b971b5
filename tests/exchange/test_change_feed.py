"""The change feed: what a grant covers, once at least, with a proof for each person."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.exchange import access as accesses
from app.exchange import change_feed, cursors, proof
from app.exchange.change_feed import Poll
from app.exchange.gate import Reason
from app.exchange.log import leaves
from app.exchange.models import Grant, Leaf, LeafEntry
from app.platform import clock
from app.platform.errors import DancuError
from app.platform.worlds import Worlds
from app.registry import changes, events
from tests.exchange.people import AN_PIN, BINH_PIN, LUA_PIN, errand
from tests.registry.country import AN, BINH, TODAY
from tests.registry.registering import newborn

INSURANCE, JUSTICE, HEALTH, CITY, SAIGON, BANK = (
    "bhxh",
    "btp",
    "byt",
    "ha-noi",
    "ho-chi-minh",
    "vietcombank-basic",
)
PURPOSES = {
    INSURANCE: "social-insurance",
    JUSTICE: "civil-status",
    HEALTH: "health-care",
    CITY: "administrative-procedure",
    SAIGON: "administrative-procedure",
    BANK: "account-data",
}


def report(**said):
    return events.Report(
        **{
            "today": TODAY,
            "now": dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC),
            "seed": 3,
            "pin_style": "reserved",
            "reported_by": "test",
            "reason": "test",
            **said,
        }
    )


def happen(world, kind, *payloads):
    return world.writer.submit(lambda session: events.apply_all(session, kind, payloads, report()))


def correct(world, pin, **said):
    return happen(world, "correction", {"pin": pin, **said})


@pytest.fixture
def poll(world, access):
    """Read a page as a client and return what was answered."""

    def read(client_id, *, purpose=None, officer="cb-01", **asked):
        wanted = Poll(
            errand=errand(purpose=purpose or PURPOSES[client_id], officer=officer), **asked
        )
        caller = access.snapshot().callers[client_id]
        with world.session() as session:
            prepared = change_feed.prepare(session, access, caller, wanted)
        return world.writer.submit(
            lambda session: change_feed.record(session, access, prepared, now=clock.now())
        )

    return read


@pytest.fixture
def page(poll):
    """Read a page as a client and return its JSON."""

    def read(client_id, **asked):
        answered = poll(client_id, **asked)
        assert answered.body is not None, answered.verdict
        return json.loads(answered.body)

    return read


def code_of(call, *arguments, **named):
    with pytest.raises(DancuError) as raised:
        call(*arguments, **named)
    return raised.value.code


def logged(world, answered):
    seq = answered.proof.leaf.seq
    with world.session() as session:
        leaf = leaves.parse(session.scalar(select(Leaf.body).where(Leaf.seq == seq)))
        rows = session.scalars(
            select(LeafEntry.body).where(LeafEntry.seq == seq).order_by(LeafEntry.position)
        ).all()
    return leaf, [leaves.parse_entry(row) for row in rows]


def test_a_page_names_what_changed_of_what_the_grant_covers(page, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân", religion="1")
    told = page(INSURANCE)
    [item] = told["items"]
    assert item == {
        "id": item["id"],
        "kind": "correction",
        "person": item["person"],
        "occurred_on": "2026-01-01",
        "recorded_on": "2026-01-01",
        "changed": ["full_name"],
        "pin": AN_PIN,
    }
    assert (told["more"], told["withheld"], told["simulated"]) == (False, {}, True)
    assert "26/2023/QH15" in told["legal_basis"]


def test_values_are_told_of_fields_that_the_grant_covers_and_the_others_withheld(page, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    told = page(INSURANCE, fields=("full_name", "phone"))
    assert told["items"][0]["values"] == {"full_name": "Nguyễn Văn Ân"}
    assert list(told["withheld"]) == ["phone"]


def test_what_the_grant_does_not_cover_is_not_told_at_all(page, world):
    correct(world, AN_PIN, religion="1")
    assert page(INSURANCE)["items"] == []
    correct(world, AN_PIN, phone="0590000077")
    happen(world, "registration", newborn(mother={"pin": BINH_PIN}))
    [born] = page(HEALTH)["items"]
    assert born["kind"] == "registration"
    assert set(born["changed"]) == {
        "full_name", "pin", "birth_date", "sex", "mother",
    }  # fmt: skip


def test_who_has_no_grant_for_numbers_knows_people_by_names_of_its_own(page, world, access):
    def forget_numbers(session):
        for row in session.scalars(select(Grant).where(Grant.service == "changes")):
            fields = [name for name in row.fields if name != "pin"]
            session.execute(update(Grant).where(Grant.id == row.id).values(fields=fields))
        accesses.touch(session)

    world.writer.submit(forget_numbers)
    access.poll()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, AN_PIN, name="Nguyễn Văn An")
    first, second = page(INSURANCE)["items"]
    assert "pin" not in first
    assert first["person"] == second["person"]
    assert first["id"] != second["id"]
    elsewhere = page(JUSTICE)["items"][0]
    assert elsewhere["person"] != first["person"]
    assert elsewhere["id"] != first["id"]


def test_each_change_has_an_entry_of_its_own_in_the_one_leaf(poll, world, access):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, BINH_PIN, name="Đỗ Thị Bính")
    answered = poll(INSURANCE, fields=("sex",))
    leaf, entries = logged(world, answered)
    assert (leaf.kind, leaf.outcome, leaf.subject) == ("changes", "told", None)
    assert (leaf.officer, leaf.entries) == ("cb-01", 2)
    assert leaf.fields == ("full_name", "pin", "sex")
    assert [entry.subject for entry in entries] == [
        proof.citizen_subject(access, citizen_id) for citizen_id in (AN, BINH)
    ]
    assert all(entry.fields == ("full_name", "pin", "sex") for entry in entries)


def test_a_page_with_nothing_new_is_logged_too_and_has_a_cursor(page, poll, world):
    answered = poll(INSURANCE)
    leaf, entries = logged(world, answered)
    assert (leaf.outcome, leaf.fields, leaf.entries, entries) == ("nothing_new", (), 0, [])
    cursor = json.loads(answered.body)["next_cursor"]
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    assert len(page(INSURANCE, cursor=cursor)["items"]) == 1


def test_pages_follow_one_another_without_gaps_or_repetition(page, world):
    for name in ("Ân", "Ấn", "Ẩn", "An", "Ân"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    whole = [item["id"] for item in page(INSURANCE)["items"]]
    assert len(set(whole)) == 5
    found, asked = [], {}
    while len(found) < 5:
        told = page(INSURANCE, limit=2, **asked)
        found += [item["id"] for item in told["items"]]
        asked = {"cursor": told["next_cursor"]}
    assert found == whole
    assert not told["more"]
    again = page(INSURANCE, **asked)
    assert (again["items"], again["next_cursor"]) == ([], told["next_cursor"])


def test_a_feed_may_begin_behind_everything(page, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    told = page(INSURANCE, start="latest")
    assert told["items"] == []
    correct(world, BINH_PIN, name="Đỗ Thị Bính")
    [item] = page(INSURANCE, cursor=told["next_cursor"])["items"]
    assert item["pin"] == BINH_PIN


def test_a_city_is_told_of_its_own_people(page, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    assert len(page(CITY)["items"]) == 1
    assert page(SAIGON)["items"] == []
    assert len(page(INSURANCE, provinces=frozenset({"01"}))["items"]) == 1
    assert page(INSURANCE, provinces=frozenset({"79"}))["items"] == []


def test_a_reader_may_ask_for_fewer_kinds(page, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    happen(world, "registration", newborn())
    kinds = {item["kind"] for item in page(INSURANCE)["items"]}
    assert kinds == {"correction", "registration"}
    [item] = page(INSURANCE, kinds=frozenset({"registration"}))["items"]
    assert item["kind"] == "registration"


@pytest.mark.parametrize(
    ("client_id", "asked", "reason"),
    [
        (BANK, {}, Reason.PURPOSE_NOT_ALLOWED),
        (INSURANCE, {"officer": None}, Reason.OFFICER_REQUIRED),
        (INSURANCE, {"fields": ("phone",)}, Reason.FIELD_NOT_ALLOWED),
        (HEALTH, {"kinds": frozenset({"correction"})}, Reason.SLICE_NOT_ALLOWED),
        (CITY, {"provinces": frozenset({"79"})}, Reason.SLICE_NOT_ALLOWED),
    ],
)
def test_a_refused_page_tells_nothing_and_is_logged(poll, world, client_id, asked, reason):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    answered = poll(client_id, **asked)
    assert answered.verdict.reason is reason
    assert answered.body is None
    leaf, entries = logged(world, answered)
    assert leaf.outcome == f"refused:{reason}"
    assert (leaf.fields, leaf.entries, entries) == ((), None, [])


def test_what_there_is_not_is_an_error_and_names_what_is_wrong(poll):
    assert code_of(poll, INSURANCE, fields=("children",)) == "field-unknown"
    with pytest.raises(DancuError) as raised:
        poll(INSURANCE, kinds=frozenset({"horoscope"}), provinces=frozenset({"00", "01"}))
    assert raised.value.code == "changes-slice-unknown"
    assert [param.name for param in raised.value.params] == ["kinds", "provinces"]


def test_each_change_told_counts_as_a_question(poll, world, access):
    before = access.asked_today(INSURANCE)
    for name in ("Ân", "An", "Ẩn"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    poll(INSURANCE)
    assert access.asked_today(INSURANCE) == before + 3
    poll(INSURANCE, start="latest")
    assert access.asked_today(INSURANCE) == before + 4


def test_a_cursor_is_of_one_agency_purpose_and_slice(page, poll):
    cursor = page(INSURANCE)["next_cursor"]
    kinds = {"kinds": frozenset({"registration"})}
    assert code_of(poll, INSURANCE, cursor=cursor, **kinds) == "changes-cursor-invalid"
    assert code_of(poll, JUSTICE, cursor=cursor) == "changes-cursor-invalid"
    narrow = page(INSURANCE, **kinds)["next_cursor"]
    assert page(INSURANCE, cursor=narrow, **kinds)["items"] == []


@pytest.mark.parametrize(
    "text",
    ["", "x", "đ", "!!!!", "A" * 200, base64.urlsafe_b64encode(b"x" * 25 + b"[1]").decode()],
)
def test_a_cursor_that_nobody_wrote_is_refused(poll, text):
    assert code_of(poll, INSURANCE, cursor=text) == "changes-cursor-invalid"


def test_a_cursor_holds_nothing_but_a_place(world):
    for place in ([-1, 0], [0, 2**63], [0], [0, True], [0.5, 1], {"a": 1}):
        raw = bytes.fromhex(world.id) + cursors._digest("x") + json.dumps(place).encode()
        text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        assert code_of(cursors.read, world, "x", text) == "changes-cursor-invalid"
    place = changes.Place(7, 2**63 - 1)
    assert cursors.read(world, "x", cursors.write(world, "x", place)) == place


def test_a_cursor_of_another_incarnation_is_refused_in_words_of_its_own(poll, access, open_copy):
    caller, other = access.snapshot().callers[INSURANCE], open_copy()
    asked = change_feed._asked(caller, Poll(errand=errand(purpose=PURPOSES[INSURANCE])))
    cursor = cursors.write(other, asked, changes.START)
    assert code_of(poll, INSURANCE, cursor=cursor) == "changes-cursor-outlived"


def rename_often(worlds, name, pin, given):
    """Correct one person as a process of its own does, again where another was first."""
    own, left = worlds.open(name), [f"{given} {'Ân' if n % 2 else 'An'}" for n in range(8, 0, -1)]
    while left:
        try:
            correct(own, pin, name=left[-1])
        except events.Outdated:
            continue
        left.pop()
    worlds.close_all()


def follow(page, done, **asked):
    """Read the feed until everything that was recorded before `done` has been read."""
    found, was_done, more = [], False, True
    while more or not was_done:
        was_done = done.is_set()
        told = page(INSURANCE, **asked)
        found += [item["id"] for item in told["items"]]
        asked["cursor"], more = told["next_cursor"], told["more"]
    return found


def test_what_several_processes_record_comes_in_one_order_without_gaps(page, world, settings):
    """Each with a writer of its own, as several workers of a server have."""
    people = ((AN_PIN, "Nguyễn Văn"), (BINH_PIN, "Đỗ Thị"))
    done = threading.Event()
    with ThreadPoolExecutor() as pool:
        reader = pool.submit(follow, page, done, limit=3)
        writers = [
            pool.submit(rename_often, Worlds(settings), world.name, *person) for person in people
        ]
        for writer in writers:
            writer.result()
        done.set()
        found = reader.result()
    assert found == [item["id"] for item in page(INSURANCE)["items"]]
    assert len(found) >= 15


def test_forty_readers_beside_a_writer_miss_nothing(page, world):
    done = threading.Event()
    with ThreadPoolExecutor(40) as pool:
        readers = [pool.submit(follow, page, done, limit=2) for _ in range(40)]
        for given in ("Lua", "Lúa", "Lụa", "Lũa", "Lủa", "Lùa"):
            correct(world, LUA_PIN, name=f"Trần Thị {given}")
        done.set()
        found = [reader.result() for reader in readers]
    whole = [item["id"] for item in page(INSURANCE)["items"]]
    assert len(whole) == 5 + 1
    assert all(each == whole for each in found)
