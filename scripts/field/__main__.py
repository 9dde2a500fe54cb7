"""Runs the cases of habits/field.toml under `tlstax observe` and keeps what was found: see field.sh.

A line of JSON for each run is appended to results/field/verdicts.ndjson; what stands there for the same revision,
condition and case is not run again. --table prints what they come to, --cases the table of habits/README.md. --keep DIR
keeps the JSON of each run as DIR/CASE-CONDITION-RUN.json. Exit 1 with --fast where something was missed or falsely
named.

Here are the flags alone; each of the other modules does one thing with them.
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
    add("--fast", action="store_true", help="those for CI, once each; exit 1 where one is not as it must be")
    add("--only", nargs="+", metavar="NAME", help="these cases")
    add("--runs", type=int, metavar="N", help=f"instead of {RUNS_TIMED} where timing matters, else {RUNS_OTHER}")
    add("--condition", choices=["quiet", "loaded", "quota"], default="quiet")
    add("--tlstax", metavar="PATH", help="instead of target/release/tlstax")
    add("--verdicts", type=pathlib.Path, default=VERDICTS, metavar="FILE", help="instead of those that are kept")
    add("--keep", type=pathlib.Path, metavar="DIR", help="keep the JSON of each run as DIR/CASE-CONDITION-RUN.json")
    add("--table", action="store_true", help="print what the verdicts come to, and run nothing")
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
