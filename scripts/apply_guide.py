#!/usr/bin/env python3
"""Follows the steps of guides, one after another, in a copy of the workspace: apply_guide.py COPY GUIDE... < FILES

FILES are the workspace's files, relative to the working directory, each ended by NUL. COPY gets them as they are,
except for the steps of the guides. A step is a line of a guide and the code block that follows it:

    `PATH`, a new file:                           the block is the file
    In `PATH`, after `TEXT`: (or before `TEXT`)   the block goes after (before) the line that begins with TEXT

A file of COPY is written only if its content differs, so that Cargo builds only what has changed since the last time; a
file that the workspace has no longer is removed. The commands of the guides that begin with `tlstax run`, or are
`cargo test` of a crate whose tests are quick, are printed.
Exit: 1, with a sentence, if a step does not apply.
"""

import os
import re
import shutil
import sys
from pathlib import Path

NEW = re.compile(r"`(?P<path>[^`]+)`, a new file:$")
# An anchor that holds backticks stands between double ones.
INSERT = re.compile(r"In `(?P<path>[^`]+)`, (?P<where>after|before) (?P<ticks>`{1,2})(?P<anchor>.+?)(?P=ticks):$")
# Tests of other crates than those that a finding, an axis or a chart is added to take longer than the guide is worth.
COMMAND = re.compile(r"tlstax run .*|cargo test --release -p tlstax-(diagnosis|workload|render)( --lib)?$")


def fail(guide, number, what):
    sys.exit(f"{guide}, line {number}: {what}")


def blocks(guide):
    """Each line outside code blocks: its number, itself, and the code block that follows it, empty lines aside."""
    lines = guide.read_text().splitlines()
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if not line:
            continue
        begin = at
        while begin < len(lines) and not lines[begin]:
            begin += 1
        code = None
        if begin < len(lines) and lines[begin].startswith("```"):
            end = next((i for i in range(begin + 1, len(lines)) if lines[i] == "```"), None)
            if end is None:
                fail(guide, begin + 1, "the code block has no end")
            code = lines[begin + 1 : end]
            at = end + 1
        yield number, line, code


def insert(guide, number, step, block, lines):
    """The lines of a file, with the block in its place."""
    anchor = step["anchor"]
    places = [i for i, line in enumerate(lines) if line.strip().startswith(anchor)]
    if len(places) != 1:
        what = f"{step['path']} has {len(places)} lines that begin with {anchor!r}, where there must be one"
        fail(guide, number, what)
    place = places[0] + (step["where"] == "after")
    return lines[:place] + block + lines[place:]


def follow(guide, changed):
    """The guide's commands; `changed` gets the content of each file that it makes or changes."""
    commands, steps = [], 0
    for number, line, block in blocks(guide):
        new, inserted = NEW.match(line), INSERT.match(line)
        step = new or inserted
        if not step:
            commands += [command for command in block or [] if COMMAND.match(command)]
            continue
        steps += 1
        path = step["path"]
        if block is None:
            fail(guide, number, "no code block follows the step")
        if new:
            if path in changed or Path(path).exists():
                fail(guide, number, f"{path} is no new file: it is there already")
            changed[path] = block
        else:
            if path not in changed and not Path(path).is_file():
                fail(guide, number, f"there is no file {path}")
            changed[path] = insert(guide, number, step, block, changed.get(path) or Path(path).read_text().splitlines())
    if not steps or not commands:
        sys.exit(f"{guide}: it has {steps} steps and {len(commands)} commands: nothing would be checked")
    return commands


def main():
    copy, guides = Path(sys.argv[1]), [Path(guide) for guide in sys.argv[2:]]
    changed = {}
    commands = [command for guide in guides for command in follow(guide, changed)]
    changed = {path: ("\n".join(lines) + "\n").encode() for path, lines in changed.items()}
    # What a fresh copy has unchanged keeps its time, so that what is built of it already stays valid.
    is_fresh = not copy.exists()
    files = {os.fsdecode(name) for name in sys.stdin.buffer.read().split(b"\0") if name}
    # A crate has links to folders outside it, by which a package of it holds them too.
    links = [name for name in files if Path(name).is_symlink()]
    files = {name for name in files if Path(name).is_file() and name not in links}
    for name in links:
        to = copy / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if not to.is_symlink():
            to.symlink_to(Path(name).readlink())
    for name in sorted(files | changed.keys()):
        to = copy / name
        content = changed[name] if name in changed else Path(name).read_bytes()
        # Cargo adds what the guide's dependencies need to the copy's lock file: it is held against what was copied.
        before = copy.parent / name if name == "Cargo.lock" else to
        if to.is_file() and before.is_file() and before.read_bytes() == content:
            continue
        if before != to:
            copy.mkdir(parents=True, exist_ok=True)
            before.write_bytes(content)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)
        if name in files:
            shutil.copymode(name, to)
            if is_fresh and name not in changed:
                shutil.copystat(name, to)
    for path in [path for path in copy.rglob("*") if path.is_file() and not path.is_symlink()]:
        if str(path.relative_to(copy)) not in files | changed.keys():
            path.unlink()
    # A crate that is gone must leave no folder, which Cargo would take for a member. The deepest first.
    for path in sorted((path for path in copy.rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    print("\n".join(commands))


main()
