"""The project's documents, read and turned into pages: what the guide shows and a site is made of.

They are Markdown files of the repository; a wheel carries copies of them (see `pyproject.toml`).
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.web.languages import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Where documents lie by their names in the project: in a wheel's copies, or in the project.
_ROOTS = (Path(__file__).parent / "written", Path(__file__).parents[2])
#: The address by which the documents' commands call the server.
SHOWN: Final = "http://127.0.0.1:8000"
#: Groups of the menu, each with its documents in order: names of files without `docs/` and `.md`.
GROUPS: Final[Mapping[str, Sequence[str]]] = {
    N_("Begin"): ("tour", "five-minutes", "vi/nam-phut", "coverage", "personas", "worlds"),
    N_("Ask"): ("verification", "disclosures", "errors", "registers", "credit", "sealed-answers"),
    N_("Prove"): ("cards", "chip", "eid-accounts", "sign-in", "wallet", "log", "citizens"),
    N_("Happen"): ("life-events", "clock", "changes", "webhooks", "public-services"),
    N_("Whole files"): ("reconciliation", "extracts", "scenarios"),
    N_("Govern"): ("governance", "faults", "soap"),
    N_("Run"): (
        "console",
        "classroom",
        "commands",
        "client",
        "report-card",
        "operations",
        "security",
        "measured-speed",
        "changelog",
    ),
    N_("Build"): ("architecture", "extending", "decisions/README", "sources"),
}
#: Documents that do not lie in `docs/`.
_ELSEWHERE: Final = {
    "tour": "README.md",
    "measured-speed": "benchmarks/RESULTS.md",
    "changelog": "CHANGELOG.md",
    "sources": "seed/reference/README.md",
}
#: Tokens of a title: a heading begins, its text, its end.
_TITLE: Final = 3
_COMMENT: Final = re.compile(r"^<!--.*?-->\n?", re.MULTILINE | re.DOTALL)
_OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:")


class Heading(NamedTuple):
    """A heading of a document; `level` 1 is its title."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read. `text` is its Markdown, `language` what it is written in."""

    name: str
    file: str
    language: str
    text: str
    tokens: tuple[Token, ...]
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        """Its first heading."""
        return self.headings[0].text


def file_of(name: str) -> str:
    """Return where a document lies, from the root of the project."""
    return _ELSEWHERE.get(name, f"docs/{name}.md")


