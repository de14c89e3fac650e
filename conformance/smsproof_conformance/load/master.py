"""The master: leases sends to workers, records each before it may leave, and its outcome when it comes.

The ledger and the budget are here and nowhere else, so that they hold over all workers and machines.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

os.environ.setdefault("LOCUST_SKIP_MONKEY_PATCH", "1")

import gevent
import gevent.lock
from locust.env import Environment
from locust.runners import STATE_MISSING

from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.load.leases import Leases
from smsproof_conformance.load.messages import DONE, LEASE, WANT, packed_request, unpacked_outcome
from smsproof_conformance.load.worker import Sender
from smsproof_conformance.records.exchange import Answer, Lost, Request, encode
from smsproof_conformance.records.ledger import Ledger, LedgerFailure
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.charge import Budget, BudgetSpent, forbid_strangers, parts
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.pace import SECONDS_PER_MESSAGE
from smsproof_conformance.targets.target import Target
from smsproof_spec.contract import Contract
from smsproof_spec.spelling import counted

LEASE_SIZE: Final = 20  # sends a worker's death leaves indeterminate at most, for each of its leases
_JSON: Final = (("Accept", "application/json"), ("Content-Type", "application/json"))
_LOOK_SECONDS: Final = 0.1
_IN_FLIGHT_SECONDS: Final = 2.0  # after a signal, as in any run


@dataclass(frozen=True)
class Load:
    """How much is sent, and by how many.

    workers    that must have come before the first send.
    """

    sends: int
    users: int
    workers: int
    lease_size: int = LEASE_SIZE


@dataclass(frozen=True)
class Measured:
    """What a load run took; times as Locust's users saw them."""

    answered: int
    seconds: float
    median_ms: float
    slow_ms: float  # 95 of 100 were faster


