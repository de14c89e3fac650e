"""Sections 2E and 2F over a whole run: what was set is what is read, whatever came between."""

from __future__ import annotations

from smsproof_conformance.account import Account, endpoint_of
from smsproof_conformance.case import Section
from smsproof_conformance.finding import Judgement, breach
from smsproof_conformance.record import NotObserved, Record

section = Section("intelepeer", "account")


@section.standing(
    "webhooks-as-set",
    observes=("IP-HOOK-19", "IP-HOOK-20", "IP-HOOK-21", "IP-HOOKGET-11"),
    does="Follows every set and every read of a webhook through the run, in order.",
    expects="A read gives what was set last for that number: not an earlier URL, not that of another number, not a refused one.",
)
def webhooks_as_set(record: Record) -> Judgement:
    account = Account()
    seen = False
    for exchange in record.exchanges:
        endpoint = endpoint_of(exchange) if exchange.request.operation == "getWebhook" else None
        known = account.webhooks.get(endpoint) if endpoint is not None and exchange.status == 200 else None
        if known is not None:
            seen = True
            read = exchange.at("webhook")
            if (read is None or isinstance(read, str)) and read != known.webhook:
                assert endpoint is not None
                others = {held.webhook for number, held in account.webhooks.items() if number != endpoint}
                if known.refused:
                    rule, expected = "IP-HOOKGET-11", "the webhook from before the refused change"
                elif known.shared:
                    rule, expected = "IP-HOOK-21", "the webhook set for this and other numbers at once"
                elif read in account.past.get(endpoint, ()):
                    rule, expected = "IP-HOOK-20", "the webhook set last, not an earlier one"
                elif read in others:
                    rule, expected = "IP-HOOK-19", "this number's own webhook, not that of another number"
                else:
                    rule, expected = "IP-HOOKGET-11", "the webhook set last"
                yield breach(rule, exchange, expected=f"{expected}: {known.webhook}", got=read, pointer="/webhook")
        account.see(exchange)
    if not seen:
        raise NotObserved("no read of a webhook that was set before")
