"""What is written into docs/credit.md from the scorecard itself."""

from __future__ import annotations

from app.sectors.creditworthiness import scorecard


def whole() -> str:
    """Return the scorecard: every characteristic with its bins, then the bands."""
    lines = [
        (
            f"Version `{scorecard.VERSION}`. Score = {scorecard.BASE} + points, kept within"
            f" {scorecard.LEAST}–{scorecard.MOST}."
        ),
        "",
        "| characteristic | read from | points | not told |",
        "|---|---|---|---|",
    ]
    for each in scorecard.CHARACTERISTICS:
        fields = ", ".join(f"`{name}`" for name in each.fields)
        points = "; ".join(f"{one.title_en} → {one.points:+}" for one in each.bins)
        title = f"**{each.title_en}** (`{each.name}`)<br>{each.title_vi}"
        lines.append(f"| {title} | {fields} | {points} | {each.unknown:+} |")
    lines += ["", "| band | from | |", "|---|---|---|"]
    lines += [
        f"| {each.name} | {each.least} | {each.title_en} · {each.title_vi} |"
        for each in scorecard.BANDS
    ]
    lines += ["", "| reason code | is told |", "|---|---|"]
    lines += [
        f"| `{each.name}` | {each.reason_en} · {each.reason_vi} |"
        for each in scorecard.CHARACTERISTICS
    ]
    return "\n".join(lines) + "\n"
