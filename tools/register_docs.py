"""The generated tables of docs/registers.md: the registers, and what they are asked yes or no."""

from __future__ import annotations

from app.exchange.register_claim import MEANINGS, Named, all_of_them
from app.sectors import register

_REGISTERS = (
    "| register | sổ | kept by | law | numbered by | numbers that are nobody's |\n"
    "|---|---|---|---|---|---|\n"
)
_CLAIMS = "| claim | what is asked | tiếng Việt | names | register |\n|---|---|---|---|---|\n"
_REASONS = "| outcome | `reason` | meaning | nghĩa |\n|---|---|---|---|\n"


def registers() -> str:
    """Every register: who keeps it, how entries are numbered, which numbers are nobody's."""
    return _REGISTERS + "".join(
        f"| {each.title_en} (`{name}`) | {each.title_vi} | {each.keeper_en} | {each.law} "
        f"| {each.identifier} | {each.reserved} |\n"
        for name, each in register.all_of_them().items()
    )


def claims() -> str:
    """Each claim to a register of others, and what it names besides the number."""
    return _CLAIMS + "".join(
        f"| `{each.name}`{' ⚠' if each.sensitivity == 'sensitive' else ''} | {each.label_en} "
        f"| {each.label_vi} | {', '.join(map(_named, each.named)) or '–'} | `{each.register}` |\n"
        for each in all_of_them().values()
    )


def reasons() -> str:
    """What registers say to claims, and why."""
    return _REASONS + "".join(
        f"| `{outcome}` | `{reason}` | {meaning_en} | {meaning_vi} |\n"
        for reason, (outcome, meaning_vi, meaning_en) in MEANINGS.items()
    )


def _named(named: Named) -> str:
    said = f"`{named.name}`{' (identifying)' if named.identifying else ''}"
    return said if named.required else f"[{said}]"


#: Each table by the name of its mark.
TABLES = {"registers": registers, "register-claims": claims, "register-reasons": reasons}
