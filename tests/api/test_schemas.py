"""Every constraint that a request's model declares is in force, and told in its schema."""

import types
from typing import Literal, Union, get_args, get_origin

import annotated_types
import pytest
from pydantic import TypeAdapter, ValidationError

from app.api import schemas

TOLD = {
    "greater_than_equal": "minimum",
    "less_than_equal": "maximum",
    "too_short": "min",
    "too_long": "max",
    "string_pattern_mismatch": "pattern",
}


@pytest.fixture(scope="module")
def models(shared):
    assert shared.get("/openapi.json").status_code == 200  # every route is loaded for it
    found = [schemas.Strict, schemas.Query]
    for model in found:
        found += model.__subclasses__()
    return [model for model in found if model.model_fields]


def breaches(annotation, metadata):
    """Give values that break one declared constraint each, with the kind of error they are."""
    is_list = get_origin(annotation) is list
    for one in metadata:
        yield from breach(one, annotation)
        yield from breaches(annotation, getattr(one, "metadata", ()))
    if hasattr(annotation, "__metadata__"):
        yield from breaches(get_args(annotation)[0], annotation.__metadata__)
    elif is_list:
        yield from (([value], kind) for value, kind in breaches(get_args(annotation)[0], ()))
    elif get_origin(annotation) in (Union, types.UnionType):
        for present in get_args(annotation):
            yield from breaches(present, ())


def empty_of(annotation):
    """Give what an empty one is: a list, a document or a text, also if it may be left out."""
    kinds = {get_origin(each) for each in (annotation, *get_args(annotation))}
    return next((kind() for kind in (list, dict) if kind in kinds), "")


def filled(annotation, many):
    empty = empty_of(annotation)
    if isinstance(empty, dict):
        key, value = get_args(annotation)
        of_digits = fits(key, f"{0:08}")
        held = get_args(value)[0] if get_origin(value) is Literal else "0"  # or a number if lax
        return {f"{n:08}" if of_digits else f"k{n}": held for n in range(many)}
    return ["x"] * many if isinstance(empty, list) else "x" * many


def fits(kind, value):
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def breach(one, annotation):
    if isinstance(one, annotated_types.Ge):
        yield one.ge - 1, "greater_than_equal"
    if isinstance(one, annotated_types.Le):
        yield one.le + 1, "less_than_equal"
    if isinstance(one, annotated_types.MinLen):
        yield empty_of(annotation), "too_short"
    if isinstance(one, annotated_types.MaxLen):
        yield filled(annotation, one.max_length + 1), "too_long"
    if getattr(one, "pattern", None) is not None:
        yield "\x00" * 12, "string_pattern_mismatch"


def errors_of(model, member, value):
    try:
        model.model_validate({member: value})
    except ValidationError as error:
        return {each["type"] for each in error.errors() if each["loc"][0] == member}
    return set()


def test_every_declared_constraint_is_in_force_and_told(models):
    tried = 0
    for model in models:
        told = model.model_json_schema()["properties"]
        for name, field in model.model_fields.items():
            member = field.alias or name
            for value, kind in breaches(field.annotation, field.metadata):
                tried += 1
                found = errors_of(model, member, value)
                assert any(each.endswith(kind) for each in found), (model, member, kind, found)
                assert TOLD[kind] in str(told[member]), (model, member, kind)
    assert tried > 100


def test_null_is_not_a_way_to_leave_a_member_out(models):
    for model in models:
        for name, field in model.model_fields.items():
            if issubclass(model, schemas.Strict) and field.default is None:
                assert errors_of(model, field.alias or name, None), (model, name)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000 \u200b"])
def test_a_blank_reference_names_nothing(models, blank):
    question = next(each for each in models if each.__name__ == "BatchRequest")
    for member in ("officer", "dossier"):
        assert errors_of(question, member, blank)
    assert not errors_of(question, "officer", "cán bộ 12")
