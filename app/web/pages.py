"""How a page is shown: one environment for each language, one policy for all pages.

Everything is escaped, nothing comes from elsewhere, and no script or style stands in a page.
Templates find the words by `_`, numbers and days by the filters `number`, `share` and `day`, what
fields and purposes are called by `label` and `purpose_of`, the assets by `asset`, and the address
of another page of the same world by `root`.
"""

from __future__ import annotations

import datetime as dt
import html
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.filters import do_mark_safe

from app.web import assets, languages, values
from app.web.browsers import THEMES, RepeatedError, Visitor

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.platform import errors
    from app.platform.errors import Language

TEMPLATES: Final = Path(__file__).parent / "templates"
_POLICY: Final = (
    "default-src 'none'; {scripts}style-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
)
#: Only where a template has a script; what is told to a template is escaped, and makes none.
_SCRIPTS: Final = "script-src 'self'; connect-src 'self'; "
#: The page's address is told to this server alone; told to nobody, a form's origin would be
#: `null` (Fetch §3.2), which the door refuses.
_HEADERS: Final = {
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
#: The statuses of problems that have one of their own; a page that cannot be shown has 400.
_STATUSES: Final = {
    "not_found": 404,
    "not_allowed": 405,
    "forbidden": 403,
    "conflict": 409,
    "too_many": 429,
    "head_too_large": 431,
    "internal": 500,
    "unavailable": 503,
}
#: How long a browser keeps how somebody wants to see pages, in seconds.
_A_YEAR: Final = 365 * 24 * 3600


def show(
    visitor: Visitor,
    template: str,
    /,
    *,
    status: int = 200,
    forms_to: tuple[str, ...] = (),
    wished: str | None = None,
    **told: Any,
) -> HTMLResponse:
    """Return the page that `template` (a file name) makes of what it is told.

    Its forms go to this server, and on to `forms_to` at most: browsers hold redirects after a form
    to the policy of its page, so these are origins. `wished` is the language that a system asks
    for.
    """
    language = visitor.language(wished)
    content = _environment(language).get_template(template).render(**_frame(visitor), **told)
    policy = _POLICY.format(
        scripts=_SCRIPTS if "<script" in content else "", forms=" ".join(("'self'", *forms_to))
    )
    answer = HTMLResponse(content, status, {**_HEADERS, "Content-Security-Policy": policy})
    for name, said in (("lang", visitor.said("lang")), ("theme", visitor.said("theme"))):
        if said in (*languages.LANGUAGES, *THEMES):
            secure = visitor.is_secure
            answer.set_cookie(
                f"dancu-{name}", said, _A_YEAR, secure=secure, httponly=True, samesite="lax"
            )
    return answer


def alone(template: str, language: Language, **told: Any) -> str:
    """Return a page for a file: nobody visits it, and it finds no other page and no asset."""
    return _environment(language).get_template(template).render(**told)


def problem(
    visitor: Visitor, error: errors.DancuError, template: str, **told: Any
) -> HTMLResponse:
    """Return a page that tells what is wrong and what to do."""
    visitor.note_problem(error.code)
    status = _STATUSES.get(error.problem.kind, 400)
    page = show(visitor, template, status=status, error=error, **told)
    if error.retry_after is not None:
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def in_place(call: Call, error: errors.DancuError) -> HTMLResponse:
    """Return the page that a browser is shown where there is no page, or no world."""
    root = call.root if call.has_world else ""
    scope = {
        "type": "http",
        "method": "GET",
        "path": root + call.path,
        "root_path": root,
        "query_string": call.query,
        "headers": list(call.headers.items()),
        "state": {"call": call},
    }
    return problem(Visitor(Request(scope), call.route), error, "no_page.html")


def _frame(visitor: Visitor) -> dict[str, Any]:
    """Return what every page needs: the world, where it stands, and the same page otherwise."""
    said = visitor.said("lang")
    return {
        "world": visitor.world if visitor.has_world else None,
        "root": visitor.root,
        "request_id": visitor.request_id,
        "here": f"{visitor.root}{visitor.path}" + (f"?lang={said}" if said else ""),
        "theme": visitor.theme(),
        "themes": THEMES,
        "otherwise": partial(_otherwise, visitor),
    }


def _otherwise(visitor: Visitor, **changed: str | int | None) -> str:
    """Return the address of the same page with some parameters changed; None leaves one out."""
    try:
        query: dict[str, Any] = visitor.query() if visitor.request.method == "GET" else {}
    except RepeatedError:
        query = {}
    query = {name: text for name, text in {**query, **changed}.items() if text is not None}
    return f"{visitor.root}{visitor.path}" + (f"?{urlencode(query)}" if query else "")


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found = languages.translations(language)
    environment.install_gettext_translations(found, newstyle=True)  # type: ignore[attr-defined]  # by i18n
    environment.globals |= {
        "language": language,
        "own_names": languages.OWN_NAMES,
        "asset": assets.address,
        "written": partial(values.written, language=language),
        "line": values.in_line,
        "label": partial(values.label, language=language),
        "purpose_of": partial(values.purpose, language=language),
    }
    environment.filters |= {
        "number": partial(_number, language=language),
        "share": partial(_share, language=language),
        "day": partial(_day, language=language),
        "moment": _moment,
        "marked": _marked,
        "coded": partial(values.coded, language=language),
    }
    return environment


def _number(value: float | None, *, language: Language) -> str:
    """Write a number with the language's marks: 50.000 or 50,000; a dash for none."""
    from babel import numbers  # noqa: PLC0415 - as the catalogue: when the first page is shown

    return "–" if value is None else numbers.format_decimal(value, locale=language)


def _share(value: float | None, digits: int = 1, *, language: Language) -> str:
    """Write a share as a percentage; a dash for none."""
    from babel import numbers  # noqa: PLC0415 - as above

    form = f"0.{'0' * digits}%" if digits else "0%"
    return "–" if value is None else numbers.format_percent(value, format=form, locale=language)


def _day(value: dt.date | str | None, *, language: Language) -> str:
    """Write a day as each language has it: 03/09/1990, 1990-09-03; a dash for none."""
    if value is None:
        return "–"
    day = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day:%d/%m/%Y}" if language == "vi" else f"{day:%Y-%m-%d}"


def _marked(text: str) -> str:
    """Show what stands between backticks as code."""
    parts = [html.escape(part) for part in text.split("`")]
    shown = (f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
    return do_mark_safe("".join(shown))


def _moment(value: str | dt.datetime) -> str:
    """Write a moment of real time to the second, in UTC."""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment:%Y-%m-%d %H:%M:%S}"
