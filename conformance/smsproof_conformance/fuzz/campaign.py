"""The fuzz phase: probes from the engine and from our own strategies, sent one after the other, recorded like any case.

It only acts. What it says of an answer while it runs is what the standing cases say of it: a new word makes Hypothesis
look for a smaller request that earns it too, and at the end each word's smallest request is sent once more, so that
judging can tell what repeats. Nothing here decides a verdict.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any, Final, cast
from unittest import SkipTest
from urllib.parse import quote

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from smsproof_conformance.case import Case, Standing
from smsproof_conformance.fuzz import sequences, strategies
from smsproof_conformance.fuzz.effort import Effort
from smsproof_conformance.fuzz.engine import Engine
from smsproof_conformance.fuzz.examples import Examples
from smsproof_conformance.fuzz.grounding import Ground
from smsproof_conformance.fuzz.seclusion import BACKEND, secluded
from smsproof_conformance.fuzz.sharing import Own, Shared
from smsproof_conformance.records.exchange import Exchange, Request, State, encode
from smsproof_conformance.records.ledger import LedgerFailure
from smsproof_conformance.records.probe import CASE, Mode, Probe, is_probe, is_replay
from smsproof_conformance.records.record import NoAnswer, NotObserved, Record, Unreadable
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Wire
from smsproof_conformance.runs.charge import WouldTextStranger
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.runner import Phase as RunPhase
from smsproof_conformance.runs.runner import Progress
from smsproof_conformance.runs.webhooks import CannotRestore
from smsproof_conformance.verdicts.busy import heard
from smsproof_conformance.verdicts.confirmation import Key, key_of
from smsproof_conformance.verdicts.finding import Breach
from smsproof_spec.contract import Contract, Operation

OFF_LOOPBACK: Final = "fuzzing is for loopback only for now: elsewhere invented requests may be charged"
_SEQUENCE_STEPS: Final = 12
_SHRINKING_REQUESTS: Final = 150  # for one finding
_FINDINGS_A_STRATEGY: Final = 5
_REPLAYS: Final = 40
_REPLAY_SECONDS: Final = 10.0
_SEQUENCES_CASE: Final = "sequences"
_STREAM: Final = (Phase.generate, Phase.shrink)  # nothing reused: the seed alone decides


class _Enough(BaseException):
    """Leaves Hypothesis at once. No Exception: it would take one for a failure of the test and look for a smaller one."""

    def __init__(self, reason: Words, cause: BaseException | None = None) -> None:
        super().__init__(reason)
        self.reason: Words = reason
        self.cause = cause


class _Found(AssertionError):
    """A standing case says something new of an answer: Hypothesis looks for the smallest request that earns it."""


def phase(cases: Sequence[Case], effort: Effort, examples: Shared | None = None) -> RunPhase:
    """The fuzz phase of a run, for `Run.start`.

    cases       those of the run; the standing ones among them speak.
    examples    of other runs, replayed at the end; what is found is given to them.
    """
    standing = [case for case in cases if isinstance(case, Standing)]

    async def fuzz(wire: Wire, interruption: Interruption, progress: Progress) -> None:
        await _act(wire, standing, effort, examples or Own(), interruption, progress)

    return fuzz


async def _act(
    wire: Wire,
    standing: Sequence[Standing],
    effort: Effort,
    examples: Shared,
    interruption: Interruption,
    progress: Progress,
) -> None:
    """Send the probes of all operations of the vendor's own pages, and replay what the standing cases found.

    raises   what the wire raises to end a run: BudgetSpent, Unreachable, LedgerFailure, Interrupted.
    """
    operations = [operation for operation in wire.contract.operations.values() if not operation.public]
    names = [CASE + operation.id for operation in operations]
    wire.ledger.plan(names)
    if not wire.target.on_loopback:
        for name in names:
            wire.ledger.mark(name, "skipped", said(OFF_LOOPBACK))
        return
    campaign = _Campaign(wire, standing, effort, examples, interruption, asyncio.get_running_loop())
    began = time.monotonic()
    ended: Words = "the run ended"
    try:
        ended = await asyncio.to_thread(campaign.run, operations, progress)
    finally:
        campaign.stopped.set()
        with contextlib.suppress(LedgerFailure):
            for name, (state, _) in wire.ledger.acts().items():
                if name in names and state != "acted":
                    wire.ledger.mark(name, "stopped", said(ended))
            wire.ledger.set_fact(
                "fuzz",
                {
                    "seed": effort.seed, "max_examples": effort.max_examples, "requests": campaign.sent,
                    "seconds": round(time.monotonic() - began, 3), "ended": ended,
                },
            )  # fmt: skip


@dataclass
class _Campaign:
    """One fuzz phase. Lives in a thread of its own, because Hypothesis is synchronous; sends through the run's loop."""

    wire: Wire
    standing: Sequence[Standing]
    effort: Effort
    examples: Shared
    interruption: Interruption
    loop: asyncio.AbstractEventLoop
    stopped: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    sequences: int = 0
    _numbers: dict[str, int] = field(default_factory=dict[str, int])  # of the last step of each case
    _known: dict[tuple[str, bytes | None, str], Exchange] = field(
        default_factory=dict[tuple[str, bytes | None, str], Exchange]
    )
    _seen: set[Key] = field(default_factory=set[Key])
    _found: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])  # examples, by their generator
    _deadline: float = 0.0

    @property
    def contract(self) -> Contract:
        return self.wire.contract

    def run(self, operations: Sequence[Operation], progress: Progress) -> Words:
        """Everything, in order; returns why it ended. Raises what ends the whole run."""
        self._deadline = time.monotonic() + self.effort.seconds
        try:
            with secluded():
                ended: Words = self._explore_all(operations, progress)
                self._replay_shared(operations)
            self._deadline = time.monotonic() + _REPLAY_SECONDS  # what was found is worth its replay in any case
            self._replay_findings()
        except _Enough as enough:
            if enough.cause is not None:
                raise enough.cause from None
            ended = enough.reason
        return ended

    def _explore_all(self, operations: Sequence[Operation], progress: Progress) -> Words:
        numbers = self.wire.target.numbers
        engine = Engine(self.contract.vendor, Ground(self.contract, numbers))
        try:
            for done, operation in enumerate(operations):
                progress(CASE + operation.id, done, len(operations))
                self._mark(operation, "acting")
                for probe in itertools.chain(engine.coverage(operation.id), self._near_misses(operation)):
                    self._send_once(probe)
                for name, strategy in self._strategies(operation, engine):
                    self._explore(operation, name, strategy)
                self._mark(operation, "acted")
            if self.contract.vendor == "intelepeer" and sequences.possible(numbers):
                self._explore_sequences()
        except _Enough as enough:
            if enough.cause is not None:
                raise
            return enough.reason
        return "everything was sent"

    # -- what is sent ----------------------------------------------------------------------------------------------

    def _near_misses(self, operation: Operation) -> Iterator[Probe]:
        """Each way to spoil an address once, in each place that takes one."""
        vendor, numbers = self.contract.vendor, self.wire.target.numbers
        match operation.id:
            case "getWebhook":
                for what, endpoint in strategies.spoiled_numbers(numbers.long_codes):
                    yield Probe(operation.id, Mode.COVERAGE, what, query=f"endpoint={quote(endpoint, safe='-')}")
            case _:
                for what, body in strategies.spoiled_bodies(vendor, operation.id, numbers):
                    yield Probe(operation.id, Mode.COVERAGE, what, encode(body))

    def _strategies(self, operation: Operation, engine: Engine) -> Iterator[tuple[str, SearchStrategy[Probe]]]:
        vendor, numbers = self.contract.vendor, self.wire.target.numbers

        def right(bodies: SearchStrategy[Any]) -> SearchStrategy[Probe]:
            return bodies.map(lambda body: Probe(operation.id, Mode.POSITIVE, "right data", encode(body)))

        def wrong(bodies: SearchStrategy[tuple[str, Any]]) -> SearchStrategy[Probe]:
            return bodies.map(lambda body: Probe(operation.id, Mode.NEGATIVE, body[0], encode(body[1])))

        match operation.id:
            case "sendMessage":
                yield "messages", right(strategies.messages(vendor, numbers))
                yield "broken messages", wrong(strategies.broken_messages(vendor, numbers))
                if vendor == "intelepeer":
                    yield "lists", right(strategies.message_lists(vendor, numbers))
                    yield "mixed lists", wrong(strategies.mixed_lists(vendor, numbers))
            case "sendBatch":
                yield "batches", right(strategies.batches(numbers))
                yield "broken batches", wrong(strategies.broken_batches(numbers))
            case "setWebhook":
                yield "settings", right(strategies.settings(numbers))
                yield "broken settings", wrong(strategies.broken_settings(numbers))
            case _:
                pass
        yield "mutations", engine.negatives(operation.id)

    def _explore(self, operation: Operation, name: str, strategy: SearchStrategy[Probe]) -> None:
        """Send what a strategy gives; after each new finding shrink its request and go on with other examples."""
        for round_ in range(_FINDINGS_A_STRATEGY):
            chase = _Chase(self)
            examples: list[bytes] = []
            test = hypothesis.given(strategy)(self._attempt(chase))
            seeded = hypothesis.seed(self._seed(operation.id, name, str(round_)))(test)
            found = self._hunt(
                self._limits(Examples((), examples), _STREAM)(seeded), chase
            )  # last: a seed takes the database away
            self._found.setdefault(self._generator(operation.id, name), []).extend(examples)
            if not found:
                return

    def _attempt(self, chase: _Chase) -> Callable[[Probe], None]:
        def attempt(probe: Probe) -> None:
            chase.judge([self._send_once(probe)])

        return attempt

    def _explore_sequences(self) -> None:
        chase = _Chase(self)
        account = sequences.machine(self.wire.target.numbers, lambda: _Steps(self, chase))
        seeded = hypothesis.seed(self._seed(_SEQUENCES_CASE))(account)
        self._hunt(lambda: run_state_machine_as_test(seeded, settings=self._limits(None, _STREAM)), chase)
        self.sequences += 1
        for exchange in chase.smallest:
            self._replay(exchange, sequences.renumbered(exchange.request.body, self.sequences))

    def _hunt(self, test: Callable[[], object], chase: _Chase) -> bool:
        """Run a Hypothesis test; whether it ended with a finding, which is then known."""
        try:
            test()
        except _Found:
            pass
        except _Enough as enough:
            if enough is not chase.exhausted:
                raise
        except Unsatisfiable:
            pass  # the target declares no number that such data could be made of
        except Flaky:
            pass  # the target answers otherwise every time; what was seen is on record, and its replay decides
        if chase.key is not None:
            self._seen.add(chase.key)
        return chase.key is not None

    def _replay_shared(self, operations: Sequence[Operation]) -> None:
        """Send what other runs found, and give them what this one did: a phase of its own, behind the seeded stream."""
        self._deadline = time.monotonic() + _REPLAY_SECONDS
        engine = Engine(self.contract.vendor, Ground(self.contract, self.wire.target.numbers))
        try:
            for operation in operations:
                for name, strategy in self._strategies(operation, engine):
                    replayed = self.examples.fetch(self._generator(operation.id, name))
                    if replayed:
                        test = hypothesis.given(strategy)(self._resend)
                        with contextlib.suppress(Unsatisfiable, SkipTest):  # none of them means anything here
                            self._limits(Examples(replayed, []), (Phase.reuse,))(test)()
        except _Enough as enough:
            if enough.cause is not None:
                raise
        for name, found in self._found.items():
            self.examples.give(name, found)

    def _resend(self, probe: Probe) -> None:
        self._send_once(probe)

    def _generator(self, operation: str, name: str) -> str:
        """What makes an example mean the same: the contract that a generator follows, and its place."""
        return f"{self.contract.vendor}/{self.contract.hash}/{operation}/{name}"

    def _limits(self, database: ExampleDatabase | None, phases: tuple[Phase, ...]) -> hypothesis.settings:
        return hypothesis.settings(
            max_examples=self.effort.max_examples,
            stateful_step_count=_SEQUENCE_STEPS,
            database=database,
            deadline=None,
            derandomize=False,
            phases=phases,
            suppress_health_check=tuple(cast("Iterable[HealthCheck]", HealthCheck)),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            backend=BACKEND,
        )

    def _seed(self, *names: str) -> int:
        text = "|".join((str(self.effort.seed), self.contract.vendor, *names))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    # -- sending ---------------------------------------------------------------------------------------------------

    def _send_once(self, probe: Probe) -> Exchange | None:
        """Send a probe unless the same request was sent before; the exchange, None where it may not be sent."""
        same = (probe.operation, probe.body, probe.query)
        if same not in self._known:
            exchange = self.send(probe)
            if exchange is None:
                return None
            self._known[same] = exchange
        return self._known[same]

    def send(self, probe: Probe, replayed: int | None = None) -> Exchange | None:
        """Send a probe, recorded with what its generator knew. None: the guards of the wire forbid it."""
        if self.stopped.is_set() or time.monotonic() > self._deadline:
            raise _Enough(Sentence("the time limit of {} s", f"{self.effort.seconds:g}"))
        number = self._numbers.get(probe.case, 0) + 1
        self._numbers[probe.case] = number
        operation = self.contract.operations[probe.operation]
        request = probe.request(
            probe.step(number, replayed), operation.method, self.wire.path_of(operation.id),
            bool(operation.extensions.get("x-sms-paid")),
        )  # fmt: skip
        known = {"mode": probe.mode, "what": probe.what, "location": probe.location}

        async def recorded() -> Exchange:
            self.interruption.check()
            self.wire.ledger.note(request.case, request.step, known)
            return await self.wire.send(request)

        try:
            exchange = asyncio.run_coroutine_threadsafe(recorded(), self.loop).result()
        except (WouldTextStranger, CannotRestore):
            return None
        except (Exception, CancelledError) as end:
            raise _Enough("the run ended", end) from None
        self.sent += 1
        return exchange

    def _replay(self, exchange: Exchange, body: bytes | None = None) -> None:
        """Send a request once more, as it was or with another body; nothing that somebody may pay for."""
        request = exchange.request
        if not self._may_repeat(request):
            return
        number, _, what = request.step.partition(" ")
        query = request.target.partition("?")[2]
        assert request.operation is not None
        probe = Probe(request.operation, Mode.NEGATIVE, what.partition(": ")[2], body or request.body, query)
        self.send(probe, replayed=int(number))

    def _replay_findings(self) -> None:
        """Send the smallest request of each finding once more, whoever of the standing cases says it, and from wherever."""
        smallest: dict[Key, Exchange] = {}
        replayed: set[Key] = set()
        for word in self.words(self._record()):
            probe = word.subject
            if not isinstance(probe, Exchange) or not is_probe(probe):
                continue
            if is_replay(probe):
                replayed.add(key_of(word))
            held = smallest.get(key_of(word))
            if held is None or len(probe.request.body or b"") < len(held.request.body or b""):
                smallest[key_of(word)] = probe
        once = {probe.id: probe for key, probe in smallest.items() if key not in replayed}
        for probe in list(once.values())[:_REPLAYS]:
            self._replay(probe)

    # -- what the standing cases say ---------------------------------------------------------------------------------

    def words(self, record: Record) -> list[Breach]:
        """All breaches that the standing cases see in a record."""
        said: list[Breach] = []
        for case in self.standing:
            try:
                said += [word for word in heard(case.judge(record)) if isinstance(word, Breach)]
            except (NotObserved, NoAnswer, Unreadable):
                continue
            except Exception as mistake:  # ours: Hypothesis would take it for a finding and hide it
                raise _Enough(Sentence("the case {} failed", case.id), mistake) from mistake
        return said

    def new(self, exchanges: Sequence[Exchange]) -> set[Key]:
        """Findings in these exchanges alone that were not seen before."""
        record = Record(self.wire.target, exchanges, (), {})
        return {key_of(word) for word in self.words(record)} - self._seen

    def _record(self) -> Record:
        async def whole() -> Record:
            return Record.of(self.wire.ledger)

        return asyncio.run_coroutine_threadsafe(whole(), self.loop).result()

    def _may_repeat(self, request: Request) -> bool:
        return asyncio.run_coroutine_threadsafe(self.wire.may_repeat(request), self.loop).result()

    def _mark(self, operation: Operation, state: str) -> None:
        async def mark() -> None:
            self.wire.ledger.mark(CASE + operation.id, state)

        asyncio.run_coroutine_threadsafe(mark(), self.loop).result()


