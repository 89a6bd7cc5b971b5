"""The API reference as others' tools read it: a strict linter, and a generator of clients.

Both run on Node, with packages pinned by hash. They are fetched once, into pytest's cache.
"""

import hashlib
import json
import shutil
import subprocess

import httpx
import pytest

from tests.project import files

FOLDER = files.ROOT / "clients/typescript"
LOCK = FOLDER / "package-lock.json"
pytestmark = pytest.mark.skipif(
    shutil.which("npm") is None, reason="Node is not here: install nodejs and npm"
)


@pytest.fixture(scope="module")
def node(request):
    """The folder with what `package-lock.json` pins."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    folder = request.config.cache.mkdir("node") / digest
    if not (folder / "node_modules" / ".bin").is_dir():
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def work(node, dancu_server, tmp_path_factory):
    """A folder with the sources, the packages and the reference of a server that runs."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(node / "node_modules")
    document = httpx.get(f"{dancu_server.url}/openapi.json", timeout=120)
    (folder / "openapi.json").write_bytes(document.content)
    return folder


def _run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reference_passes_a_strict_linter(work):
    where = ["node_modules/.bin/spectral", "lint", "openapi.json"]
    _run(*where, "--fail-severity", "hint", "--quiet", cwd=work)


def test_a_typescript_client_is_generated_and_compiles(work):
    generate = ["node_modules/.bin/openapi-typescript", "openapi.json", "-o", "dancu.ts"]
    _run(*generate, "--default-non-nullable", "false", cwd=work)
    _run("node_modules/.bin/tsc", "--project", ".", cwd=work)


def test_packages_are_pinned_by_hash_and_by_no_address():
    packages = json.loads(LOCK.read_text())["packages"]
    del packages[""]
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())
