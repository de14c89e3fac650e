"""The SDK of this project: as the contracts say, byte for byte; and a third vendor is one folder more."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import smsproof_spec
from smsproof_generator.packaging import checkout_tree
from smsproof_generator.writer import drift

VENDORS = Path(smsproof_spec.__file__).parent / "vendors"
GENERATED = VENDORS.parent.parent.parent / "generated"


def test_what_is_committed_is_what_the_contracts_say() -> None:
    tree, stale = checkout_tree(VENDORS, write=False)
    assert stale == []
    assert drift(GENERATED, tree) == []


def test_generated_lines_of_each_vendor_stay_under_a_thousand() -> None:
    lines = {
        folder.name: sum(len(path.read_text().splitlines()) for path in folder.glob("*.py"))
        for folder in (GENERATED / "smsproof_sdk").iterdir()
        if (folder / "client.py").exists() and folder.name != "_runtime"
    }
    assert sorted(lines) == ["intelepeer", "messangi"]
    assert max(lines.values()) < 1000


def test_a_third_vendor_is_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "thirdsms"
    shutil.copytree(VENDORS / "messangi", folder)
    file = folder / "openapi.yaml"
    text = file.read_text().replace("x-sms-vendor: messangi", "x-sms-vendor: thirdsms")
    file.write_text(
        text.replace("{name: Messangi, token-env: MESSANGI_API_KEY", "{name: ThirdSms, token-env: THIRD_KEY")
    )
    tree, _ = checkout_tree(tmp_path, write=True)
    client = tree["smsproof_sdk/thirdsms/client.py"]
    assert [node.name for node in ast.parse(client).body if isinstance(node, ast.ClassDef)] == [
        "ThirdSms",
        "AsyncThirdSms",
    ]
    assert '"THIRD_KEY"' in client
    assert (folder / "contract.json").exists()


@pytest.mark.parametrize("module", ["intelepeer.models", "messangi.models", "intelepeer", "messangi"])
def test_models_and_packages_need_no_http_library(module: str) -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('httpx', 'httpx2', 'httpcore2', 'anyio')));"
        f"import smsproof_sdk.{module}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
