#!/usr/bin/env python3
"""Says where two sets of results tell different stories: same_story.py COMMITTED NEW, both folders of result folders.

Ratios are compared, since times of another machine or another day are others: what TLS costs against the plain twin, and
what a varied cell costs against its usual self, what a build costs against another. Two ratios agree when their intervals overlap. Exit: 0 where all do, 1
where one does not. Uses tlstax from PATH.
"""

import json
import pathlib
import subprocess
import sys


def ratios(folder):
    """The ratios of a run: {(section, cell, what): (low, median, high)}."""
    shown = subprocess.run(["tlstax", "show", folder, "--json"], check=True, capture_output=True, text=True)
    told = json.loads(shown.stdout)
    if "sections" not in told:
        # A paired run: its arms against each other.
        rows = [row for row in told["rows"] if row["ratio"] and row["ratio"]["confident"]]
        return {(row["section"], row["cell"], told["base"]): ends(row["ratio"]) for row in rows}
    found = {}
    for section in told["sections"]:
        for row in section["rows"]:
            tax = (row["figures"] or {}).get("tls_tax")
            if tax and tax["ratio"]["confident"]:
                found[section["section"], row["cell"], "the plain twin"] = tax["ratio"]
        for held in section.get("varied", []):
            if held["client_ratio"]["confident"]:
                found[section["section"], held["cell"], held["base"]] = held["client_ratio"]
    return {key: ends(ratio) for key, ratio in found.items()}


def ends(ratio):
    return ratio["low"], ratio["median"], ratio["high"]


def main():
    committed, new = map(pathlib.Path, sys.argv[1:3])
    compared, others = 0, 0
    for run in sorted(new.glob("**/run.json")):
        name = run.parent.relative_to(new)
        # Of a cell against itself there is no story.
        if name.parts[0] == "validity" or not (committed / name / "run.json").exists():
            continue
        before, now = ratios(committed / name), ratios(run.parent)
        for key in sorted(before.keys() & now.keys()):
            compared += 1
            (low, median, high), (new_low, new_median, new_high) = before[key], now[key]
            if new_low > high or new_high < low:
                others += 1
                section, cell, base = key
                print(
                    f"{name}, {section}: {cell} against {base}: ×{median:.2f} ({low:.2f}–{high:.2f}) is committed, "
                    f"×{new_median:.2f} ({new_low:.2f}–{new_high:.2f}) came out now"
                )
    print(f"{compared} ratios compared, {others} of them tell another story")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
