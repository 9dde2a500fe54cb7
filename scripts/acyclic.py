#!/usr/bin/env python3
"""Checks that the source files of each crate form no circle: no file depends on itself by way of others.

A file depends on the file that defines a name which it imports or whose path it writes. Re-exports are followed to that
file, so a name taken from a facade counts as taken from the file behind it. `mod child;` is no dependency. Tests are
left out. Cargo itself forbids circles between crates.

usage: scripts/acyclic.py [FOLDER OF THE WORKSPACE]
exit code: 0 if there are no circles, 1 otherwise
"""

import re
import sys
from collections import defaultdict
from itertools import takewhile
from pathlib import Path

CRATES = ("crates/*", "benches", "engines/known-answer", "habits/rust")
# Tokens of Rust; comments, strings, characters and lifetimes are skipped.
TOKEN = re.compile(
    r"""(?s)(?P<skip>\s+|//[^\n]*|/\*.*?\*/|[bc]?r(?P<raw>\#*)".*?"(?P=raw)|[bc]?"(?:\\.|[^"\\])*"|"""
    r"""b?'(?:\\.[^']*|[^\\'])'|'\w+)|r\#\w+|\w+|::|."""
)
ITEMS = {"fn", "struct", "enum", "union", "trait", "type", "const", "static", "mut"}
TEST = re.compile(r"#\[cfg\((all\()?test\b")


class Module:
    """A module: what its names stand for, and which names its code takes."""

    def __init__(self, file, folder, parent=None):
        self.file, self.folder, self.parent = file, folder, parent
        self.names = defaultdict(list)  # name -> modules, files that define it, and paths that it is imported by
        self.globs, self.paths, self.words = [], [], set()
        self.tree = parent.tree if parent else []  # all modules, the crate's root first
        self.tree.append(self)


def closing(tokens, at):
    """The index after the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index] in ("(", "[", "{")) - (tokens[index] in (")", "]", "}"))
        if depth == 0:
            return index + 1
    return len(tokens)


def after_item(tokens, begin):
    """The index after the item whose attributes or words begin at `begin`."""
    at = begin
    while at < len(tokens) and tokens[at] != ";":
        if tokens[at] == "{" and "use" not in tokens[begin:at]:
            return closing(tokens, at)
        at = closing(tokens, at) if tokens[at] in ("(", "[", "{") else at + 1
    return at + 1


def imports_of(tree):
    """(path, name) for each import of a `use` tree; the name is `*` for a glob."""
    prefixes, path = [()], ()
    for token in tree + [","]:
        if token == "{":
            prefixes.append(path)
        elif token in (",", "}"):
            if path != prefixes[-1]:
                path, name = (path[:-2], path[-1]) if "as" in path else (path, path[-1])
                path = path[:-1] if path[-1] == "self" and len(path) > 1 else path
                yield path, path[-1] if name == "self" else name
            if token == "}":
                prefixes.pop()
            path = prefixes[-1]
        elif token != "::":
            path += (token,)


def read(module):
    """Fills a module with what its file says, with the modules below it, and returns it."""
    tokens = [found[0] for found in TOKEN.finditer(module.file.read_text()) if not found["skip"]] + [""] * 2
    inner, depth, at = [(module, 0)], 0, 0  # the modules around the code in this file, and the depth of their items
    while at < len(tokens) - 2:
        token, following, then = tokens[at : at + 3]
        current, base = inner[-1]
        if token == "#" and "[" in (following, then):
            end = closing(tokens, tokens.index("[", at))
            at = after_item(tokens, end) if TEST.match("".join(tokens[at:end])) else end
            continue
        if token == "use" and following != "<":
            end = tokens.index(";", at)
            for path, name in imports_of(tokens[at + 1 : end]):
                if name == "*":
                    current.globs.append(path[:-1])
                else:
                    current.names[name].append(path)
                    current.paths.append(path)
            at = end
        elif token == "mod" and then in (";", "{"):
            child = Module(module.file, current.folder / following, current)
            current.names[following].append(child)
            if then == "{":
                inner.append((child, depth + 1))
            else:
                beside = current.folder / f"{following}.rs"
                child.file = beside if beside.exists() else current.folder / following / "mod.rs"
                read(child)
            at += 1
        elif token in ITEMS and depth == base or token == "macro_rules":
            current.names[then if token == "macro_rules" else following].append(module.file)
        elif token.isidentifier() and tokens[at - 1] not in (".", "::"):
            current.words.add(token)
            if following == "::":
                path = takewhile(lambda part: part == "::" or part.isidentifier(), tokens[at:])
                current.paths.append(tuple(part for part in path if part != "::"))
        depth += (token == "{") - (token == "}")
        if depth < base:
            inner.pop()
        at += 1
    return module


def resolve(module, path, seen=frozenset()):
    """The modules and files that a path leads to from a module; none if it leads out of the crate."""
    ends = set() if (module, path) in seen else {module}
    for place, part in enumerate(path):
        modules = {end for end in ends if isinstance(end, Module)}
        ends -= modules
        for end in modules:
            steps = {"crate": end.tree[0], "self": end, "super": end.parent}
            found = {steps[part]} if part in steps else look_up(end, part, seen | {(module, path)})
            # What a module does not list is made by a macro in its file.
            ends |= {end.file} if not found and place > 0 and part not in end.names else found
    return ends


def look_up(module, name, seen):
    """What a name stands for in a module."""
    found, asked = set(), (module, "*", name)
    for meaning in module.names.get(name, ()):
        found |= resolve(module, meaning, seen) if isinstance(meaning, tuple) else {meaning}
    for path in () if found or asked in seen else module.globs:
        for target in resolve(module, path, seen | {asked}):
            found |= look_up(target, name, seen | {asked}) if isinstance(target, Module) else set()
    return found


def arrows_of(root):
    """file -> file it depends on -> the names it takes from there."""
    arrows = defaultdict(lambda: defaultdict(set))
    for module in root.tree:
        globbed = [(word,) for word in module.words - set(module.names)] if module.globs else []
        for path in module.paths + module.globs + globbed:
            for end in resolve(module, path):
                if isinstance(end, Path) and end != module.file:
                    arrows[module.file][end].add(path[-1])
    return arrows


def circles_of(arrows):
    """The sets of files of which each reaches all others."""
    reached = {}
    for start in list(arrows):
        reached[start], todo = set(), [start]
        while todo:
            new = set(arrows.get(todo.pop(), ())) - reached[start]
            reached[start] |= new
            todo += new
    circles = {frozenset(b for b in reached[a] if a in reached.get(b, ())) for a in reached}
    return sorted(filter(None, circles), key=sorted)


def check(workspace):
    """The circles there are, and what ties each: a line each."""
    for crate in sorted(folder for pattern in CRATES for folder in workspace.glob(pattern)):
        source = crate / "src"
        for file in filter(Path.exists, [source / "lib.rs", source / "main.rs", *sorted(source.glob("bin/*.rs"))]):
            arrows = arrows_of(read(Module(file, file.parent)))
            for circle in circles_of(arrows):
                yield f"{crate.relative_to(workspace)}: a circle of {len(circle)} files"
                for start, end in sorted((start, end) for start in circle for end in circle & set(arrows[start])):
                    names = ", ".join(sorted(arrows[start][end]))
                    yield f"  {start.relative_to(source)} -> {end.relative_to(source)}: {names}"


def main():
    workspace = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    sys.exit("\n".join(check(workspace)) or None)


if __name__ == "__main__":
    main()
