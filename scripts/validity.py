#!/usr/bin/env python3
"""Counts the verdicts of the paired runs in a folder that scripts/validity.sh made, and writes VERDICTS.md beside them.

What no verdict is made of is taken out first: samples, logs and histograms, nine tenths of the bytes, and where things lay.
Uses tlstax from PATH.
"""

import glob
import json
import math
import os
import subprocess
import sys

LEVEL = 0.05


def at_most(count, n, p):
    """P(at most `count` of n), each with probability p."""
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count + 1))


def bounds(count, n):
    """The one-sided 95 % bounds of a rate (Clopper and Pearson, Biometrika 26, 1934): below, and above."""

    def solve(holds):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return low

    least = 0.0 if count == 0 else solve(lambda p: 1 - at_most(count - 1, n, p) < LEVEL)
    most = 1.0 if count == n else solve(lambda p: at_most(count, n, p) > LEVEL)
    return least, most


def thin(folder):
    shown = subprocess.run(["tlstax", "show", folder, "--trials"], check=True, stdout=subprocess.PIPE).stdout
    trials = [json.loads(line) for line in shown.splitlines()]
    for trial in trials:
        trial["sample"] = []
        trial["histograms"] = {}
        trial.pop("phases", None)
        for side in ("ledger", "warm_up"):
            if trial[side]:
                trial[side]["log"] = []
    path = os.path.join(folder, "trials.ndjson")
    with open(path, "w") as lines:
        lines.writelines(json.dumps(trial, separators=(",", ":")) + "\n" for trial in trials)
    if os.path.exists(path + ".zst"):
        os.remove(path + ".zst")


def unplaced(folder):
    """Where programs and results lay says nothing of what was run."""
    path = os.path.join(folder, "run.json")
    with open(path) as file:
        run = json.load(file)
    run["command"] = [os.path.basename(word) if word.startswith("/") else word for word in run["command"]]
    with open(path, "w") as file:
        json.dump(run, file, indent=2)
        file.write("\n")


def verdicts(folders):
    """Each comparison of the folders: the verdict as it is given, and its sign test by itself."""
    rows = []
    for folder in folders:
        thin(folder)
        unplaced(folder)
        text = subprocess.run(["tlstax", "cmp", folder, "--json"], check=True, stdout=subprocess.PIPE).stdout
        rows += json.loads(text)["rows"]
    return rows


def line(what, count, n):
    least, most = bounds(count, n)
    return f"| {what} | {count} of {n} | {100 * count / n:.1f} % | {100 * least:.1f} % | {100 * most:.1f} % |"


def alone(rows, direction):
    """How many would be called so if each were looked at by itself, without a correction."""
    wanted = (lambda ratio: ratio > 1) if direction == "slower" else (lambda ratio: ratio < 1)
    return sum(row["p"] is not None and row["p"] <= LEVEL and wanted(row["ratio"]["median"]) for row in rows)


def main():
    out = sys.argv[1]
    same = verdicts(sorted(glob.glob(os.path.join(out, "aa", "*"))))
    slower = verdicts(sorted(glob.glob(os.path.join(out, "injected", "*"))))
    judged = [row for row in same if row["ratio"] is not None]
    told = lambda rows, word: sum(row["verdict"] == word for row in rows)
    text = [
        "| what | how often | rate | 95 % bound below | 95 % bound above |",
        "| --- | --- | --- | --- | --- |",
        line("a cell against itself comes out `slower`, each pair by itself", alone(judged, "slower"), len(judged)),
        line("… `faster`, each by itself", alone(judged, "faster"), len(judged)),
        line("… `slower`, corrected for the pairs of its run, as `cmp` says it", told(judged, "slower"), len(judged)),
        line("… `faster`, corrected", told(judged, "faster"), len(judged)),
        line("5 % of CPU added comes out `slower`", told(slower, "slower"), len(slower)),
    ]
    with open(os.path.join(out, "VERDICTS.md"), "w") as file:
        file.write("\n".join(text) + "\n")
    print("\n".join(text))


main()
