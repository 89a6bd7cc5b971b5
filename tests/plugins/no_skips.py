"""Fails a run that skipped a test when DANCU_NO_SKIPS=1: CI leaves nothing out silently."""

import os

import pytest


def _left_out(session: pytest.Session) -> int:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    wanted = os.environ.get("DANCU_NO_SKIPS") == "1"
    if wanted and exitstatus == pytest.ExitCode.OK and _left_out(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("DANCU_NO_SKIPS") != "1":
        return
    for report in terminalreporter.stats.get("skipped", []):
        line = f"{report.nodeid} was skipped, and DANCU_NO_SKIPS forbids that"
        terminalreporter.write_line(line, red=True)
