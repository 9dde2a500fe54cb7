"""The file of verdicts: a line of JSON for each run, with the revision of the program that was run. What is committed
is compressed; runs are appended to a file beside it.

What is in a line is left to observing.py and runs.py, and what the lines come to is told by tables.py.
"""

import hashlib
import json
import os
import subprocess
import sys

from cases import ROOT

VERDICTS = ROOT / "results" / "field" / "verdicts.ndjson"


def git(*arguments):
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True).stdout.strip()


def revision(tlstax):
    """The commit, and where sources have changed since, which program it was."""
    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    if not git("status", "--porcelain", "--", "crates", "Cargo.lock"):
        return commit
    with open(tlstax, "rb") as file:
        return f"{commit}+{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"


def read_lines(path):
    """The lines of the file, and before them those of the file that is committed: PATH.zst, by the zstd program."""
    packed = path.with_name(path.name + ".zst")
    lines = []
    if packed.exists():
        unpacked = subprocess.run(["zstd", "-dc", str(packed)], capture_output=True, check=True)
        lines = unpacked.stdout.decode().splitlines()
    return lines + (path.read_text().splitlines() if path.exists() else [])


def read_verdicts(path):
    lines = read_lines(path)
    verdicts = []
    for number, line in enumerate(lines, 1):
        try:
            verdicts.append(json.loads(line))
        except ValueError:
            # It is the last one, where a run was cut off.
            print(f"field.sh: line {number} of {path} is no JSON and is left out", file=sys.stderr)
    return verdicts


def append(path, verdict):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        # A line that was cut off is ended first.
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")
        file.write((json.dumps(verdict, ensure_ascii=False) + "\n").encode())


def latest(verdicts):
    """Those of the newest revision, of which there may be several conditions. A case that is skipped counts once."""
    if not verdicts:
        return []
    newest = max(verdicts, key=lambda verdict: verdict["date"])["revision"]
    kept = {}
    for verdict in verdicts:
        if verdict["revision"] == newest:
            run = "skipped" if verdict["skipped"] else verdict["run"]
            kept[verdict["case"], verdict["condition"], run] = verdict
    return list(kept.values())
