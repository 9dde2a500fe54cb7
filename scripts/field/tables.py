"""Tables in Markdown: of what verdicts come to, and of the cases, which is that of habits/README.md.

Nothing is run here. How good predictions were is left to predictions.py.
"""

import collections

from judging import allows, judge
from predictions import print_predictions
from verdicts import latest, read_verdicts


def print_table(cases, path):
    by_name = {case["name"]: case for case in cases}
    verdicts = [verdict for verdict in latest(read_verdicts(path)) if verdict["case"] in by_name]
    # Each is judged by what must be found now, which may have been put right since the run. What could not be run stays
    # as it is.
    for verdict in verdicts:
        if not verdict["skipped"] and "run" not in verdict["missed"]:
            seen = [verdict[key] for key in ("found", "first", "not_judged", "exit")]
            verdict["missed"], verdict["false"] = judge(by_name[verdict["case"]], *seen)
    if not verdicts:
        print("No verdicts yet.")
        return
    print(f"Revision {verdicts[0]['revision']}; {len(verdicts)} runs of {len({v['case'] for v in verdicts})} cases.\n")
    counts = collections.defaultdict(collections.Counter)
    for verdict in verdicts:
        case, where = by_name[verdict["case"]], verdict["condition"]
        for entry in case["must"]:
            counts[entry, where][outcome(verdict, entry)] += 1
        for code in verdict["false"]:
            counts[code, where]["false"] += 1
        for other in set(verdict["missed"]) - set(case["must"]):
            counts[other, where]["missed"] += 1
        if not case["must"]:
            what = "skipped" if verdict["skipped"] else "missed" if verdict["false"] else "found"
            counts["nothing", where][what] += 1
    print("| finding | condition | found | not judged | missed | falsely named | skipped |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for (code, where), count in sorted(counts.items()):
        numbers = " | ".join(str(count[what]) for what in ("found", "not judged", "missed", "false", "skipped"))
        print(f"| {code.replace('|', ' or ')} | {where} | {numbers} |")
    print_predictions(cases, verdicts)


def outcome(verdict, entry):
    """What became of a finding that must be made. Where tlstax says that it cannot judge it, it is not missed."""
    if verdict["skipped"]:
        return "skipped"
    if entry not in verdict["missed"]:
        return "found"
    said = any(allows(entry, code, "proven") for code in verdict["not_judged"])
    return "not judged" if said else "missed"


def program(case):
    """What a case runs, without the path of its interpreter."""
    words = [word.removeprefix("HABITS/") for word in case["command"]]
    if words[0] == "java":
        words = words[words.index("Habits") :]
    elif words[0] in ("PYTHON", "NODE", "sh", "php", "ruby"):
        words = words[1:]
    elif words[0] == "PYTHON_TALK":
        words = words[1:]
    return " ".join("''" if not word else word for word in words)


def server(case):
    return " ".join(word for word in case["server"][1:] if word not in ("CHAIN", "KEY")).removeprefix("HABITS/servers/")


def print_cases(cases):
    def codes(entries):
        return ", ".join(entry.replace("|", " or ") for entry in entries)

    print("| case | command | must be found | may be found | fixed twin | report |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case in cases:
        command = f"`{program(case)}`" + (f", server `{server(case)}`" if case["server"] else "")
        must = codes([*case["must"], *(f"{entry} not judged" for entry in case["not_judged"])]) or "nothing"
        report = f"{case['report']}: “{case['title']}”" if case["report"] else ""
        cells = [case["name"], command, must, codes(case["may"]), case["mended"], report]
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