class Master:
    """Runs one load against one target. `address` is where its workers find it."""

    def __init__(
        self,
        target: Target,
        contract: Contract,
        ledger: Ledger,
        budget: Budget,
        load: Load,
        interruption: Interruption,
        listen: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self._target = target
        self._contract = contract
        self._ledger = ledger
        self._budget = budget
        self._load = load
        self._interruption = interruption
        self._leases = Leases(load.sends)
        self._rows: dict[int, tuple[int, Request]] = {}
        self._issuing = gevent.lock.Semaphore()
        self._free_at = 0.0
        self._failure: LedgerFailure | None = None
        self._spent = ""
        environment = Environment(user_classes=[Sender])
        self._runner: Any = environment.create_master_runner(*listen)
        self._runner.register_message(WANT, self._wanted, concurrent=True)
        self._runner.register_message(DONE, self._done)
        self.address = (listen[0], int(self._runner.server.port))

    def run(self, alive: Callable[[], bool]) -> Measured:
        """Send everything, or as much as may be; the ledger says how it ended.

        alive    whether any worker may still come or work.
        raises   LedgerFailure: nothing more was sent.
        """
        began = time.monotonic()
        self._ledger.plan([])
        if self._gathered(alive):
            self._runner.start(self._load.users, spawn_rate=self._load.users)
            self._see_through(alive)
        self._runner.quit()
        if self._failure is not None:
            raise self._failure
        self._conclude()
        total = self._runner.stats.total
        seconds = time.monotonic() - began
        return Measured(
            total.num_requests - total.num_failures, seconds, total.median_response_time,
            total.get_response_time_percentile(0.95),
        )  # fmt: skip

    # -- the course of it ------------------------------------------------------------------------------------------

    def _gathered(self, alive: Callable[[], bool]) -> bool:
        while len(self._runner.clients.ready) < self._load.workers:
            if self._interruption.code is not None or not alive():
                return False
            gevent.sleep(_LOOK_SECONDS)
        return True

    def _see_through(self, alive: Callable[[], bool]) -> None:
        stop_at: float | None = None
        while self._leases.open or self._leases.holders & self._present():
            if self._interruption.code is not None and stop_at is None:
                self._leases.close()
                stop_at = time.monotonic() + _IN_FLIGHT_SECONDS
            if not self._present() or not alive() or stop_at is not None and time.monotonic() > stop_at:
                return
            gevent.sleep(_LOOK_SECONDS)

    def _present(self) -> frozenset[str]:
        clients: dict[str, Any] = dict(self._runner.clients)
        return frozenset(id_ for id_, client in clients.items() if client.state != STATE_MISSING)

    def _conclude(self) -> None:
        self._leases.close()
        unknown = self._ledger.abandon()
        never = self._leases.planned - self._leases.issued
        ends: list[tuple[ExitCode, Words]] = []
        if self._interruption.code is not None:
            ends.append((self._interruption.code, "stopped by a signal"))
        if self._spent:
            ends.append((ExitCode.SAFETY_LIMIT, Sentence("the budget stops this run: {}", self._spent)))
        elif never and not ends:
            ends.append((ExitCode.UNREACHABLE, "no worker is left"))
        if unknown:
            ends.append(
                (ExitCode.INDETERMINATE, Sentence("{} of unknown outcome, never sent again", counted(unknown, "send")))
            )
        if ends:
            reasons = [said(reason) for _, reason in ends] + (
                [Sentence("{} never started", counted(never, "send"))] if never else []
            )
            code = strongest(code for code, _ in ends)
            told, *others = reasons
            for other in others:
                told = Sentence("{}; {}", told, other)
            self._ledger.stop(int(code), Sentence("{}.", told))

    # -- what workers say ------------------------------------------------------------------------------------------

    def _wanted(self, environment: Environment, msg: Any, **_: Any) -> None:
        with self._issuing:
            self._keep_pace()
            lease = self._lease(msg.node_id)
        self._runner.send_message(LEASE, {"sends": lease}, client_id=msg.node_id)

    def _keep_pace(self) -> None:
        """Off loopback all workers together keep to what one sender may: a message a second."""
        if not self._target.on_loopback:
            gevent.sleep(max(0.0, self._free_at - time.monotonic()))
            self._free_at = time.monotonic() + SECONDS_PER_MESSAGE

    def _lease(self, holder: str) -> list[list[Any]]:
        size = self._load.lease_size if self._target.on_loopback else 1
        requests = list(self._affordable(min(size, self._leases.planned - self._leases.issued)))
        if not requests or not self._leases.open:
            self._leases.close()
            return []
        try:
            rows = self._ledger.intend_all(requests)
        except LedgerFailure as failure:
            self._failure = failure
            self._leases.close()
            return []
        lease = self._leases.issue(holder, len(requests))
        self._rows.update(zip(lease, zip(rows, requests, strict=True), strict=True))
        return [packed_request(send, request) for send, request in zip(lease, requests, strict=True)]

    def _affordable(self, count: int) -> Iterator[Request]:
        for send in range(self._leases.issued, self._leases.issued + count):
            request = self._request(send)
            try:
                self._budget.reserve(request.parts)
            except BudgetSpent as spent:
                self._spent = str(spent)
                return
            yield request

    def _done(self, environment: Environment, msg: Any, **_: Any) -> None:
        send, outcome = unpacked_outcome(msg.data)
        if not self._leases.settle(send):
            return
        row, request = self._rows.pop(send)
        try:
            self._ledger.settle(row, outcome)
        except LedgerFailure as failure:
            self._failure = failure
            self._leases.close()
        refused = isinstance(outcome, Answer) and 400 <= outcome.status < 500
        if refused or isinstance(outcome, Lost) and not outcome.left:
            self._budget.release(request.parts)

    def _request(self, send: int) -> Request:
        numbers = self._target.numbers
        sender = (*numbers.long_codes, *numbers.short_codes, *numbers.alphanumerics)[0]
        run = str(self._ledger.fact("run"))
        text = f"Load {hashlib.sha256(run.encode()).hexdigest()[:8]} {send}"
        operation = "sendMessage"
        request = Request(
            case=f"load/{operation}",
            step=Sentence("send {}", send),
            operation=operation,
            method=self._contract.operations[operation].method,
            target=self._target.paths.get(operation) or self._contract.operations[operation].path,
            headers=_JSON,
            body=encode({"from": sender, "to": numbers.destinations[send % len(numbers.destinations)], "text": text}),
            token="good",
            paid=True,
        )
        forbid_strangers(self._target, request)
        return replace(request, parts=parts(request))
