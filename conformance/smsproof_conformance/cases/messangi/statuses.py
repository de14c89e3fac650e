"""The sixteen statuses of a callback (page S2, lines 108 to 140), as far as they bind a vendor: each in its own spelling."""

from __future__ import annotations

from typing import Final

from smsproof_conformance.actor import Actor
from smsproof_conformance.case import Section, Standing
from smsproof_conformance.cases.messangi.answers import Outcome, outcome, speaks_of, status_of, takes, with_ids
from smsproof_conformance.cases.messangi.callbacks import LISTED
from smsproof_conformance.cases.messangi.messages import SENDING, batch, recipients
from smsproof_conformance.finding import Judgement, Unknown, breach
from smsproof_conformance.record import NotObserved, Record, Seen
from smsproof_conformance.target import Fact

section = Section("messangi", "statuses")

# Fictional numbers (+1 216 555 01xx). Our emulator lets each end in another status; to any other they are just numbers.
_FICTIONAL: Final = tuple(f"+121655501{place:02}" for place in range(1, 17))


@section.scenario(
    "told-for-each",
    observes=("MS-CALLBACK-09",),
    needs=(*SENDING, Fact.INBOX, Fact.LOOPBACK),
    does="Sends a batch to sixteen fictional numbers, each of which may end in another status, and asks for the statuses.",
    expects="Every message is told about.",
)
async def told_for_each(do: Actor) -> None:
    hook = do.hook("statuses")
    body = batch(do, recipients(*_FICTIONAL), text=do.unique("sixteen"), requestDR=True, callbacks=hook.url)
    await do.call("send", "sendBatch", body)
    await do.settle((hook, 16))


@told_for_each.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from takes("MS-CALLBACK-09", exchange, "a batch to sixteen numbers")
    if outcome(exchange) is not Outcome.TAKEN:
        return
    arrivals = seen.arrivals("statuses")
    silent = [one for one in with_ids(exchange) if not any(speaks_of(arrival, one.id) for arrival in arrivals)]
    if silent and not seen.settled:
        yield Unknown("MS-CALLBACK-09", f"no status of {len(silent)} of 16 messages arrived in the time to wait")
    elif silent:
        yield breach("MS-CALLBACK-09", exchange, expected="a status of each of the 16 messages", got=f"none of {len(silent)}")


# How others spell what the page spells its own way (AMB-MS-33). A word that only a newer page or a third party knows is in
# none of these rows: it warns as unlisted.
_MISSPELLED: Final[dict[str, tuple[str, ...]]] = {
    "DELIVRD": ("DELIVERED", "DELIVERD", "DELIVRED"),
    "EXPIRED": ("EXPIRD", "TIMEOUT"),
    "DELETED": ("DELETD", "DELETE"),
    "UNDELIV": ("UNDELIVERED", "UNDELIVERABLE", "UNDELIVRD"),
    "ACCEPTD": ("ACCEPT",),
    "UNKNOWN": ("UNKNOWN_ERROR", "UNKNWN"),
    "REJECTD": ("REJECTED", "REJECT"),
    "INVALID_ROUTING": ("INVALID_ROUTE", "INVALID-ROUTING", "INVALIDROUTING"),
    "CODE_NOT_ALLOWED": ("CODE-NOT-ALLOWED", "CODENOTALLOWED", "NOT_ALLOWED"),
    "BLACKLISTED": ("BLACKLIST", "BLACK_LISTED"),
    "QUEUE": ("QUEUED",),
    "DEQUEUED": ("DEQUEUE",),
    "SENT": ("SEND",),
    "ERROR": ("ERR", "FAILED"),
    "ENROUTE": ("EN_ROUTE", "EN-ROUTE"),
    "SEGMENTS_EXCEEDED": ("SEGMENT_EXCEEDED", "SEGMENTS-EXCEEDED", "SEGMENTSEXCEEDED"),
}


def _spelled(place: int, status: str) -> Standing:
    """The case of one row: its word arrived, and no other spelling of it."""
    requirement = f"MS-STATUS-{place:02}"
    others = frozenset({*_MISSPELLED[status], *(word.lower() for word in (status, *_MISSPELLED[status])), status.title()})

    def judge(record: Record) -> Judgement:
        told = [(arrival, status_of(arrival)) for arrival in record.arrived()]
        for arrival, word in told:
            if word in others:
                yield breach(requirement, arrival, expected=f"{status}, in this spelling", got=word, pointer="/status")
        if not any(word == status or word in others for _, word in told):
            raise NotObserved(f"no message was told to be {status}")

    return section.standing(
        status.lower().replace("_", "-"),
        observes=(requirement,),
        does=f"Looks for {status} among the statuses that arrived.",
        expects=f"It is spelled as on the page: {status}.",
    )(judge)


SPELLED: Final = tuple(_spelled(place, status) for place, status in enumerate(LISTED, 1))
