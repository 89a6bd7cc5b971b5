"""Discovery: one declaration per module, under a name of its own."""

import sys
from dataclasses import dataclass
from importlib import import_module

import pytest

from app.platform.discovery import DeclarationError, declarations


@dataclass(frozen=True)
class Thing:
    name: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Writes a package of the given modules and imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules["things_of_tests"] = sys.modules[__name__]

    def make(**modules):
        package = tmp_path / "discovered"
        package.mkdir()
        (package / "__init__.py").touch()
        for name, source in modules.items():
            text = f"from things_of_tests import Thing\n{source}\n"
            (package / f"{name}.py").write_text(text)
        return import_module("discovered")

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "discovered"]:
        del sys.modules[name]
    del sys.modules["things_of_tests"]


def test_declarations_come_in_order_of_name(folder):
    package = folder(x="THING = Thing('b')", y="THING = Thing('a')")
    assert declarations(package, "THING", Thing) == {"a": Thing("a"), "b": Thing("b")}
    assert list(declarations(package, "THING", Thing)) == ["a", "b"]


def test_a_name_is_declared_once(folder):
    package = folder(x="THING = Thing('a')", y="THING = Thing('a')")
    with pytest.raises(DeclarationError, match=r"discovered\.y and discovered\.x .* 'a'"):
        declarations(package, "THING", Thing)


@pytest.mark.parametrize("source", ["", "THING = 7", "THING = Thing"])
def test_a_module_without_a_declaration_is_refused(folder, source):
    with pytest.raises(DeclarationError, match=r"discovered\.x must declare THING, one Thing"):
        declarations(folder(x=source), "THING", Thing)
