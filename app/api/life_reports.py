"""Reports of life events as they come in: by the operator, or by an agency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.api import problems
from app.platform import clock
from app.registry.events import Report
from app.registry.reporting.payloads import FORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.platform.world import World

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], body: bytes) -> Model:
    """Read a body of JSON. Raises `invalid-request`, naming members as the sender sees them."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        failures = error.errors(include_url=False, include_input=False)
        placed = [{**failure, "loc": ("body", *_shown(failure["loc"]))} for failure in failures]
        raise problems.invalid_request(placed) from None


def of(world: World, **said: Any) -> Report:
    """Return the circumstances of a report in this world, on its present day."""
    said["documents"] = tuple(said.get("documents", ()))
    return Report(
        today=world.today,
        now=clock.now(),
        seed=world.spec.seed,
        pin_style=world.spec.pin_style,
        **said,
    )


def _shown(location: Iterable[str | int]) -> Iterator[str | int]:
    """Say where an error is without the forms that a member may have."""
    return (part for part in location if not str(part).startswith(FORM))
