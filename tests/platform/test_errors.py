"""Errors: one tree, and a catalogue in which each code stands once with all its words."""

import pytest

from app.platform import errors


@pytest.fixture
def declared(monkeypatch):
    """A problem of the test's own, in a catalogue of its own."""
    monkeypatch.setattr(errors, "CATALOGUE", {})
    return declare("test-problem")


def declare(code, kind="conflict"):
    return errors.declare(
        code=code,
        kind=kind,
        fault_of="caller",
        title_vi="Lỗi thử",
        title_en="A test's problem",
        next_vi="Không làm gì.",
        next_en="Do nothing.",
    )


def test_an_error_carries_its_problem(declared):
    params = (errors.InvalidParam("name", "too long"),)
    error = declared.error("the 3rd", detail_vi="thứ 3", params=params, retry_after=5)
    assert isinstance(error, errors.ConflictError)
    assert (error.code, error.fault_of, error.next_step) == (
        "test-problem",
        "caller",
        "Do nothing.",
    )
    assert (error.detail("vi"), error.detail("en")) == ("thứ 3", "the 3rd")
    assert (error.params, error.retry_after) == (params, 5)
    assert str(error) == "the 3rd (test-problem)"


def test_an_error_without_detail_says_its_title(declared):
    error = declared.error()
    assert (error.detail("vi"), error.message) == ("Lỗi thử", "A test's problem")
    assert declared.next_step("vi") == "Không làm gì."


def test_every_kind_has_a_class_of_its_own():
    assert {cls.kind for cls in errors.DancuError.__subclasses__()} == set(errors.Kind.__args__)


@pytest.mark.parametrize("code", ["Test", "test_problem", "", "-a", "a-", "a--b", "é"])
def test_a_code_is_kebab_case(code):
    with pytest.raises(ValueError, match="kebab"):
        declare(code)


@pytest.mark.usefixtures("declared")
def test_a_code_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        declare("test-problem")


def test_every_problem_says_everything_in_both_languages():
    for problem in errors.CATALOGUE.values():
        for language in ("vi", "en"):
            assert problem.title(language)
            assert problem.next_step(language)
