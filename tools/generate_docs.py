"""Writes the generated parts of the documents, between their markers: `make docs`.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; `PARTS` says what makes it:
the code and its tables. A test fails when a document does not say what the code does.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from typer.main import get_command
from typer.testing import CliRunner

import app
from app.api.problems import STATUS
from app.cli.program import app as program
from app.exchange import chip_verdicts, disclosing
from app.exchange.outcomes import table_markdown
from app.exchange.presets import preset
from app.identity import card_life, card_requests, cards, sources
from app.identity.chip import files as chip_files
from app.identity.credentials import verifying
from app.matching import dates, names
from app.matching.linkage import explaining
from app.matching.verdicts import ATTRIBUTES
from app.platform.errors import CATALOGUE
from app.platform.settings import Settings
from app.registry import events
from app.registry.reporting import consistency
from app.sandbox import faults
from app.sandbox.situations import SITUATIONS
from seed.numbers import PERSONA_BLOCK
from seed.personas.rows import AWAY, CAST
from tools import (
    credit_docs,
    feed_docs,
    lesson_docs,
    register_docs,
    report_card_docs,
    scenario_docs,
    xml_docs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seed.personas.roles import Role

ROOT = Path(__file__).resolve().parents[1]
_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """Return every document that may have generated parts."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(text: str) -> str:
    """Return the document with every generated part made anew. KeyError for a part unknown."""
    return _PART.sub(lambda part: part[1] + PARTS[part[2]]() + part[3], text)


def main() -> None:
    """Write every document whose parts have changed, and name it."""
    for path in documents():
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(path.relative_to(ROOT))


def errors() -> str:
    """Every code of the catalogue: what it means, what to do, whose fault it is."""
    _import_everything()
    lines = []
    for code, problem in sorted(CATALOGUE.items()):
        lines += [
            f"### `{code}`",
            "",
            f"{problem.title_en}. _{problem.title_vi}._  ",
            f"HTTP {STATUS[problem.kind].value}, fault of: {problem.fault_of}.",
            "",
            f"**Next:** {problem.next_en}  ",
            f"**Cách xử lý:** {problem.next_vi}",
            "",
        ]
    return "\n".join(lines)


def chip_items() -> str:
    """The items of DG13 by number."""
    return _table(("n", "item"), enumerate(chip_files.DG13, 1))


def chip_verdict_table() -> str:
    """The table of chip verdicts."""
    return chip_verdicts.table_markdown("en")


def attributes() -> str:
    """What may be claimed in a verification."""
    rows = ((f"`{name}`", each.title_en, each.title_vi) for name, each in ATTRIBUTES.items())
    return _table(("attribute", "what it is", "tiếng Việt"), rows)


def name_comparison() -> str:
    """The table in the docstring of the comparison of names."""
    return _docstring_table(names.compare_name)


def date_comparison() -> str:
    """The table in the docstring of the comparison of birth dates."""
    return _docstring_table(dates.compare_birth_date)


def disclosures() -> str:
    """Each disclosure with its law and its fields."""
    parts = []
    for each in disclosing.all_of_them().values():
        parts.append(f"### `{each.name}`: {each.title_en} ({each.title_vi})\n\n{each.law}\n\n")
        fields = (disclosing.CATALOGUE[name] for name in each.fields)
        parts.append(
            _table(
                ("field", "what it is", "tiếng Việt", "group", "gives"),
                (
                    (
                        f"`{field.name}`" + (" ⚠" if field.sensitivity == "sensitive" else ""),
                        field.label_en,
                        field.label_vi,
                        field.group,
                        _type(field.type),
                    )
                    for field in fields
                ),
            )
            + "\n"
        )
    return "".join(parts)


def values() -> str:
    """The shapes of values that have members."""
    shapes: dict[str, type] = {}
    for each in disclosing.all_of_them().values():
        for name in each.fields:
            _collect(disclosing.CATALOGUE[name].type, shapes)
    return _table(
        ("value", "what it is", "members"),
        (
            (
                f"`{name}`",
                _one_line(shape),
                ", ".join(f"`{field.name}`" for field in dataclasses.fields(shape)),
            )
            for name, shape in sorted(shapes.items())
        ),
    )


