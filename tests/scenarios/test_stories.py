"""Every story has tests of its own, which include those of all."""

from pathlib import Path

from app.scenarios import scenario

HERE = Path(__file__).parent


def test_every_story_passes_what_all_have_to():
    for name in scenario.all_of_them():
        tests = (HERE / f"test_{name.replace('-', '_')}.py").read_text(encoding="utf-8")
        assert "(EveryStory):" in tests
        assert f'NAME = "{name}"' in tests
