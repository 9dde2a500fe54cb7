#!/usr/bin/env python3
"""Holds latencies as clients measured them against the time that the origin's own clock saw between a request's header and
its answer, over all trials of a result folder with at most 64 requests each (so many does the ledger log).

usage: scripts/held_against_ledger.py results/pacing/delay

The folder must not be thinned, whose samples and logs are no longer whole. Uses tlstax from PATH.
"""

import json
import math
import subprocess
import sys
from collections import defaultdict


def quantile(values, share):
    values = sorted(values)
    return values[math.ceil(len(values) * share) - 1] / 1e6


def main():
    client, ledger = defaultdict(list), defaultdict(list)
    shown = subprocess.run(["tlstax", "show", sys.argv[1], "--trials"], check=True, stdout=subprocess.PIPE)
    for trial in map(json.loads, shown.stdout.splitlines()):
        if trial["verdict"] != "valid":
            continue
        log = trial["ledger"]["log"]
        if not len(trial["sample"]) == len(log) == trial["right"]:
            sys.exit(f"{trial['cell']}, round {trial['round']}: more requests than the ledger and the sample hold")
        client[trial["cell"]] += [line["done"] - line["due"] for line in trial["sample"]]
        ledger[trial["cell"]] += [served["answered_ns"] - served["arrived_ns"] for served in log]
    print("| cell | requests | p50, ms: client | ledger | p99, ms: client | ledger |")
    print("| --- | --: | --: | --: | --: | --: |")
    for cell, times in client.items():
        figures = [quantile(of, share) for share in (0.5, 0.99) for of in (times, ledger[cell])]
        print(f"| `{cell}` | {len(times)} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")


main()
