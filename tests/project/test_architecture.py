"""The house rules that no linter knows: sizes, door-plates, contracts that cover every room."""

import ast
from pathlib import Path

import pytest

from tests.project import files

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
DOORS = {"api", "web", "cli"}
SOURCES = [path for path in files.tracked() if path.endswith(".py")]
CLIENT = "clients/python/src/dancu_client/"
OURS = [path for path in SOURCES if path.startswith(("app/", "seed/", "migrations/", CLIENT))]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.fixture(scope="module")
def modules():
    return {path: ast.parse(files.text(path)) for path in OURS}


def test_every_module_opens_with_a_sentence_that_says_what_it_is_for(modules):
    first_lines = {
        path: (ast.get_docstring(tree) or "").split("\n\n")[0] for path, tree in modules.items()
    }
    assert [path for path, line in first_lines.items() if not line.endswith((".", ":"))] == []


def test_no_file_is_longer_than_it_can_be_read():
    lengths = {path: files.text(path).count("\n") for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen(modules):
    lengths = {
        f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in modules.items()
        if not path.startswith("migrations/")  # a table as it was, column by column
        for node in ast.walk(tree)
        if isinstance(node, FUNCTION)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


#: Below the rooms there are no rooms; the exchange's two name tables of their own.
BY_NAME = {
    "app/exchange/log/store.py",
    "app/exchange/requests.py",
    "app/sandbox/filling.py",
    "app/sandbox/tables.py",
}


def test_no_other_room_reaches_for_tables_by_their_names(modules):
    reaching = {
        path
        for path, tree in modules.items()
        if path.startswith("app/") and not path.startswith("app/platform/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "metadata"
        and isinstance(node.value, ast.Name)
        and node.value.id == "Base"
    }
    assert reaching == BY_NAME


def test_a_door_plate_has_no_code(modules):
    plates = {path: tree for path, tree in modules.items() if path.endswith("/__init__.py")}
    del plates["app/cli/__init__.py"]  # `app.cli:main` is the installed command
    del plates[f"{CLIENT}__init__.py"]  # what others import
    with_code = [
        path
        for path, tree in plates.items()
        if any(not isinstance(node, ast.Expr) for node in tree.body)
    ]
    assert with_code == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    vague = {"utils", "util", "helpers", "misc", "common", "managers", "services"}
    assert [path for path in OURS if vague & set(Path(path).with_suffix("").parts)] == []


def test_every_room_below_the_doors_is_kept_from_the_web():
    (contract,) = _contracts("Domain rooms know nothing of the web")
    rooms = {f"app.{room}" for room in _rooms() - DOORS}
    assert set(contract["source_modules"]) == rooms | {"seed"}


def test_every_room_with_tables_has_them_to_itself():
    kept = {
        module: contract["allowed_importers"]
        for contract in files.pyproject()["tool"]["importlinter"]["contracts"]
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    for room in _rooms_with_tables():
        assert kept.get(f"app.{room}.models") == [f"app.{room}"]


def test_the_seeder_is_kept_from_every_rooms_tables():
    (contract,) = _contracts("The seeder writes through the bulk doors")
    assert {f"app.{room}.models" for room in _rooms_with_tables()} <= {
        *contract["forbidden_modules"],
        *(f"{module}.models" for module in contract["forbidden_modules"]),
    }


def test_every_lint_exception_gives_its_code_and_its_reason():
    silent = []
    for path in OURS:
        for number, line in enumerate(files.text(path).splitlines(), 1):
            for mark in ("# noqa", "# type: ignore"):
                after = line.partition(mark)[2]
                if mark in line and not _has_code_and_reason(after):
                    silent.append(f"{path}:{number}")
    assert silent == []


def _has_code_and_reason(after: str) -> bool:
    """`: S608 only names of our own` and `[attr-defined]  # why` do; `` and `: S608` do not."""
    words = after.replace("#", " ").lstrip(":").split()
    codes = [word for word in words if word.rstrip(",")[-1:].isdigit() or word.startswith("[")]
    return bool(codes) and len(words) > len(codes)


def _contracts(name: str) -> list[dict]:
    contracts = files.pyproject()["tool"]["importlinter"]["contracts"]
    return [contract for contract in contracts if contract["name"] == name]


def _rooms() -> set[str]:
    return {
        Path(path).parts[1] for path in OURS if path.startswith("app/") and path.count("/") > 1
    }


def _rooms_with_tables() -> set[str]:
    """Rooms above the platform: its one table, the world's own row, is everybody's ground."""
    return {
        Path(path).parts[1] for path in OURS if path.endswith("/models.py") and "app/" in path
    } - {"platform"}
