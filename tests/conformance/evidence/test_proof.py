"""Every requirement that a party can be observed to keep is explained whole: page and line, what is sent, what proves it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from smsproof_conformance.case import cases, observers
from smsproof_conformance.cli import app
from smsproof_conformance.evidence.proof import proofs
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party

OBSERVABLE = [
    (vendor, party, requirement)
    for vendor in ("intelepeer", "messangi")
    for party in ("V", "R", "C")
    for requirement in contracts.load(vendor).requirements.values()
    if requirement.observable_by(party) and requirement.counted
]


@pytest.mark.parametrize(("vendor", "party", "id_"), [(vendor, party, each.id) for vendor, party, each in OBSERVABLE])
def test_an_observable_requirement_has_a_page_a_case_and_something_wrong_that_proves_it(
    vendor: str, party: Party, id_: str
) -> None:
    requirement = contracts.load(vendor).requirements[id_]
    assert requirement.statement.strip()
    assert requirement.source, "no page and line"
    judging = observers(vendor, party).get(id_, ())
    assert judging, "no case observes it"
    assert all(cases(vendor, party)[name].does and cases(vendor, party)[name].expects for name in judging)
    assert proofs(id_, party), "nothing wrong on purpose breaks it"


def test_the_list_shows_the_cases_of_every_subject() -> None:
    shown = CliRunner().invoke(app, ["list", "messangi", "--json"])
    parties = {case["id"]: case["party"] for case in json.loads(shown.output)}
    assert (parties["batch-request/minimal"], {*parties.values()}) == ("V", {"V", "R", "C"})