@cache
def names() -> tuple[str, ...]:
    """Return the names of all documents, in the order of the menu, then what only is linked to."""
    listed = [name for group in GROUPS.values() for name in group]
    folder = _path("docs")
    found = [file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.md")]
    return (*listed, *sorted(set(found) - set(listed)))


@cache
def groups() -> dict[str, list[Document]]:
    """Return the documents of the menu by the titles of their groups."""
    return {
        title: [found for name in listed if (found := find(name)) is not None]
        for title, listed in GROUPS.items()
    }


@cache
def find(name: str) -> Document | None:
    """Read a document; None if there is none of that name."""
    if name not in names():
        return None
    file = file_of(name)
    text = _COMMENT.sub("", _path(file).read_text(encoding="utf-8"))
    tokens = _markdown().parse(text)
    for token in tokens:
        token.children = _linked(token.children or [], posixpath.dirname(file))
    return Document(
        name=name,
        file=file,
        language="vi" if name.startswith("vi/") else "en",
        text=text,
        tokens=tuple(tokens),
        headings=tuple(_headings(tokens)),
    )


class Frame(NamedTuple):
    """How a document is shown: where another one is, by its name, and what a button says.

    `copy` stands on a button that copies a command, `copied` afterwards. `base` is the address by
    which commands are to call the server.
    """

    where: Callable[[str], str]
    copy: str
    copied: str
    base: str = SHOWN


def show(document: Document, frame: Frame) -> str:
    """Return what stands under a document's title as HTML."""
    renderer, options = _markdown().renderer, _markdown().options
    told = {"frame": frame, "document": document}
    shown: str = renderer.render(document.tokens[_TITLE:], options, told)
    return shown.replace(SHOWN, html.escape(frame.base))


class Found(NamedTuple):
    """A part of a document that holds all words that were looked for; `excerpt` is around one."""

    document: Document
    heading: Heading
    excerpt: str


def search(words: str, most: int = 30) -> list[Found]:
    """Return parts of documents that hold all of these words.

    First those that are headed by them, then those in which they stand in this order.

    >>> search("")
    []
    """
    wanted = words.casefold().split()
    found: list[tuple[bool, bool, Found]] = []
    for document in filter(None, map(find, names())) if wanted else ():
        for heading, text in _parts(document):
            headed, whole = heading.text.casefold(), f"{heading.text}\n{text}".casefold()
            if all(word in whole for word in wanted):
                phrase = " ".join(wanted)
                is_phrase = phrase in whole
                excerpt = _excerpt(text, phrase if is_phrase else wanted[0])
                is_headed = all(word in headed for word in wanted)
                found.append((not is_headed, not is_phrase, Found(document, heading, excerpt)))
    return [each for *_, each in sorted(found, key=lambda one: one[:2])[:most]]


def slug(heading: str) -> str:
    """Return what a link to a heading names, as the sites that show repositories have it.

    >>> slug("PostgreSQL, and why it's there")
    'postgresql-and-why-its-there'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _path(file: str) -> Path:
    """Return where a file or folder of the project lies here."""
    return next(root / file for root in _ROOTS if (root / file).exists())


def _parts(document: Document) -> list[tuple[Heading, str]]:
    """Return the text under each heading."""
    pieces = re.split(r"^#{1,6} .+$", document.text, flags=re.MULTILINE)[1:]
    return list(zip(document.headings, pieces, strict=False))


def _excerpt(text: str, word: str, reach: int = 90) -> str:
    plain = re.sub(r"[`*|\[\]]|\]\([^)]*\)", "", " ".join(text.split()))
    at = max(0, plain.casefold().find(word))
    first, last = max(0, at - reach), at + reach
    return f"{'…' if first else ''}{plain[first:last]}{'…' if last < len(plain) else ''}"


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - who reads no guide needs none

    # What stands in a document as HTML is shown as it stands.
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    for kind, rule in _RULES.items():
        made.add_render_rule(kind, rule)
    return made


def _headings(tokens: Sequence[Token]) -> list[Heading]:
    found = []
    for opened, inline in pairwise(tokens):
        if opened.type == "heading_open":
            text = "".join(child.content for child in inline.children or ())
            opened.attrSet("id", slug(text))
            found.append(Heading(int(opened.tag[1:]), text, slug(text)))
    return found


def _linked(tokens: list[Token], folder: str) -> list[Token]:
    """Return a line's tokens with links to documents by name, and none to other files."""
    kept: list[Token] = []
    leads: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrGet("href"))
            name, anchor = _document(href, folder)
            token.meta = {"name": name, "anchor": anchor}
            leads.append(name is not None or href.startswith("#") or bool(_OUTSIDE.match(href)))
        if not token.type.startswith("link_") or leads[-1]:
            kept.append(token)
        if token.type == "link_close":
            leads.pop()
    return kept


def _document(href: str, folder: str) -> tuple[str | None, str]:
    """Return the name of the document that a link leads to, if it does, and `#` and its anchor."""
    path, sharp, anchor = href.partition("#")
    target = posixpath.normpath(posixpath.join(folder, path))
    named = (name for name in names() if path and file_of(name) == target)
    return next(named, None), sharp + anchor


def _link(self: Any, tokens: Any, at: int, options: Any, told: dict[str, Any]) -> str:  # noqa: ARG001 - as the renderer calls it
    """Link to another document's page."""
    token = tokens[at]
    href = str(token.attrGet("href"))
    if token.meta["name"] is not None:
        href = told["frame"].where(token.meta["name"]) + token.meta["anchor"]
    return f'<a href="{html.escape(href)}">'


def _block(self: Any, tokens: Any, at: int, options: Any, told: dict[str, Any]) -> str:  # noqa: ARG001 - as above
    """Show a block of code, with a button that copies it where it is a command."""
    token, frame = tokens[at], told["frame"]
    code = f'<pre id="block-{at}" tabindex="0"><code>{html.escape(token.content)}</code></pre>'
    if token.info.strip() != "sh":
        return f"{code}\n"
    says = f'data-copied="{html.escape(frame.copied)}">{html.escape(frame.copy)}'
    button = f'<button type="button" hidden data-copy="block-{at}" {says}</button>'
    return f'<div class="command">{code}{button}</div>\n'


def _table(self: Any, tokens: Any, at: int, options: Any, told: dict[str, Any]) -> str:  # noqa: ARG001 - as above
    """Let a wide table be scrolled by itself, also by keys, under the name of its heading."""
    above = [token for token in tokens[:at] if token.type == "heading_open"]
    anchor = above[-1].attrGet("id") if above else None
    named = (each.text for each in told["document"].headings if each.anchor == anchor)
    label = html.escape(next(named, told["document"].title))
    return f'<div class="wide" tabindex="0" role="region" aria-label="{label}">\n<table>\n'


def _table_end(*_: Any) -> str:
    return "</table>\n</div>\n"


_RULES: Final[Mapping[str, Callable[..., str]]] = {
    "link_open": _link,
    "fence": _block,
    "table_open": _table,
    "table_close": _table_end,
}
