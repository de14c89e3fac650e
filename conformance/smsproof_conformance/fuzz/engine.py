"""The engine's door: what schemathesis invents for a contract. The only module that imports it.

Its generators are used and nothing else: it enumerates the schema (the coverage phase: every type, bound and required
key broken once) and mutates it (negative testing). It sends nothing, checks nothing and learns nothing from answers;
sending is the wire's business, judging that of the standing cases. `CoverageGenerator` is no public interface of it:
the version is pinned, and a test says which requests it gives.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.generation.overrides import Override

from smsproof_conformance.fuzz.grounding import Ground
from smsproof_conformance.records.exchange import encode, is_array, is_object
from smsproof_conformance.records.probe import Mode, Probe
from smsproof_conformance.reports.redaction import masked_text
from smsproof_spec.contract import load


@dataclass(frozen=True)
class FalseAlarm:
    """Something the engine would report of a right server.

    check      the engine's check or coverage scenario.
    why        what makes it false here.
    instead    what judges that matter in this suite.
    """

    check: str
    why: str
    instead: str


FALSE_ALARMS: Final = (
    FalseAlarm(
        "negative_data_rejection",
        "A 207 to a list with a bad item counts as invalid data accepted; S0:93 wants the 207 whatever the items are.",
        "requests/invalid-refused looks at the item's own code, by position.",
    ),
    FalseAlarm(
        "negative_data_rejection",
        "A Messangi answer of 2xx with data.status ERROR, or with the number in invalidNumber, is a refusal (S2:226, S2:500).",
        "requests/invalid-refused of Messangi reads status, ids and invalidNumber.",
    ),
    FalseAlarm(
        "negative_data_rejection",
        "Bounds that are only this project's assumption (a shortest number, an empty text) may be wider at the vendor.",
        "Only what a stated or agreed requirement forbids must be refused; the rest is open.",
    ),
    FalseAlarm(
        "positive_data_acceptance",
        "Invented addresses are well formed and nobody's: 404 and 403 are right (S0:51-52, S1:52).",
        "Valid addresses are replaced by the target's own; requests/valid-accepted speaks of those alone.",
    ),
    FalseAlarm(
        "status_code_conformance",
        "Messangi documents no status (AMB-MS-03), so that every code is undocumented.",
        "The cases of the single sections judge the codes that are stated.",
    ),
    FalseAlarm(
        "unspecified_http_method",
        "OPTIONS, HEAD and TRACE belong to HTTP and not to the contract; a 200 to OPTIONS is right.",
        "Cases send the methods that matter on every path.",
    ),
    FalseAlarm(
        "unsupported_content_type",
        "The Content-Type binds the client (IP-GEN-03, MS-GEN-05); a vendor may read JSON whatever the header says.",
        "A form body is a case of its own (MS-GEN-04).",
    ),
    FalseAlarm(
        "malformed_content_type",
        "As unsupported_content_type.",
        "As unsupported_content_type.",
    ),
    FalseAlarm(
        "ignored_auth",
        "It never tries an expired token, and its probes are real requests that are charged.",
        "Cases send every kind of bad token; the fuzz phase sends only good ones.",
    ),
    FalseAlarm(
        "duplicate_query_parameter",
        "How to ask for several endpoints is not described (AMB-IP-14): 207, 400 and the first one are all right.",
        "Not judged.",
    ),
)

# Scenarios of the coverage phase that are not sent at all, because what they ask is answered above.
_NOT_ASKED: Final = frozenset(
    {"unspecified_http_method", "unsupported_content_type", "malformed_content_type", "duplicate_query_parameter"}
)

_LONG_CODE: Final = r"^\+[1-9][0-9]{6,14}$"
_LONG_CODES: Final = ("+1000000", "+999999999999999")


class Engine:
    """The generators for one contract, grounded in one target's numbers.

    Only operations of the vendor's own pages: what another page describes is outside fuzz (x-sms-provenance: public).
    """

    def __init__(self, vendor: str, ground: Ground) -> None:
        self._contract = load(vendor)
        self._ground = ground
        self._operations = _operations(vendor)

    def coverage(self, operation: str) -> Iterator[Probe]:
        """The engine's enumeration of an operation's schema. Seedless: the same in every run."""
        for case in _coverage(self._contract.vendor, operation):
            data = case.meta.phase.data
            assert isinstance(data, CoveragePhaseData)
            if data.scenario.value in _NOT_ASKED:
                continue
            yield self._probe(operation, Mode.COVERAGE, data.description, data.location, case)

    def negatives(self, operation: str) -> SearchStrategy[Probe]:
        """Requests that the engine broke in one place or several."""

        def probe(case: Any) -> Probe:
            data = case.meta.phase.data
            return self._probe(operation, Mode.NEGATIVE, data.description, data.location, case)

        strategy: SearchStrategy[Any] = self._operations[operation].as_strategy(generation_mode=GenerationMode.NEGATIVE)
        return strategy.map(probe)

    def _probe(self, operation: str, mode: Mode, description: str | None, location: str | None, case: Any) -> Probe:
        return Probe(
            operation=operation,
            mode=mode,
            what=masked_text(" ".join((description or "").split())),
            location=location or "",
            body=self._body(operation, case.body),
            query=urlencode(self._query(operation, dict(case.query)), doseq=True, quote_via=quote, safe="-"),
        )

    def _body(self, operation: str, body: Any) -> bytes | None:
        if isinstance(body, NotSet):
            return None
        if isinstance(body, bytes):
            return body
        request = self._contract.operations[operation].request
        return encode(self._ground.value(request.schema, body) if request else body)

    def _query(self, operation: str, query: Mapping[str, Any]) -> dict[str, Any]:
        schemas = {
            parameter["name"]: parameter["schema"] for parameter in self._contract.operations[operation].parameters
        }
        return {
            name: self._ground.value(schemas[name], value) if name in schemas else value
            for name, value in query.items()
        }


@cache
def _operations(vendor: str) -> Mapping[str, Any]:
    """The engine's operations by operationId."""
    contract = load(vendor)
    document = copy.deepcopy(contract.document)
    document.pop("webhooks", None)  # the engine never executes them
    document.pop("security", None)  # tokens are named in a request, never generated
    for operation in contract.operations.values():
        call = document["paths"][operation.path]
        if operation.public:
            del call[operation.method.lower()]
        else:
            call[operation.method.lower()].pop("callbacks", None)
    for schema in _schemas(document["components"]["schemas"]):
        if "x-sms-address" in schema and all(re.search(schema.get("pattern", "$^"), number) for number in _LONG_CODES):
            # One form is enough, for what is valid is grounded; the sender's own pattern costs it seconds.
            schema["pattern"] = _LONG_CODE
    # Without a configuration of ours it would look for a schemathesis.toml from the working directory upwards.
    loaded: Any = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    # No codec means the same characters (never a surrogate), but no table of a codec to be computed, which takes seconds.
    loaded.config.generation.codec = None
    found = [result.ok() for result in loaded.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a JSON value: every object, to be exact."""
    if is_object(node):
        yield node
        for value in node.values():
            yield from _schemas(value)
    elif is_array(node):
        for value in node:
            yield from _schemas(value)


@cache
def _coverage(vendor: str, operation: str) -> tuple[Any, ...]:
    found = _operations(vendor)[operation]
    config = found.schema.config.generation_for(operation=found, phase="coverage")
    generated: Any = CoverageGenerator(
        operation=found,
        generation_modes=list(GenerationMode),
        generation_config=config,
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    )
    return tuple(generated)
