"""The register of faults: each documented, each on a requirement of the vendor's, each visible from outside."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from smsproof_conformance.emulator import Desk, UnknownName
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_spec import contract

from .observer import observe

CONTRACT_FAULTS = [fault for fault in FAULTS.values() if fault.kind == "contract"]

# Requirements of party V without a fault, and why none can be: what nobody outside can see, nobody can break visibly.
NOT_BREAKABLE = {
    "IP-SEND-14": "the Message Detail Record is not in the pages",
    "IP-LIFE-01": "no call of the pages tells the order of the life cycle",
    "IP-LIFE-02": "the status call is not in the pages",
    "IP-HOOK-22": "the CPaaS platform is out of sight",
    "IP-HOOK-24": "the portal is out of sight",
    "IP-HOOKGET-07": "how to ask for several endpoints is not described (AMB-IP-14)",
    "IP-INBOUND-12": "what counts as received besides 200 is never judged (part 7, decision 3)",
    "IP-INBOUND-13": "the dashboard is out of sight",
    "IP-INBOUND-15": "the Message Detail Record is not in the pages",
    "MS-GEN-08": "no status endpoint is given",
    "MS-GEN-12": "no list endpoint is given",
    "MS-ADDR-05": "never decides between two numbers (AMB-MS-17)",
    "MS-ADDR-09": "a virtual number looks like any other sender",
    "MS-CALLBACK-08": "the parameters are not in the pages",
    "MS-TEXT-05": "the bill is out of sight",
    **{
        f"MS-STATUS-{number:02}": "a vendor cannot be made to tell this status"
        for number in (2, 3, 4, 5, 6, 7, 8, 10, 12, 15)
    },
}


def test_there_are_more_than_eighty_contract_faults_over_both_vendors():
    assert Counter(fault.vendor for fault in CONTRACT_FAULTS) > Counter({"intelepeer": 80, "messangi": 80})


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_a_readable_name_and_two_lines_of_documentation(name):
    fault = FAULTS[name]
    assert fault.name == name
    assert re.fullmatch("[a-z0-9]+([-_][a-z0-9]+)*", name)
    for line in (fault.summary, fault.detail):
        assert 15 <= len(line) <= 120
        assert line[-1] in "."
        assert "\n" not in line


@pytest.mark.parametrize("fault", CONTRACT_FAULTS, ids=lambda fault: fault.name)
def test_a_contract_fault_breaks_requirements_of_its_vendor(fault):
    requirements = contract.load(fault.vendor).requirements
    assert fault.breaks
    parties = {party for identifier in fault.breaks for party in requirements[identifier].parties}
    assert "V" in parties


@pytest.mark.parametrize("vendor", contract.VENDORS)
def test_every_requirement_of_the_vendor_is_broken_by_a_fault_or_cannot_be(vendor):
    numbered = {
        name
        for name, requirement in contract.load(vendor).requirements.items()
        if "V" in requirement.parties and "-HOUSE-" not in name
    }
    broken = {name for fault in CONTRACT_FAULTS for name in fault.breaks}
    assert numbered - broken == numbered & NOT_BREAKABLE.keys()


@pytest.fixture(scope="module")
def right() -> dict[str, list[str]]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return {vendor: observe(vendor, (), monkeypatch) for vendor in contract.VENDORS}


@pytest.mark.parametrize("vendor", contract.VENDORS)
def test_two_observations_of_the_right_emulator_are_equal(vendor, right, monkeypatch):
    assert len(right[vendor]) > 80
    assert observe(vendor, (), monkeypatch) == right[vendor]


@pytest.mark.parametrize("fault", CONTRACT_FAULTS, ids=lambda fault: fault.name)
def test_every_contract_fault_is_visible_from_outside(fault, right, monkeypatch):
    assert observe(fault.vendor, (fault.name,), monkeypatch) != right[fault.vendor]


def test_faults_act_together():
    desk = Desk("intelepeer", ("send-status-200", "refid-empty", "numparts-zero"))
    message = {"from": "+12191112222", "to": "+13038675309", "text": "x"}
    from smsproof_conformance.emulator.exchange import Request

    answer = desk.vendor.send_one(Request("POST", "/_rest/v4/app/sms/send"), message)
    assert (answer.status, answer.body["refid"], answer.body["numparts"]) == (200, "", 0)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("bulk-order-reverse", "bulk-order-reversed"), ("webhok-shared-by-all", "webhook-shared-by-all"), ("", None)],
)
def test_an_unknown_fault_names_the_nearest(name, nearest):
    with pytest.raises(UnknownName) as caught:
        Desk("intelepeer", (name,))
    assert nearest is None or caught.value.nearest == nearest
