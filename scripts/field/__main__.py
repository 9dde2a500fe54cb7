"""Runs the cases of habits/field.toml under `tlstax observe` and keeps what was found: see field.sh.

A line of JSON for each run is appended to results/field/verdicts.ndjson; a run that is there for the same revision,
condition and case is not repeated. --table summarises them, --cases the table of habits/README.md. --keep DIR
keeps the JSON of each run as DIR/CASE-CONDITION-RUN.json. Exit 1 with --fast if something was missed or falsely
named.

This module only parses the flags; each of the other modules does one thing with them.
"""

import argparse
import pathlib
import signal
import sys

from cases import load_cases
from runs import RUNS_OTHER, RUNS_TIMED, run_all
from tables import print_cases, print_table
from verdicts import VERDICTS


def main():
    parser = argparse.ArgumentParser(prog="field.sh", description="Runs habits/field.toml under tlstax observe.")
    add = parser.add_argument
    add("--fast", action="store_true", help="only the cases for CI, once each; exit 1 if a finding is missed or false")
    add("--only", nargs="+", metavar="NAME", help="these cases")
    runs = f"runs of each case, instead of {RUNS_TIMED} if timing matters and {RUNS_OTHER} otherwise"
    add("--runs", type=int, metavar="N", help=runs)
    add("--condition", choices=["quiet", "loaded", "quota"], default="quiet")
    add("--tlstax", metavar="PATH", help="the program, instead of target/release/tlstax")
    add("--verdicts", type=pathlib.Path, default=VERDICTS, metavar="FILE", help="instead of the committed verdicts")
    add("--keep", type=pathlib.Path, metavar="DIR", help="keep the JSON of each run as DIR/CASE-CONDITION-RUN.json")
    add("--table", action="store_true", help="summarise the verdicts, and run nothing")
    add("--cases", action="store_true", help="print the cases, and run nothing")
    options = parser.parse_args()
    cases = load_cases()
    if options.only:
        unknown = set(options.only) - {case["name"] for case in cases}
        if unknown:
            parser.error(f"no case {', '.join(sorted(unknown))}")
        cases = [case for case in cases if case["name"] in options.only]
    if options.fast:
        cases = [case for case in cases if case["fast"]]
        options.runs = options.runs or 1
    if options.cases or options.table:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        if options.cases:
            print_cases(cases)
        else:
            print_table(cases, options.verdicts)
        return 0
    # So that servers, children and folders are ended and removed.
    for signum in signal.SIGTERM, signal.SIGHUP:
        signal.signal(signum, lambda number, _: sys.exit(128 + number))
    return run_all(options, cases)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
