"""What a clone holds: no address of a package index, nobody's paths, no leftovers."""

import re
from pathlib import Path

import pytest

from tests.project import files

INDEX_ADDRESS = re.compile(
    r"pythonhosted\.org|pypi\.org/simple|registry\.npmjs|deb\.debian\.org"
    r"|^\s*(--|-)(extra-)?(index-url|find-links)\b",
    re.MULTILINE,
)
SOMEBODYS_HOME = re.compile(r"(?<![\w.{}])/(home|Users|root)/\w")
NOT_SOURCES = (".db", ".sqlite", ".sqlite3", ".pyc", ".log", ".pem", ".key", ".egg-info")


def _texts():
    for path in files.tracked():
        try:
            yield path, (files.ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font


@pytest.fixture(scope="module")
def texts():
    return [(path, text) for path, text in _texts() if path != "tests/project/test_tree.py"]


def test_no_file_names_a_package_index(texts):
    assert [path for path, text in texts if INDEX_ADDRESS.search(text)] == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on(texts):
    here = [str(files.ROOT)] if len(files.ROOT.parts) > 2 else []
    found = [
        path
        for path, text in texts
        if SOMEBODYS_HOME.search(text) or any(place in text for place in here)
    ]
    assert found == []


def test_no_world_key_or_cache_is_kept_with_the_sources():
    assert [path for path in files.tracked() if Path(path).suffix in NOT_SOURCES] == []


def test_every_text_ends_with_a_newline_and_has_unix_line_ends(texts):
    wrong = [path for path, text in texts if text and (not text.endswith("\n") or "\r" in text)]
    assert wrong == []