class _Chase:
    """One finding that Hypothesis is making smaller.

    key         what is chased, once there is something.
    smallest    the exchanges that showed it last: Hypothesis keeps what is smaller, so that the last is the smallest.
    """

    def __init__(self, campaign: _Campaign) -> None:
        self._campaign = campaign
        self.key: Key | None = None
        self.smallest: tuple[Exchange, ...] = ()
        self.exhausted: _Enough | None = None
        self._spent_from = 0

    def judge(self, exchanges: Sequence[Exchange | None]) -> None:
        """Raise _Found when the chased finding, or a first one, is in these exchanges."""
        answered = tuple(
            exchange for exchange in exchanges if exchange is not None and exchange.state is State.ANSWERED
        )
        if not answered:
            return
        found = self._campaign.new(answered)
        if self.key is None and found:
            self.key = min(found, key=repr)
            self._spent_from = self._campaign.sent
        if self.key is not None and self.key in found:
            self.smallest = answered
            if self._campaign.sent - self._spent_from > _SHRINKING_REQUESTS:
                self.exhausted = _Enough("shrinking went on for long enough")
                raise self.exhausted
            raise _Found(*self.key)


class _Steps:
    """The steps of one sequence; each is judged together with those before it."""

    def __init__(self, campaign: _Campaign, chase: _Chase) -> None:
        self._campaign = campaign
        self._chase = chase
        self._exchanges: list[Exchange] = []
        campaign.sequences += 1
        self.number = campaign.sequences

    def step(self, probe: Probe) -> None:
        exchange = self._campaign.send(probe)
        if exchange is not None:
            self._exchanges.append(exchange)
        self._chase.judge(self._exchanges)
