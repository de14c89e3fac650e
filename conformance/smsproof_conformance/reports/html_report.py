"""The HTML report: one file that needs nothing else, shows everything and obeys nobody.

No peer's text can act in it: jinja2 escapes every value (`autoescape`), each one goes through `printable` first
(`finalize`), and the Content-Security-Policy allows this one style and this one script, by their hashes, and no request.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.reports import picture
from smsproof_conformance.reports.material import Material, pages
from smsproof_conformance.reports.place import leads, lines
from smsproof_conformance.reports.telling import duration, moment
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_spec.rules import printable
from smsproof_spec.spelling import counted

_TOLD_REQUESTS: Final = 300  # in full; beyond, only those of findings: a page of ten thousand opens nowhere
_MEANING: Final = {
    ExitCode.CONFORMANT: ("pass", "Conformant", "No requirement that could be observed is broken."),
    ExitCode.CONTRACT_FAILURES: ("fail", "Not conformant", "Requirements are broken that a target must keep."),
    ExitCode.USAGE: ("error", "Not run", "The run could not start."),
    ExitCode.INTERNAL: ("error", "Defect of smsproof", "This says nothing about the target."),
    ExitCode.UNREACHABLE: ("error", "Unreachable", "The target gave no answers that could be judged."),
    ExitCode.NOTHING_SELECTED: ("skip", "Nothing observed", "That is no success: no requirement was seen to be kept."),
    ExitCode.SAFETY_LIMIT: ("warn", "Stopped by a limit", "What was not done is not judged."),
    ExitCode.INDETERMINATE: ("indeterminate", "Undecided", "No failure was seen, but not everything can be told."),
    ExitCode.INTERRUPTED: ("warn", "Interrupted", "What was not done is not judged."),
    ExitCode.TERMINATED: ("warn", "Interrupted", "What was not done is not judged."),
}


def render(material: Material) -> str:
    """The whole page."""
    style, script = _part("report.css"), _part("report.js")
    exchanges, arrivals = list(material.exchanges), list(material.arrivals)
    blamed = frozenset(told.exchange.id for told in material.findings if told.exchange is not None)
    needed = frozenset(group.first.exchange.id for group in material.groups if group.first.exchange is not None)
    in_full = [seen for place, seen in enumerate(exchanges) if place < _TOLD_REQUESTS or seen.id in needed]
    kind, verdict, meaning = _MEANING[material.judged.exit_code]
    if (
        material.stale
        and material.judged.exit_code is ExitCode.CONTRACT_FAILURES
        and not material.judged.count(Verdict.FAIL)
    ):
        verdict, meaning = "Baseline out of date", "Nothing fails but the list of expected findings."
    return _environment().get_template("report.html.jinja").render(
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'",
        material=material,
        judged=material.judged,
        kind=kind,
        verdict=verdict,
        meaning=meaning,
        counts={verdict: material.judged.count(verdict) for verdict in Verdict},
        fails=[told for told in material.findings if told.finding.severity is Severity.FAIL],
        matrix=picture.matrix(material.judged),
        timeline=picture.timeline(
            exchanges, arrivals, material.began_seconds, material.took_seconds, blamed, frozenset(seen.id for seen in in_full)
        ),
        exchanges=in_full,
        told_in_full={seen.id for seen in in_full},
        blamed=blamed,
        left_out=len(exchanges) - len(in_full),
        arrivals=arrivals,
        pages={page.name: page for page in pages(material.contract)},
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("smsproof_conformance.reports"),
        autoescape=True,  # explicit: jinja2's own default is off, and it does not know *.jinja for HTML
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own: dict[str, Any] = {"lines": lines, "duration": duration, "moment": moment, "counted": counted, "leads": leads}
    environment.globals.update(own)
    return environment


def _safe(value: Any) -> Any:
    """Every value on its way into the page; Markup is our own style and script."""
    return printable(value, keep="\n") if isinstance(value, str) and not isinstance(value, Markup) else value


def _part(name: str) -> str:
    return (files("smsproof_conformance.reports") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
