"""How an error is told at a terminal: what is wrong and what to do next; never a traceback."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import msgspec
import typer

from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = 1
USAGE = 2


class CommandError(Exception):
    """A command cannot do what was asked: what is wrong, what to do, and a stable code."""

    def __init__(
        self,
        message: str,
        next_step: str,
        *,
        code: str = "command-failed",
        status: int = FAILED,
    ) -> None:
        self.told = Told(code=code, message=message, next=next_step)
        self.status = status
        super().__init__(message)


class DamagedError(Exception):
    """What was checked does not hold. All there is to say has been printed."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An error as it is told, in words or, with `--json`, as an object on standard error."""

    code: str
    message: str
    next: str


def guard(run: Callable[[], object], *, as_json: bool, trace: bool) -> int:
    """Run a command and return its exit status: 1 where it failed, 2 where it was asked wrongly.

    With `trace`, an error that nobody foresaw is shown with the place it came from.
    """
    try:
        status = run()
    except typer.TyperException as error:
        _tell(_usage(error), as_json=as_json)
        return USAGE
    except DamagedError:
        return FAILED
    except CommandError as error:
        _tell(error.told, as_json=as_json)
        return error.status
    except (DancuError, OSError) as error:
        told = _declared(error) if isinstance(error, DancuError) else _of_machine(error)
        _tell(told, as_json=as_json)
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last place where an error can be told
        if trace:
            traceback.print_exception(error)
        _tell(_unforeseen(error), as_json=as_json)
        return FAILED
    return status if isinstance(status, int) else 0


def _usage(error: typer.TyperException) -> Told:
    """Tell how Typer's own errors read; they are only raised here with `--json`."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "dancu"
    return Told(
        code="usage-wrong",
        message=error.format_message(),
        next=f"See `{command} --help` for what it takes.",
    )


def _tell(told: Told, *, as_json: bool) -> None:
    if as_json:
        sys.stderr.write(msgspec.json.encode({"error": told}).decode() + "\n")
        return
    from app.cli import screen

    screen.error(told.message, told.code, told.next)


def _declared(error: DancuError) -> Told:
    """Say what went wrong in general, then in this case, then with which member."""
    title = error.problem.title_en
    case = [error.message] if error.message != title else []
    members = [f"{param.name}: {param.reason}" for param in error.params]
    said = "; ".join((*case, *members))
    return Told(
        code=error.code, message=f"{title}: {said}" if said else title, next=error.next_step
    )


def _of_machine(error: OSError) -> Told:
    where = f": {error.filename}" if error.filename else ""
    return Told(
        code="machine-refused",
        message=f"{error.strerror or error}{where}",
        next="Make sure that the path exists, that you may write there, and that there is space.",
    )


def _unforeseen(error: Exception) -> Told:
    return Told(
        code="internal-error",
        message=f"a fault of dancu itself: {type(error).__name__}: {error}",
        next="Run the same with `dancu --trace …` to see where it comes from, and report that.",
    )
