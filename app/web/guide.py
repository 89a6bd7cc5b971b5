"""`/docs/guide`: the project's documents as pages, to read and to search without the internet."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request, Response

from app.web import documents, languages, pages
from app.web.browsers import Visitor

router = APIRouter(include_in_schema=False)

BELOW: Final = "/docs/guide"
#: What is shown where no document is named, in each language.
_FIRST: Final = {"en": "tour", "vi": "vi/nam-phut"}


def first(request: Request) -> Response:
    """Show what was found, or send the browser to where one begins to read."""
    visitor = Visitor(request, BELOW)
    words = (visitor.said("q") or "").strip()
    if not words:
        said = visitor.said("lang")
        asked = {} if said is None else {"lang": said}
        return visitor.to(f"{BELOW}/{_FIRST[visitor.language()]}", **asked)
    found = documents.search(words)
    return _show(visitor, "guide_search.html", words=words, found=found, name=None)


def document(request: Request) -> Response:
    """Show a document. Its commands call this server, if it serves the default world."""
    visitor = Visitor(request, f"{BELOW}/{{name}}")
    name = request.path_params["name"]
    found = documents.find(name)
    if found is None:
        raise HTTPException(404)
    say = partial(languages.translate, language=visitor.language())
    is_here = visitor.has_world and visitor.world.is_default
    frame = documents.Frame(
        where=lambda other: f"{visitor.root}{BELOW}/{other}",
        copy=say("Copy"),
        copied=say("Copied"),
        base=visitor.world.issuer if is_here else documents.SHOWN,
    )
    shown = documents.show(found, frame)
    return _show(visitor, "guide_document.html", document=found, shown=shown, name=name, words="")


def _show(visitor: Visitor, template: str, **told: Any) -> Response:
    return pages.show(visitor, template, menu=documents.groups(), at=BELOW, **told)


router.add_route(BELOW, first, methods=["GET"])
router.add_route(f"{BELOW}/{{name:path}}", document, methods=["GET"])
