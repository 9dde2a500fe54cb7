"""The programs that cases run: found on the machine, or built once, and put into a case's command.

What is not here is told by Skip, with the reason. Running a command is left to observing.py, and making certificates to
certificates.py.
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys

from cases import HABITS, ROOT, Skip, host
from certificates import Authority

PLACEHOLDERS = "PYTHON_TALK PYTHON3 PYTHON NODE GOSERVER GO RUST CLASSES HABITS NAME CHAIN LEAF KEY CA".split()
PLACEHOLDER = re.compile(r"(?<![\w-])(" + "|".join(PLACEHOLDERS) + r")(?![\w-])")


class Kit:
    """The programs that cases run, found or built once, and certificates. All in one temporary folder."""

    def __init__(self, tlstax, folder):
        self.tlstax, self.folder = tlstax, folder

    @functools.cache
    def need(self, name):
        """Skip, with the reason, where it is not here: remembered, so that a build that failed is not tried again."""
        try:
            return getattr(self, "find_" + name)(), None
        except Skip as why:
            return None, str(why)

    def get(self, name):
        found, why = self.need(name)
        if why:
            raise Skip(why)
        return found

    def on_path(self, name):
        found = shutil.which(name)
        if not found:
            raise Skip(f"no {name} on PATH")
        return found

    def environment(self, *profiles):
        """The Python of the first of these profiles of setup.sh that is made."""
        told = []
        for profile in profiles:
            setup = [ROOT / "engines/python-talk/setup.sh", "--made", profile]
            done = subprocess.run(setup, capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout.strip()
            told.append(done.stderr.strip())
        raise Skip("; ".join(told))

    def build(self, command, into, cwd):
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
        if done.returncode:
            raise Skip(f"{command[0]}: {(done.stderr or done.stdout).strip()[:200]}")
        return str(into)

    def find_python(self):
        return self.environment("habits")

    def find_talk(self):
        return self.environment("py311", "py311-today")

    def find_go(self):
        into = self.folder / "go-habits"
        return self.build([self.on_path("go"), "build", "-o", into, "."], into, HABITS / "go")

    def find_goserver(self):
        into = self.folder / "h2"
        return self.build([self.on_path("go"), "build", "-o", into, "."], into, HABITS / "servers" / "h2")

    def find_classes(self):
        into = self.folder / "classes"
        return self.build([self.on_path("javac"), "-d", into, "java/Habits.java"], into, HABITS)

    def find_java(self):
        self.on_path("java")
        return self.get("classes")

    def find_rust(self):
        built = pathlib.Path(self.tlstax).with_name("habits")
        if not built.is_file():
            raise Skip("habits is not built: cargo build --release -p habits")
        return str(built)

    def find_openssl(self):
        return self.on_path("openssl")

    def __getattr__(self, name):
        # The others, such as node, curl, php and ruby, are what is on PATH.
        if name.startswith("find_"):
            return lambda: self.on_path(name.removeprefix("find_"))
        raise AttributeError(name)

    @functools.cached_property
    def authority(self):
        return Authority(self.get("openssl"), self.folder)

    def fill(self, words, case):
        """The words of a command, with paths in place of names in capitals."""

        def value(match):
            name = match[1]
            if name == "HABITS":
                return str(HABITS)
            if name == "PYTHON3":
                return sys.executable
            if name == "NAME":
                return host(case)
            if name in ("CHAIN", "LEAF", "KEY", "CA"):
                return str(self.authority.certificates(host(case))[name])
            return self.get("talk" if name == "PYTHON_TALK" else name.lower())

        return [PLACEHOLDER.sub(value, word) for word in words]
