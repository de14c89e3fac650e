"""Sections 2E and 2F over a whole run: what was set is what is read, whatever came between."""

from __future__ import annotations

from typing import LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.account_model import Account, endpoint_of
from smsproof_conformance.cases.intelepeer.webhooks import same_url
from smsproof_conformance.records.probe import is_probe
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.verdicts.finding import Judgement, breach

section = Section("intelepeer", "account")


@section.standing(
    "webhooks-as-set",
    observes=("IP-GEN-01", "IP-HOOK-19", "IP-HOOK-21", "IP-HOOKGET-11"),
    does="Follows every set and every read of a webhook through the run, in order.",
    expects="A read gives what was set last for that number: not an earlier URL, not another number's, not a refused one.",
)
def webhooks_as_set(record: Record) -> Judgement:
    account = Account()
    seen = False
    said: set[str] = set()
    for exchange in record.exchanges:
        endpoint = endpoint_of(exchange) if exchange.request.operation == "getWebhook" else None
        if endpoint in account.webhooks and exchange.status == 200:
            seen = True
            held, read = account.webhooks[endpoint].webhook, exchange.at("webhook")
            if (read is None or isinstance(read, str)) and not same_url(read, held):
                rule, expected = _broken(account, endpoint, read)
                if rule not in said or is_probe(exchange):
                    yield breach(
                        rule, exchange, expected=Sentence(f"{expected}: {{}}", held), got=str(read), pointer="/webhook"
                    )
                said.add(rule)
        account.see(exchange)
    if not seen:
        raise NotObserved("no read of a webhook that was set before")


def _broken(account: Account, endpoint: str, read: str | None) -> tuple[str, LiteralString]:
    """Which requirement a read breaks that gives something else than was set, and what it should have given.

    An earlier URL of the same number may be an update that was ignored (IP-HOOK-20) or a read that is late: what one
    read can show is the second, and only what is delivered shows the first.
    """
    known = account.webhooks[endpoint]
    if known.stranger:
        return "IP-GEN-01", "the webhook from before the change without the right token"
    if known.refused:
        return "IP-HOOKGET-11", "the webhook from before the refused change"
    if known.shared:
        return "IP-HOOK-21", "the webhook that was set for this number and others at once"
    if read in {other.webhook for number, other in account.webhooks.items() if number != endpoint}:
        return "IP-HOOK-19", "this number's own webhook, not that of another number"
    return "IP-HOOKGET-11", "the webhook set last"
