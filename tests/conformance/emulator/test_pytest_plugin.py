"""The pytest plugin, used as an application's tests would use it: from an installed wheel, with plain urllib."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

EXAMPLE = """
import json
import urllib.request

import pytest


def post(url, body, token="smsproof-token"):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.status, json.load(answer)


MESSAGE = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
HOOK = "/_rest/v4/my/did/sms/webhook"


def test_a_text_goes_out(intelepeer_emulator):
    status, answer = post(intelepeer_emulator.url + "/_rest/v4/app/sms/send", MESSAGE)
    assert (status, answer["numparts"]) == (202, 1)
    assert intelepeer_emulator.outbox() == [{"id": answer["refid"], **MESSAGE}]


def test_every_test_has_a_new_emulator(intelepeer_emulator):
    assert intelepeer_emulator.outbox() == []
    assert intelepeer_emulator.inbound("+15551112222", "+12161112222", "hello") is False


def test_a_text_comes_in_and_is_repeated_until_200(intelepeer_emulator, sms_inbox):
    sms_inbox.answer(500, 0, 200)
    post(intelepeer_emulator.url + HOOK, {"endpoints": ["+12161112222"], "webhook": sms_inbox.url + "/in"})
    assert intelepeer_emulator.inbound("+15551112222", "+12161112222", "hello")
    assert intelepeer_emulator.settle() == 1
    assert [delivery.answered for delivery in sms_inbox.deliveries] == [500, 0, 200]
    assert {delivery.json["message"] for delivery in sms_inbox.deliveries} == {"hello"}
    assert sms_inbox.deliveries[0].path == "/in"


def test_the_inbox_is_empty_again(sms_inbox):
    assert sms_inbox.deliveries == []


def test_a_status_comes_back(messangi_emulator, sms_inbox):
    sent = {"from": "12345", "to": "+580000000005", "text": "x", "requestDR": True, "callbacks": sms_inbox.url}
    post(messangi_emulator.url + "/raven/v2/messages", sent)
    assert [delivery.json["status"] for delivery in sms_inbox.wait(2)] == ["SENT", "DELIVRD"]


def test_the_vendor_is_wrong_on_request(intelepeer_emulator, messangi_emulator, sms_faults):
    sms_faults("send-status-200", "status-queued")
    assert post(intelepeer_emulator.url + "/_rest/v4/app/sms/send", MESSAGE)[0] == 200
    sent = {"from": "12345", "to": "+580000000005", "text": "x"}
    assert post(messangi_emulator.url + "/raven/v2/messages", sent)[1]["data"]["status"] == "QUEUED"
    intelepeer_emulator.wind(60)


def test_and_right_again_afterwards(intelepeer_emulator):
    assert post(intelepeer_emulator.url + "/_rest/v4/app/sms/send", MESSAGE)[0] == 202


def test_a_fault_of_a_vendor_that_was_not_asked_for_is_an_error(messangi_emulator, sms_faults):
    with pytest.raises(ValueError, match="There is no fault of messangi 'bulk-order-reversed'"):
        sms_faults("bulk-order-reversed")


def test_a_vendor_that_is_down_refuses_connections(intelepeer_emulator, sms_faults):
    sms_faults("down")
    with pytest.raises(OSError, match="refused"):
        post(intelepeer_emulator.url + "/_rest/v4/app/sms/send", MESSAGE)
    sms_faults()
    assert post(intelepeer_emulator.url + "/_rest/v4/app/sms/send", MESSAGE)[0] == 202
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel as pip installs it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True)
    return site


def run_pytest(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    import os

    environment = {**os.environ, "PYTHONPATH": str(site), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
    del environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_an_example_project_uses_the_fixtures_from_an_installed_wheel(installed, tmp_path, workers):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_example.py").write_text(EXAMPLE)
    done = run_pytest(installed, tmp_path, *workers)
    assert "9 passed" in done.stdout, done.stdout + done.stderr
    assert str(installed) in subprocess.run(
        [sys.executable, "-c", "import smsproof_conformance as it; print(it.__file__)"],
        env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


WITHOUT_EXTRA = """
import sys

EXTRA = {"uvicorn", "httptools", "jsonschema_rs", "h11", "typer", "rich", "jinja2", "schemathesis", "phonenumbers"}


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRA:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
"""


def test_a_base_install_breaks_nobodys_pytest_and_says_what_a_fixture_needs(installed, tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(WITHOUT_EXTRA)
    (tmp_path / "test_example.py").write_text(
        textwrap.dedent("""
            def test_of_somebody_else(): pass
            def test_of_ours(intelepeer_emulator): pass
            def test_of_the_inbox(sms_inbox): assert sms_inbox.url
        """)
    )
    done = run_pytest(installed, tmp_path)
    assert "2 passed, 1 error" in done.stdout, done.stdout
    assert "pip install 'smsproof[conformance]'" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_plugin_loads_nothing_but_pytest_and_the_standard_library(installed, tmp_path):
    code = "import sys, pytest; before = set(sys.modules); import smsproof_conformance.pytest_plugin; "
    code += "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
    code += "print(sorted(new - set(sys.stdlib_module_names)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['smsproof_conformance']\n"


def test_fixtures_are_listed_with_their_documentation(installed, tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    listed = run_pytest(installed, tmp_path, "--fixtures").stdout
    for name in ("intelepeer_emulator", "messangi_emulator", "sms_inbox", "sms_faults"):
        line = next(line for line in listed.splitlines() if line.startswith(name))
        assert "no docstring" not in listed[listed.index(line) : listed.index(line) + 200]