def life_events() -> str:
    """Each life event: its law, who reports it on what papers, its form, its checks."""
    parts = []
    for event in events.kinds().values():
        parts.append(
            f"### `{event.name}`: {event.title_en} ({event.title_vi})\n\n"
            f"{event.law}\n\n"
            f"{_one_line(event.payload)}\n\n"
            f"- Reported by: {', '.join(event.reporters)}\n"
            f"- Purpose of a report: `{event.purpose}`\n"
            f"- Papers: {', '.join(event.documents)}\n\n"
        )
        members = event.payload.model_fields.items()
        parts.append(
            _table(
                ("member", "required", "default", "may be null", "says"),
                (
                    (
                        f"`{name}`",
                        "yes" if field.is_required() else "",
                        "" if field.is_required() else _default(field.default),
                        "yes" if NoneType in get_args(field.annotation) else "",
                        field.description or "",
                    )
                    for name, field in members
                ),
            )
        )
        parts.append("\nWhat is checked:\n\n")
        parts += [f"- {_first_sentence(check)}\n" for check in event.checks]
        parts.append("\n")
    parts.append(
        "### What holds of everybody\n\n"
        "Whatever is reported, the person it is about, as the report leaves them, keeps to these; "
        "each is asked where the report changes something it depends on.\n\n"
    )
    parts += [f"- {_first_sentence(rule)}\n" for rule in consistency.RULES]
    return "".join(parts)


def personas() -> str:
    """Every persona: the end of its number, its purpose, and the worlds it needs."""
    return _table(
        ("persona", "number ends in", "purpose", "mục đích", "needs"),
        (
            (
                f"`{role.persona.name}`",
                f"…{PERSONA_BLOCK + role.serial}",
                role.persona.purpose_en,
                role.persona.purpose,
                role.persona.needs or "–",
            )
            for role in sorted(_roles(), key=lambda role: role.serial)
            if role.persona is not None
        ),
    )


def situations() -> str:
    """Every way to be refused an account or its use."""
    return _table(
        ("code", "what", "persona", "how"),
        (
            (f"`{each.code}`", CATALOGUE[each.code].title_en, f"`{each.persona}`", each.how)
            for each in SITUATIONS
        ),
    )


def card_moves() -> str:
    """What can happen to a card, for what reasons, and who may have it happen."""
    return _table(
        ("move", "from", "to", "reasons", "by", "law"),
        (
            (
                f"`{move.name}`",
                ", ".join(move.source),
                move.target,
                ", ".join(f"`{reason}`" for reason in move.reasons),
                ", ".join(move.by),
                move.law,
            )
            for move in card_life.MOVES.values()
        ),
    )


def card_reasons() -> str:
    """Why a card may be asked for, and which card there has to be."""
    kinds = (
        ("first issue", card_requests.ISSUE),
        ("change, Art 24 (1)", card_requests.CHANGE),
        ("re-issue, Art 24 (2)", card_requests.REISSUE),
    )
    return _table(
        ("reason", "kind", "the last card is"),
        (
            (
                f"`{reason}`",
                kind,
                " or ".join(one or "none" for one in card_requests.AFTER[reason]),
            )
            for kind, reasons in kinds
            for reason in reasons
        ),
    )


def card_standings() -> str:
    """What a card may be worth."""
    return _table(
        ("status", "means", "tiếng Việt"),
        (
            (f"`{code}`", english, vietnamese)
            for code, (vietnamese, english) in cards.MEANINGS.items()
        ),
    )


def agencies() -> str:
    """The preset's agencies and their systems."""
    rows = preset.made_for(dt.date(2026, 1, 1))
    systems: dict[int, list[str]] = {}
    for system in rows.systems:
        mark = "" if system["state"] in ("connected", "exchanging") else f" ({system['state']})"
        systems.setdefault(system["agency_id"], []).append(f"`{system['client_id']}`{mark}")
    return _table(
        ("code", "agency", "kind", "systems (client ids)"),
        (
            (row["code"], row["name"], row["kind"], ", ".join(systems.get(row["id"], ())))
            for row in rows.agencies
        ),
    )


def purposes() -> str:
    """The purposes, and on which laws they rest."""
    return _table(
        ("purpose", "what for", "tiếng Việt", "rests on"),
        (
            (
                f"`{each.name}`",
                each.title_en
                + (f" (told after {each.hidden_days} days)" if each.hidden_days else ""),
                each.title_vi,
                "; ".join(preset.laws()[law].text for law in each.laws),
            )
            for each in preset.purposes().values()
        ),
    )


def laws() -> str:
    """The laws that grants rest on, and when each is in force."""
    return _table(
        ("law", "in force"),
        (
            (law.text, f"{law.valid_from} – {_open_end(law.valid_to)}")
            for law in sorted(preset.laws().values(), key=lambda law: law.valid_from)
        ),
    )


