"""The part of `docs/classroom.md` that the lessons' own files say."""

from __future__ import annotations

from app.training import lesson


def listed() -> str:
    """Every lesson in a line, in the order of a class."""
    lines = ["| lesson | | tiếng Việt | checks | what it is about |", "|---|---|---|---|---|"]
    lines += [
        f"| `{each.name}` | {each.title.en} | {each.title.vi} | {len(each.checks)} "
        f"| {each.goal.en} |"
        for each in lesson.all_of_them().values()
    ]
    return "\n".join(lines) + "\n"
