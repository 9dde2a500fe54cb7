"""Whether what was found in a run is what its case asks for.

Only words are compared here: the run is made by observing.py, and what many of them come to is told by tables.py.
"""

CONFIDENCES = ["suspected", "inferred", "proven"]


def allows(entry, code, confidence):
    """Whether an entry of must or may stands for a finding of this confidence."""
    names, _, most = entry.partition(":")
    return code in names.split("|") and (not most or CONFIDENCES.index(confidence) <= CONFIDENCES.index(most))


def judge(case, found, first, not_judged, exit_code):
    """What of a case was missed, and what was falsely named."""
    missed = [entry for entry in case["must"] if not any(allows(entry, f["code"], f["confidence"]) for f in found)]
    for entry in case["not_judged"]:
        if not any(allows(entry, code, "proven") for code in not_judged):
            missed.append(f"not-judged:{entry}")
    if case["first"] and first != case["first"] and case["first"] not in missed:
        missed.append(f"first:{case['first']}")
    if (exit_code != 0) != case["fails"]:
        missed.append("exit")
    true = case["must"] + case["may"]
    false = [f["code"] for f in found if not any(allows(entry, f["code"], f["confidence"]) for entry in true)]
    return missed, false
