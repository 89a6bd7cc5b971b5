"""Holds single rooms to a higher coverage than the whole: `coverage_floors` in pyproject.toml."""

import io

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "coverage_floors",
        "lines `pattern of files: least coverage in per cent`, checked when --cov is given",
        type="linelist",
        default=[],
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and _too_low(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in _too_low(config):
        terminalreporter.write_line(f"FAIL {line}", red=True)


def _too_low(config: pytest.Config) -> list[str]:
    """What is covered less than its floor, with both figures; nothing in a run without --cov."""
    plugin = config.pluginmanager.get_plugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is None or hasattr(config, "workerinput"):
        return []
    found = []
    for line in config.getini("coverage_floors"):
        pattern, floor = line.rsplit(":", 1)
        covered = controller.cov.report(include=[pattern], file=io.StringIO())
        if covered < float(floor):
            found.append(
                f"{pattern} is covered to {covered:.1f} %, and must be to {floor.strip()} %"
            )
    return found
