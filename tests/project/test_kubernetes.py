"""The manifests for a cluster, held against the image and what the server answers."""

import re

import pytest
import yaml
from starlette.testclient import TestClient

from app import main
from app.platform.settings import Settings
from tests.project import dockerfile, files


@pytest.fixture(scope="module")
def manifests():
    found = yaml.safe_load_all(files.text("deploy/kubernetes.yaml"))
    return {each["kind"]: each for each in found}


@pytest.fixture(scope="module")
def pod(manifests):
    return manifests["StatefulSet"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def container(pod):
    [container] = pod["containers"]
    return container


@pytest.fixture(scope="module")
def image():
    return dockerfile.stages(files.text("Dockerfile"))[-1]


def test_the_image_is_the_one_that_compose_builds(container):
    compose = yaml.safe_load(files.text("compose.yaml"))["services"]["dancu"]
    assert container["image"] == compose["image"]
    assert container["image"] == f"dancu:{files.pyproject()['project']['version']}"


def test_it_runs_as_the_images_user_and_without_any_privilege(pod, container, image):
    [made] = [each.rest for each in image.all("RUN") if "useradd" in each.rest]
    uid = int(re.search(r"--uid (\d+)", made)[1])
    context = pod["securityContext"]
    assert context["runAsNonRoot"] is True
    assert {context[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {uid}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_what_it_writes_is_on_volumes(manifests, pod, container, image):
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    claims = {
        each["metadata"]["name"]
        for each in manifests["StatefulSet"]["spec"]["volumeClaimTemplates"]
    }
    assert {mounts[name] for name in claims} == {image.environment["DANCU_HOME"]}
    assert {each["name"] for each in pod["volumes"]} | claims == mounts.keys()
    assert set(mounts.values()) == {image.environment["DANCU_HOME"], "/tmp"}  # noqa: S108 the pod's


def test_ports_lead_from_the_service_to_the_server(manifests, container, image):
    [port], [exposed] = container["ports"], image.all("EXPOSE")
    assert port["containerPort"] == int(exposed.rest)
    service = manifests["Service"]["spec"]
    assert [each["targetPort"] for each in service["ports"]] == [port["name"]]
    labels = manifests["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    assert service["selector"].items() <= labels.items()
    assert manifests["StatefulSet"]["spec"]["selector"]["matchLabels"] == labels


def test_the_server_knows_what_it_is_told_and_lets_the_probes_in(container, tmp_path):
    told = {each["name"]: each["value"] for each in container["env"]}
    assert told.keys() <= {f"DANCU_{name.upper()}" for name in Settings.model_fields}
    hosts = tuple(told["DANCU_ALLOWED_HOSTS"].split(","))
    settings = Settings(home=tmp_path, allowed_hosts=hosts, public_url=told["DANCU_PUBLIC_URL"])
    with TestClient(main.create_app(settings)) as client:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container[probe]["httpGet"]
            assert asked["port"] == container["ports"][0]["name"]
            headers = {each["name"]: each["value"] for each in asked["httpHeaders"]}
            assert client.get(asked["path"], headers=headers).is_success
        assert client.get("/health", headers={"Host": "10.0.0.7"}).status_code == 403


def test_one_process_has_a_file_of_sqlite_to_itself(manifests, container):
    told = {each["name"] for each in container["env"]}
    assert "DANCU_DATABASE_URL" in told or manifests["StatefulSet"]["spec"]["replicas"] == 1


def test_a_stop_waits_for_what_is_in_flight(pod):
    assert pod["terminationGracePeriodSeconds"] > main.GRACE_SECONDS
