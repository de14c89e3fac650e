"""What every report is made of: a judged run and its record, with nothing in it that a report must not show.

A report is a pure function of its material, and the material one of the run file: the same file gives the same bytes.
What comes from a peer is still untrusted: each format makes it safe on its own last inch (`printable` and its escaping).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from smsproof_conformance.case import Case
from smsproof_conformance.records.exchange import STRAY, Arrival, Exchange
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Record
from smsproof_conformance.reports.curl import curl
from smsproof_conformance.reports.redaction import NoRedaction, Redaction
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Finding, Severity, Verdict
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.verdicts.known_defect import Entry
from smsproof_spec.contract import Contract, Requirement
from smsproof_spec.rules import printable


@dataclass(frozen=True)
class Shown:
    """One finding with everything a reader needs to understand it.

    id          what commands call it: from case, requirement, pointer and status, so that it is the same in every run.
    exchange    where it was seen, or None; arrival: likewise.
    why         why it fails the target, or only warns.
    """

    id: str
    finding: Finding
    requirement: Requirement
    case: Case
    exchange: Exchange | None
    arrival: Arrival | None
    why: str

    @property
    def fails(self) -> bool:
        return self.finding.severity is Severity.FAIL


@dataclass(frozen=True)
class Group:
    """One finding told in full, and those that say the same of other requests."""

    first: Shown
    others: tuple[Shown, ...]


@dataclass(frozen=True)
class Stale:
    """An entry of the baseline that fails the run: it expects what is gone, or its time is over."""

    entry: Entry
    verdict: Verdict
    advice: str


@dataclass(frozen=True)
class Page:
    """A page of the vendor's that requirements cite: S0:15 is line 15 of the page S0.

    url    "" where it is none that a link may lead to.
    """

    name: str
    title: str
    url: str

    def __str__(self) -> str:
        return f'{self.name} is the vendor\'s page "{self.title}"' + (f", {self.url}" if self.url else "")


def pages(contract: Contract) -> tuple[Page, ...]:
    """Every page of a contract."""
    found = ((name, page.get("title", name), page.get("url", "")) for name, page in contract.pages.items())
    return tuple(
        Page(name, title, url if url.startswith(("https://", "http://")) else "") for name, title, url in found
    )


_URGENCY: Final = (Severity.FAIL, Severity.WARN, Severity.XFAIL)
_ADVICE: Final = {
    Verdict.XPASS: "the baseline expects this finding, and it is gone: take the entry out",
    Verdict.FAIL: "the baseline accepted this finding until a date that is over: take the entry out, or renew its date",
}


class Material:
    """A judged run as reports may show it.

    run         name of the run file, or "" for a run that has none.
    shows_data  whether numbers and texts are in clear, by the owner's wish.
    scrubbed    whether the run file itself holds no numbers and texts any more.
    """

    def __init__(self, ledger: Ledger, judged: Judged, contract: Contract, *, shows_data: bool = False) -> None:
        self._record = Record.of(ledger)
        self.scrubbed = ledger.fact("scrubbed") is not None
        self.shows_data = shows_data and not self.scrubbed
        plain = self.scrubbed or shows_data
        self._redaction = NoRedaction() if plain else Redaction.of(self._record, ledger.fact("salt"))
        self.judged = self._redaction.judged(judged)
        self.contract = contract
        self.target: Target = self._redaction.target(self._record.target)
        self._unsettled: str | None = ledger.fact("unsettled")
        self.run: str = ledger.fact("run") or ""
        self.seed: int | None = ledger.fact("seed")
        self.contract_hash: str = ledger.fact("contract") or ""
        self.unrestored = tuple(self._redaction.text(endpoint) for endpoint, _ in ledger.changed_webhooks())

    @property
    def exchanges(self) -> Iterator[Exchange]:
        """Every exchange, in the order of intent."""
        return (self._redaction.exchange(exchange) for exchange in self._record.exchanges)

    @property
    def arrivals(self) -> Iterator[Arrival]:
        """Everything that arrived at the inbox, in order."""
        return (self._redaction.arrival(arrival) for arrival in self._record.arrivals)

    @property
    def strays(self) -> int:
        """How much arrived that no case of this run had asked for."""
        return sum(arrival.case == STRAY for arrival in self._record.arrivals)

    @property
    def sent(self) -> int:
        """How many requests were sent in all, fuzz included."""
        return len(self._record.exchanges)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the owner should look at before the verdicts: no verdicts themselves."""
        found = (self._refused_token(), self._refused_settle())
        return tuple(self._redaction.text(doubt) for doubt in found if doubt is not None)

    def _refused_token(self) -> str | None:
        answers = [
            exchange.answer.status
            for exchange in self._record.exchanges
            if exchange.answer is not None and exchange.request.token == "good"
        ]
        if self.judged.party != "V" or not answers or set(answers) != {401}:
            return None
        return f"the target refused the token in {self.target.token_env} (401 to every request): is it the right one?"

    def _refused_settle(self) -> str | None:
        if self._unsettled is None:
            return None
        return (
            f"the control API did not settle ({self._unsettled}): what did not arrive in wait_seconds is INDETERMINATE or"
            " SKIP, for it may still come. Let it answer 2xx once all is delivered, or raise wait_seconds"
        )

    @cached_property
    def findings(self) -> tuple[Shown, ...]:
        """Every finding, in the order of the cases."""
        exchanges = {exchange.id: exchange for exchange in self._record.exchanges}
        arrivals = {arrival.id: arrival for arrival in self._record.arrivals}
        seen: Counter[str] = Counter()
        shown: list[Shown] = []
        for result in self.judged.cases:
            for finding in result.findings:
                exchange = exchanges.get(finding.exchange or 0)
                arrival = arrivals.get(finding.arrival or 0)
                # What a client was answered is our own doing: it tells no finding from another.
                name = _name(finding, exchange.status if exchange and self.judged.party != "C" else None)
                seen[name] += 1
                requirement = self.contract.requirements[finding.requirement]
                shown.append(
                    Shown(
                        id=name if seen[name] == 1 else f"{name}-{seen[name]}",
                        finding=finding,
                        requirement=requirement,
                        case=result.case,
                        exchange=self._redaction.exchange(exchange) if exchange else None,
                        arrival=self._redaction.arrival(arrival) if arrival else None,
                        why=_why(finding, requirement),
                    )
                )
        return tuple(shown)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The findings with those that are alike told once (same case, requirement, place and status), what fails first."""
        alike: dict[str, list[Shown]] = {}
        for told in self.findings:
            alike.setdefault(told.id.partition("-")[0], []).append(told)
        groups = [Group(first, tuple(others)) for first, *others in alike.values()]
        return tuple(sorted(groups, key=lambda group: _URGENCY.index(group.first.finding.severity)))

    @property
    def stale(self) -> list[Stale]:
        """Entries of the baseline that must be looked after."""
        return [
            Stale(result.entry, result.verdict, _ADVICE[result.verdict])
            for result in self.judged.entries
            if result.verdict in _ADVICE
        ]

    @cached_property
    def began_seconds(self) -> float:
        """When the first request of the run was recorded, as POSIX time; 0 for a run without one."""
        return min((exchange.began_seconds for exchange in self._record.exchanges), default=0.0)

    @cached_property
    def took_seconds(self) -> float:
        """From the first request to the last answer."""
        ends = (
            exchange.began_seconds + (exchange.answer.elapsed_seconds if exchange.answer else 0.0)
            for exchange in self._record.exchanges
        )
        return max(ends, default=0.0) - self.began_seconds

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange as reports may show it."""
        return self._redaction.exchange(exchange)

    def text(self, text: str) -> str:
        """Words of the run as reports may show them."""
        return self._redaction.told(text)

    def curl(self, exchange: Exchange) -> str | None:
        """A line that repeats a request; it runs as it stands only where data is shown. None for what a client sent: the
        server that it was sent to ended with the run."""
        return None if self.judged.party == "C" else curl(self.target, exchange.request)

    def again(self, told: Shown) -> str | None:
        """A command that judges a finding anew; None where there is none."""
        vendor, case = self.judged.vendor, told.finding.case
        match self.judged.party:
            case "V":
                return f"smsproof replay {self.run} {told.id}" if self.run and told.exchange else None
            case "C":
                return f"smsproof client {vendor} --case {case} -- PROGRAM"
            case _:
                return f"smsproof receiver {vendor} --url URL --case {case}"

    @cached_property
    def cited(self) -> tuple[Page, ...]:
        """The vendor's pages that findings cite by their short names, in their order."""
        named = {source.page for told in self.findings for source in told.requirement.source}
        return tuple(page for page in pages(self.contract) if page.name in named)


def _name(finding: Finding, status: int | None) -> str:
    what = "\0".join((finding.case, finding.requirement, finding.place, str(status)))
    return hashlib.blake2b(what.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _why(finding: Finding, requirement: Requirement) -> str:
    where = " and ".join(str(source) for source in requirement.source)
    if requirement.provenance == "stated":
        basis = f"The vendor's page states it ({where})."
    elif requirement.agreed:
        basis = f"An example of the vendor shows it, and its keys and JSON types are agreed ({where})."
    else:
        basis = (
            f"No page states it; it is known by {_KNOWN_BY[requirement.provenance]}{f' ({where})' if where else ''}."
        )
    if finding.severity is Severity.XFAIL:
        return f"{basis} The baseline expects it: {printable(finding.accepted)}"
    if finding.severity is Severity.FAIL:
        return f"{basis} {'That fails a target.' if requirement.binding else 'It fails because of --strict.'}"
    if requirement.binding:
        return f"{basis} But the decisions leave this reading room: it warns."
    return f"{basis} So it warns, and fails only with --strict."


_KNOWN_BY = {
    "stated": "the page",
    "example": "an example alone",
    "implied": "what the page implies",
    "public": "another public page",
    "third-party": "a third party",
    "assumption": "an assumption of this project",
}
