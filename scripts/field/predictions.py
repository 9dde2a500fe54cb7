"""The time that was predicted for a case after its fix, beside the time that its fixed twin took.

Verdicts are taken as they come: choosing and judging them is left to tables.py.
"""

import collections
import statistics

# Fixing one of the first puts more requests in flight at once, and fixing one of the second loads fewer trust stores.
# Fixing any other saves time on connections.
CONCURRENCY = {"serialized", "one-at-a-time", "uneven-concurrency"}
LOADS = {"client-per-request", "trust-store-per-connection"}
# What makes connections new: its prediction takes off the loads that these bring as well.
NEW_CONNECTIONS = {"no-reuse", "idle-cut", "late-close"}


def predicted_ns(verdict, stays):
    """The wall time without the findings of a run that its twin does not have."""
    saves = {f["code"]: f["saves_ns"] for f in verdict["found"] if f["code"] not in stays and f["saves_ns"]}
    first = next((f["code"] for f in verdict["found"] if f["saves_ns"]), None)
    covered = NEW_CONNECTIONS | LOADS if first in NEW_CONNECTIONS | LOADS else {first}
    if first in saves and set(saves) <= covered:
        # The twin does without what the first sentence speaks of: what that says is held against it.
        return verdict["mended_ns"]
    concurrency = max((ns for code, ns in saves.items() if code in CONCURRENCY), default=0)
    loads = max((ns for code, ns in saves.items() if code in LOADS), default=0)
    connections = max((ns for code, ns in saves.items() if code not in CONCURRENCY | LOADS), default=0)
    # With several at a time the loads lie in that run too, and are part of what it is predicted to take.
    if concurrency:
        return verdict["wall_ns"] - concurrency
    return verdict["wall_ns"] - loads - connections


def print_predictions(cases, verdicts):
    runs = collections.defaultdict(list)
    for verdict in verdicts:
        if verdict["condition"] == "quiet" and not verdict["skipped"] and verdict["wall_ns"]:
            runs[verdict["case"]].append(verdict)
    print("\nThe time that was predicted for each case without the findings that its fixed twin does not have, and the")
    print("time that the twin took (medians, s, quiet machine):")
    print()
    print("| case | took | predicted | twin | took | error |")
    print("| --- | ---: | ---: | --- | ---: | ---: |")
    errors, silent = [], []
    for case in cases:
        own, twin = runs[case["name"]], runs[case["mended"]]
        if not own or not twin:
            continue
        if all(run["mended_ns"] is None for run in own):
            silent.append(case["name"])
            continue
        stays = set.intersection(*({f["code"] for f in run["found"]} for run in twin))
        took, mended = (statistics.median(run["wall_ns"] for run in which) / 1e9 for which in (own, twin))
        guess = statistics.median(predicted_ns(run, stays) for run in own) / 1e9
        error = abs(guess - mended)
        errors.append((error / mended, error))
        times = [f"{took:.2f}", f"{guess:.2f}", case["mended"], f"{mended:.2f}", f"{100 * error / mended:.0f} %"]
        print("| " + " | ".join([case["name"], *times]) + " |")
    near = [share <= 0.15 or error <= 0.1 for share, error in errors]
    far = [share <= 0.3 or error <= 0.1 for share, error in errors]
    if errors:
        if silent:
            print(f"\nThere is no prediction for {', '.join(silent)}.")
        print(f"\nWithin 15 % or 0.1 s: {sum(near)} of {len(near)}; within 30 % or 0.1 s: {sum(far)} of {len(far)}.")
