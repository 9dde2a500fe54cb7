"""The cases of habits/field.toml: what each runs, and what must be found in it.

A case is a dict with every key that a case may have. What it needs is found by programs.py, and whether a finding is
what the case asks for is said by judging.py.
"""

import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HABITS = ROOT / "habits"
DEFAULTS = {
    "report": "", "title": "", "flags": [], "server": [], "must": [], "may": [], "first": "", "mended": "",
    "timing": False, "fast": False, "not_judged": [], "fails": False,
}  # fmt: skip


class Skip(Exception):
    """Something that a case needs is not here."""


def load_cases():
    with open(HABITS / "field.toml", "rb") as file:
        cases = [DEFAULTS | case for case in tomllib.load(file)["case"]]
    names = [case["name"] for case in cases]
    for case in cases:
        assert names.count(case["name"]) == 1, f"two cases are called {case['name']}"
        assert not case["mended"] or case["mended"] in names, f"{case['name']}: no case {case['mended']}"
        unknown = set(case) - set(DEFAULTS) - {"name", "mode", "needs", "command"}
        assert not unknown, f"{case['name']}: {unknown}"
        assert case["mode"] in ("url", "proxy") and (case["mode"] == "proxy") == bool(case["server"]), case["name"]
    return cases


def host(case):
    return case["name"] + ".field.tlstax.test"
