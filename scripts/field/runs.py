"""Runs cases as often as is asked for, under a condition, and appends what each run came to.

What stands among the verdicts for the same revision, condition and case is not run again. A single run is left to
observing.py, and what is kept of it to verdicts.py.
"""

import collections
import contextlib
import datetime
import os
import pathlib
import sys
import tempfile

from cases import ROOT, Skip
from conditions import condition
from observing import observe
from processes import subreaper
from programs import Kit
from verdicts import append, read_verdicts, revision

# A case that depends on timing is run as often as the first says, any other as often as the second.
RUNS_TIMED, RUNS_OTHER = 20, 5


def tell(verdict):
    if verdict["skipped"]:
        state = "skipped: " + verdict["skipped"]
    else:
        found = ", ".join(f"{f['code']} ({f['confidence']})" for f in verdict["found"]) or "nothing"
        state = f"found {found}"
        for what in "missed", "false":
            if verdict[what]:
                state += f"; {what.upper()} {', '.join(verdict[what])}"
    print(f"{verdict['case']} {verdict['run']}: {state}", flush=True)


def run_all(options, cases):
    """Runs these cases as the options say; the exit code."""
    tlstax = str(pathlib.Path(options.tlstax or ROOT / "target/release/tlstax").resolve())
    if not os.access(tlstax, os.X_OK):
        sys.exit(f"field.sh: no program {tlstax}: cargo build --release, or --tlstax PATH")
    if options.keep:
        try:
            options.keep.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sys.exit(f"field.sh: no folder for --keep: {error}")
    now, built = revision(tlstax), os.stat(tlstax).st_mtime_ns
    done, told = collections.Counter(), set()
    for verdict in read_verdicts(options.verdicts):
        if verdict["revision"] == now and verdict["condition"] == options.condition:
            if verdict["skipped"]:
                told.add(verdict["case"])
            else:
                done[verdict["case"]] += 1
    subreaper()
    wrong = False
    with tempfile.TemporaryDirectory(prefix="tlstax-field-") as folder, contextlib.ExitStack() as stack:
        kit = Kit(tlstax, pathlib.Path(folder))
        prefix, unmade = [], None
        try:
            prefix = stack.enter_context(condition(options.condition))
        except Skip as why:
            unmade = str(why)
        for case in cases:
            runs = options.runs or (RUNS_TIMED if case["timing"] else RUNS_OTHER)
            for run in range(done[case["name"]] + 1, runs + 1):
                verdict = {
                    "case": case["name"],
                    "condition": options.condition,
                    "run": run,
                    "revision": now,
                    "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                }
                if os.stat(tlstax).st_mtime_ns != built:
                    sys.exit(f"field.sh: {tlstax} was built anew meanwhile: run it again")
                try:
                    if unmade:
                        raise Skip(unmade)
                    keep_as = options.keep and options.keep / f"{case['name']}-{options.condition}-{run}.json"
                    verdict |= observe(kit, case, prefix, keep_as)
                except Skip as why:
                    verdict |= skipped(str(why))
                except RuntimeError as error:
                    # What could not be observed counts as missed, whatever the reason.
                    verdict |= skipped(None) | {"missed": [*case["must"], "run"], "sentence": str(error)}
                # What was skipped is tried again, and told once.
                if not (verdict["skipped"] and case["name"] in told):
                    append(options.verdicts, verdict)
                tell(verdict)
                wrong |= bool(verdict["missed"] or verdict["false"])
                if verdict["skipped"]:
                    break
    if options.fast:
        verdicts = read_verdicts(options.verdicts)
        earlier = [v for v in verdicts if v["revision"] == now and v["condition"] == options.condition]
        names = {case["name"] for case in cases}
        wrong |= any(v["missed"] or v["false"] for v in earlier if v["case"] in names)
        return 1 if wrong else 0
    return 0


def skipped(why):
    """The part of a verdict that a run fills in, where there was none."""
    return {
        "found": [], "first": None, "not_judged": [], "sentence": "", "exit": None, "missed": [], "false": [],
        "skipped": why, "wall_ns": None, "mended_ns": None,
    }  # fmt: skip
