"""What a command prints, for people and for programs."""

import datetime as dt
import io
import json
import sys
from dataclasses import dataclass

import pytest

from app.cli.telling import Teller, cell


@dataclass(frozen=True)
class Person:
    name: str
    born: dt.date
    children: int


HOUR = dt.timedelta(hours=1)
HOA = Person("H'Hoa [red]Niê[/red]", dt.date(1990, 5, 1), 12_345)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (50_000, "50,000"),
        (("a", "b"), "a, b"),
        ((), "–"),
        (dt.date(2026, 1, 1), "2026-01-01"),
        (dt.datetime(2026, 1, 1, 8, 30, 5, 999_999, dt.UTC), "2026-01-01T08:30:05Z"),
        (dt.datetime(2026, 1, 1, 8, tzinfo=dt.timezone(7 * HOUR)), "2026-01-01T01:00:00Z"),
    ],
)
def test_a_cell_is_written_the_way_people_read_it(value, written):
    assert cell(value) == written


def test_rows_are_a_table_for_people(capfd):
    Teller(as_json=False).rows([HOA], {"name": "name", "children": "children"}, none="nobody")
    heading, row = capfd.readouterr().out.splitlines()
    assert heading.split() == ["name", "children"]
    assert "H'Hoa [red]Niê[/red]" in row  # what looks like markup is somebody's text
    assert "12,345" in row


def test_rows_are_an_array_of_everything_for_programs(capfd):
    Teller(as_json=True).rows([HOA], {"name": "name"}, none="nobody")
    assert json.loads(capfd.readouterr().out) == [
        {"name": HOA.name, "born": "1990-05-01", "children": 12345}
    ]


def test_no_rows_are_said_in_words_or_are_an_empty_array(capfd):
    Teller(as_json=False).rows([], {"name": "name"}, none="nobody")
    assert capfd.readouterr().out == "nobody\n"
    Teller(as_json=True).rows([], {"name": "name"}, none="nobody")
    assert capfd.readouterr().out == "[]\n"


def test_rows_that_are_a_part_are_told_whole_to_programs(capfd):
    Teller(as_json=True).rows([HOA], {"name": "name"}, none="nobody", whole={"total": 1})
    assert capfd.readouterr().out == '{"total":1}\n'


def test_text_is_lines_for_people_and_the_record_for_programs(capfd):
    Teller(as_json=False).text({"found": 2}, ["two", "lines"])
    assert capfd.readouterr().out == "two\nlines\n"
    Teller(as_json=True).text({"found": 2}, ["two", "lines"])
    assert capfd.readouterr().out == '{"found":2}\n'


def test_with_json_nothing_else_is_said(capfd):
    teller = Teller(as_json=True)
    teller.say("a line")
    teller.note("a note")
    with teller.progress("work") as progress:
        progress("half", 0.5)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_notes_leave_standard_output_alone(capfd):
    Teller(as_json=False).note("a note")
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "a note\n")


def test_json_is_utf8_whatever_the_terminal_is_set_to(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    Teller(as_json=True).json({"name": "Nguyễn"})
    assert raw.getvalue() == '{"name":"Nguyễn"}\n'.encode()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_somebody_at_a_terminal_sees_how_far_it_is(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Teller(as_json=False).progress("Making w") as progress:
        progress("people", 0.25)
        progress("indexes", 1.0)
    assert "Making w: indexes" in terminal.getvalue()
    assert "100%" in terminal.getvalue()
