"""The image and the compose file, read here and followed step by step where no engine is."""

import os
import re
import shlex
import subprocess
import sys
import time
import urllib.request
import zipfile

import pytest
import yaml

from app.platform.settings import Settings
from app.web import documents
from tests.project import dockerfile, files
from tests.support import ports

PACKAGES = ("app", "migrations", "seed")


@pytest.fixture(scope="module")
def stages():
    return dockerfile.stages(files.text("Dockerfile"))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What the builder is sent."""
    folder = tmp_path_factory.mktemp("context")
    dockerfile.build_context(folder)
    return folder


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(files.text("compose.yaml"))["services"]


def test_the_builder_is_sent_what_the_dockerfile_copies_and_nothing_else(stages, context):
    copied = {name for each in stages[0].all("COPY") for name in each.rest.split()[:-1]}
    sent = {path.relative_to(context) for path in context.rglob("*") if path.is_file()}
    assert {name for name in copied if any(path.is_relative_to(name) for path in sent)} == copied
    assert {
        path for path in sent if not any(path.is_relative_to(name) for name in copied)
    } == set()


def test_both_stages_stand_on_one_small_python_that_the_project_supports(stages):
    bases = {stage.base for stage in stages}
    assert len(bases) == 1
    version = re.fullmatch(r"python:(3\.\d+)-slim", bases.pop())[1]
    assert (
        f"Programming Language :: Python :: {version}"
        in (files.pyproject()["project"]["classifiers"])
    )


def test_the_image_installs_only_what_the_lock_hashes(stages):
    installs = [each.rest for each in stages[0].all("RUN") if " install " in each.rest]
    assert installs
    for command in installs:
        assert "--no-deps" in command
        assert "--require-hashes" in command or command.endswith("--no-build-isolation .")


def test_the_image_does_not_run_as_root(stages):
    users = stages[-1].all("USER")
    assert users
    assert users[-1].rest not in ("root", "0")
    assert stages[-1].instructions.index(users[-1]) < stages[-1].instructions.index(
        stages[-1].all("CMD")[0]
    )


def test_the_image_listens_to_the_outside_only_with_new_secrets(stages):
    command = stages[-1].all("CMD")[0].command
    assert command[:2] == ["dancu", "serve"]
    assert command[command.index("--host") + 1] == "0.0.0.0"  # noqa: S104 the point of the test
    assert "--rekey" in command


def test_the_environments_set_only_what_dancu_knows(stages, compose):
    known = {f"DANCU_{name.upper()}" for name in Settings.model_fields}
    named = {*stages[-1].environment, *compose["dancu"]["environment"]}
    assert {name for name in named if name.startswith("DANCU_")} <= known


def test_the_example_environment_names_what_compose_reads(compose):
    read = set(re.findall(r"\$\{(\w+)", str(compose)))
    assert set(re.findall(r"^#?([A-Z_]+)=", files.text(".env.example"), re.MULTILINE)) == read


def test_the_examples_defaults_are_those_of_compose(compose):
    shown = dict(re.findall(r"^#([A-Z_]+)=(.+)$", files.text(".env.example"), re.MULTILINE))
    assert shown == dict(re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", str(compose)))


def test_compose_waits_for_a_database_that_answers_and_asks_for_a_password(compose):
    assert compose["dancu"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert "pg_isready" in compose["db"]["healthcheck"]["test"]
    assert ":?" in compose["db"]["environment"]["POSTGRES_PASSWORD"]
    assert "ports" not in compose["db"]


def test_compose_publishes_on_loopback_and_takes_every_privilege_away(compose):
    assert compose["dancu"]["ports"] == ["${DANCU_LISTEN:-127.0.0.1:8000}:8000"]
    assert compose["dancu"]["read_only"] is True
    assert compose["dancu"]["cap_drop"] == ["ALL"]


def test_the_wheel_holds_every_source_and_table_and_starts_the_command(context, tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(context)], check=True)
    (wheel,) = tmp_path.glob("dancu-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        points = next(name for name in held if name.endswith("entry_points.txt"))
        assert "dancu = app.cli:main" in archive.read(points).decode()
    assert {path for path in files.tracked() if path.startswith(PACKAGES)} <= held
    assert any(name.endswith("licenses/LICENSE") for name in held)
    shown = {documents.file_of(name) for name in documents.names()} - held
    assert {f"app/web/written/{file}" for file in shown} <= held


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_steps_of_the_image_make_a_server_that_its_health_check_finds_well(
    stages, image, database, tmp_path, request
):
    environment = {
        **os.environ,
        **stages[-1].environment,
        "PATH": f"{image}/bin:{os.environ['PATH']}",
        "DANCU_HOME": str(tmp_path / "data"),
        "DANCU_PORT": str(ports.free()),
        "DANCU_DEFAULT_SIZE": "2000",
    }
    if database == "postgresql":
        environment["DANCU_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    command = stages[-1].all("CMD")[0].command
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as server:
        try:
            check = stages[-1].all("HEALTHCHECK")[0].command
            _wait_until_healthy(server, check, environment)
            _refuses_strangers(environment["DANCU_PORT"])
        finally:
            server.terminate()
    assert server.returncode in (0, -15)


@pytest.fixture(scope="module")
def image(stages, context, tmp_path_factory):
    """The folder that the build stage fills, in place of /opt/dancu."""
    folder = tmp_path_factory.mktemp("image") / "dancu"
    for step in stages[0].all("RUN"):
        command = step.rest.replace("/opt/dancu", shlex.quote(str(folder)))
        command = re.sub("^python ", f"{shlex.quote(sys.executable)} ", command)
        subprocess.run(command, shell=True, cwd=context, check=True)  # noqa: S602 its own RUN lines
    return folder


def _wait_until_healthy(server: subprocess.Popen, check: list[str], environment: dict) -> None:
    deadline = time.monotonic() + 60
    while subprocess.run(
        check, env=environment, stderr=subprocess.DEVNULL, check=False
    ).returncode:
        assert server.poll() is None, "the server stopped"
        assert time.monotonic() < deadline, "the server is not well"
        time.sleep(0.3)


def _refuses_strangers(port: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/me", headers={"Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=5)  # noqa: S310 loopback
    with refusal.value as answer:
        assert answer.code == 403
