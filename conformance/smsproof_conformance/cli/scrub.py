"""`smsproof scrub`: take numbers and texts out of a run file, for good."""

from __future__ import annotations

from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import RunName, recorded
from smsproof_conformance.records.record import Record
from smsproof_conformance.records.scrubbing import Scrubbing
from smsproof_conformance.reports.redaction import NoRedaction, Redaction
from smsproof_conformance.verdicts.kept import keep


def scrub(run: RunName = "last", as_json: Json = False) -> None:
    """Take numbers and texts out of a run file. Reports can still be made; judging and resuming it is over."""
    with door():
        told = recorded(run)
        again = told.ledger.fact("scrubbed") is not None
        mask = NoRedaction() if again else Redaction.of(Record.of(told.ledger), told.ledger.fact("salt"))
        verdicts = keep(mask.judged(told.judged))
        told.ledger.close()
        held = Scrubbing.hold(told.path)
        with held:
            held.scrub(mask, verdicts)
        if as_json:
            print_json({"run": str(told.path), "scrubbed": True, "before": again})
        else:
            state = "was scrubbed before" if again else "holds no numbers and texts any more"
            print(f"{told.path} {state}; `smsproof report` still makes its reports.")
