"""`i2v doctor`: every check in order, printed for a person or a program."""

from __future__ import annotations

import json
import sys

from i2v_cli.checks import Finding, State, check_environment, check_settings

_MARKS = {State.OK: "ok     ", State.WARN: "warn   ", State.MISSING: "MISSING"}
_COLOURS = {State.OK: "32", State.WARN: "33", State.MISSING: "31"}


def run(*, as_json: bool) -> int:
    """Print the findings; 1 if something that is needed is missing."""
    settings, findings = check_settings()
    findings += check_environment(settings)
    if as_json:
        print(json.dumps([vars(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(_line(finding, colours=sys.stdout.isatty()))
    missing = sum(finding.state is State.MISSING for finding in findings)
    if not as_json:
        print(f"\n{missing} needed and missing: see above." if missing else "\nEverything that is needed is there.")
    return 1 if missing else 0


def _line(finding: Finding, *, colours: bool) -> str:
    mark = _MARKS[finding.state]
    if colours:
        mark = f"\033[{_COLOURS[finding.state]}m{mark}\033[0m"
    line = f"{mark}  {finding.name:<14}  {finding.found}"
    return f"{line}\n{'':9}{'':16}-> {finding.advice}" if finding.advice else line