def settings() -> str:
    """Every setting, its default and what it does."""
    return _table(
        ("variable", "default", "what it does"),
        (
            (f"`DANCU_{name.upper()}`", _default(field.default), field.description)
            for name, field in Settings.model_fields.items()
        ),
    )


def commands() -> str:
    """The help of every command."""
    runner = CliRunner()
    parts = []
    for path in _command_paths(get_command(program)):
        shown = runner.invoke(program, [*path, "--help"], env={"COLUMNS": "96", "TERM": "dumb"})
        name = " ".join(("dancu", *path))
        lines = "\n".join(line.rstrip() for line in shown.output.strip().splitlines())
        parts.append(f"### `{name}`\n\n```text\n{lines}\n```\n\n")
    return "".join(parts)


def fault_kinds() -> str:
    """Every fault of calls and of tokens, and how a client notices."""
    return faults.tables_markdown()


def wallet_documents() -> str:
    """Every kind of document that can be in a wallet, its source and its own claims."""
    return _table(
        ("kind", "document", "source", "claims besides the holder's"),
        (
            (
                f"`{each.name}`{' ⚠' * (each.sensitivity == 'sensitive')}",
                f"{each.title_en} (_{each.title_vi}_)",
                each.source_en,
                ", ".join(f"`{claim.name}`" for claim in each.claims),
            )
            for each in sources.all_of_them().values()
        ),
    )


def presentation_checks() -> str:
    """The checks of a presentation, in their order, each with what fails it."""
    return _table(
        ("check", "fails for"), ((f"`{name}`", why) for name, why in verifying.CHECKS.items())
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "lessons": lesson_docs.listed,
    "scenario-list": scenario_docs.listed,
    "scenario-errors": scenario_docs.errors,
    "scenarios": scenario_docs.each,
    "documents": wallet_documents,
    "presentation-checks": presentation_checks,
    "errors": errors,
    "outcomes": lambda: table_markdown("en"),
    "attributes": attributes,
    "chip-items": chip_items,
    "chip-verdicts": chip_verdict_table,
    "error-model": lambda: explaining.table_markdown("en"),
    "name-comparison": name_comparison,
    "date-comparison": date_comparison,
    "disclosures": disclosures,
    "values": values,
    **register_docs.TABLES,
    "life-events": life_events,
    "personas": personas,
    "situations": situations,
    "card-reasons": card_reasons,
    "card-moves": card_moves,
    "card-standings": card_standings,
    "agencies": agencies,
    "purposes": purposes,
    "laws": laws,
    "settings": settings,
    "change-grants": feed_docs.change_grants,
    "faults": fault_kinds,
    "citizen-elements": xml_docs.elements,
    "credit-scorecard": credit_docs.whole,
    "report-card-client": report_card_docs.client,
    "report-card-relying-party": report_card_docs.relying_party,
    "commands": commands,
}


def _import_everything() -> None:
    """Import every module, so that what they declare has been declared."""
    for module in walk_packages(app.__path__, "app."):
        import_module(module.name)


def _command_paths(command: object, path: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    children = getattr(command, "commands", {})
    for name, child in children.items():
        if getattr(child, "commands", None):
            yield from _command_paths(child, (*path, name))
        else:
            yield (*path, name)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    for row in rows:
        cells = (str(cell).replace("|", "&#124;") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _first_sentence(function: Callable[..., object]) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")


def _one_line(model: type) -> str:
    return " ".join((inspect.getdoc(model) or "").split())


def _roles() -> Iterable[Role]:
    yield from (role for home in CAST for role, _ in home.members)
    yield from AWAY


def _open_end(day: dt.date) -> str:
    return "" if day == dt.date.max else str(day)


def _collect(of: Any, shapes: dict[str, type]) -> None:
    """Enter the dataclasses in a type into `shapes`, and those of their members."""
    for inner in get_args(of):
        _collect(inner, shapes)
    if isinstance(of, type) and dataclasses.is_dataclass(of) and of.__name__ not in shapes:
        shapes[of.__name__] = of
        for hint in get_type_hints(of).values():
            _collect(hint, shapes)


def _docstring_table(function: Callable[..., object]) -> str:
    lines = (inspect.getdoc(function) or "").splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith("|"))


def _type(of: Any) -> str:
    if get_origin(of) is list:
        return f"list of {_type(get_args(of)[0])}"
    name: str = of.__name__
    return {"str": "text", "date": "date"}.get(name, name)


def _default(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`" if value else "–"
    return f"`{value}`"


if __name__ == "__main__":
    main()
