"""Runs the cases of habits/field.toml under `tlstax observe` and keeps what was found: see field.sh.

A line of JSON for each run is appended to results/field/verdicts.ndjson; what stands there for the same revision,
condition and case is not run again. --table prints what they come to, --cases the table of habits/README.md. Exit 1
with --fast where something was missed or falsely named.
"""

import argparse
import collections
import contextlib
import ctypes
import datetime
import functools
import hashlib
import json
import multiprocessing
import os
import pathlib
import re
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
HABITS = ROOT / "habits"
VERDICTS = ROOT / "results" / "field" / "verdicts.ndjson"
# How often what depends on timing is run, and the rest.
RUNS_TIMED, RUNS_OTHER = 20, 5
# Of a core.
QUOTA = 0.2
# For a command, s: of observe, and how much longer for observe itself.
TIMEOUT, GRACE = 120, 60
CONFIDENCES = ["suspected", "inferred", "proven"]
PLACEHOLDERS = "PYTHON_TALK PYTHON3 PYTHON NODE GOSERVER GO RUST CLASSES HABITS NAME CHAIN LEAF KEY CA".split()
PLACEHOLDER = re.compile(r"(?<![\w-])(" + "|".join(PLACEHOLDERS) + r")(?![\w-])")
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


# --- What a case needs


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
        # node, curl, php, ruby: what is on PATH.
        if name.startswith("find_"):
            return lambda: self.on_path(name.removeprefix("find_"))
        raise AttributeError(name)

    # Certificates: a root, an intermediate, and a leaf for each name.

    def openssl(self, *arguments):
        done = subprocess.run([self.get("openssl"), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Skip(f"openssl: {done.stderr.strip()}")

    def sign(self, name, subject, extensions, issuer=None):
        """Makes NAME.pem and NAME.key, signed by the issuer's or by itself."""
        at = self.folder / name
        lines = "\n".join(["[v3]", *extensions])
        (self.folder / f"{name}.cnf").write_text(f"[req]\ndistinguished_name = dn\n[dn]\n{lines}\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{at}.key"]
        common = ["-config", f"{at}.cnf", "-subj", subject]
        if not issuer:
            self.openssl("req", "-x509", *key, *common, "-extensions", "v3", "-days", 30, "-out", f"{at}.pem")
            return
        self.openssl("req", "-new", *key, *common, "-out", f"{at}.csr")
        by = self.folder / issuer
        issuing = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", 30]
        extended = ["-extfile", f"{at}.cnf", "-extensions", "v3"]
        self.openssl("x509", "-req", "-in", f"{at}.csr", *issuing, *extended, "-out", f"{at}.pem")

    @functools.cached_property
    def authority(self):
        """The file that clients trust: what a machine does, and our root."""
        ca = ["basicConstraints = critical, CA:true", "keyUsage = critical, keyCertSign, cRLSign"]
        self.sign("root", "/CN=tlstax field root", [*ca, "subjectKeyIdentifier = hash"])
        self.sign("intermediate", "/CN=tlstax field intermediate", [*ca, "subjectKeyIdentifier = hash"], "root")
        trust = self.folder / "trust.pem"
        roots = [pathlib.Path("/etc/ssl/certs/ca-certificates.crt"), pathlib.Path("/etc/pki/tls/certs/ca-bundle.crt")]
        with open(trust, "w") as file:
            for bundle in roots:
                if bundle.is_file():
                    file.write(bundle.read_text() + "\n")
                    break
            file.write((self.folder / "root.pem").read_text())
        return trust

    @functools.cache
    def certificates(self, name):
        trust = self.authority
        at = self.folder / name
        usage = ["extendedKeyUsage = serverAuth", f"subjectAltName = DNS:{name}"]
        self.sign(name, "/CN=field", ["basicConstraints = CA:false", *usage], "intermediate")
        leaf, chain = self.folder / f"{name}.pem", self.folder / f"{name}.chain.pem"
        chain.write_text(leaf.read_text() + (self.folder / "intermediate.pem").read_text())
        return {"CHAIN": chain, "LEAF": leaf, "KEY": f"{at}.key", "CA": trust}

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
                return str(self.certificates(host(case))[name])
            return self.get("talk" if name == "PYTHON_TALK" else name.lower())

        return [PLACEHOLDER.sub(value, word) for word in words]


def host(case):
    return case["name"] + ".field.tlstax.test"


# --- Processes, none of which is left


def subreaper():
    """Makes what our children leave behind our own children, so that it can be ended."""
    PR_SET_CHILD_SUBREAPER = 36
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid):
    found, seen = [pid], []
    while found:
        parent = found.pop()
        with contextlib.suppress(OSError, ValueError):
            for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                seen += children
                found += children
    return seen


def end(process):
    """Ends a process that we have started, with its group."""
    for signum in signal.SIGTERM, signal.SIGKILL:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in process.stdout, process.stderr:
        if pipe:
            pipe.close()


def end_rest(kept):
    """Ends every process below us that is none of these, or below one of these."""
    spared = set(kept)
    for pid in kept:
        spared.update(descendants(pid))
    for pid in descendants(os.getpid()):
        if pid not in spared:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


@contextlib.contextmanager
def serving(command):
    """A server that prints its port."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if not select.select([process.stdout], [], [], 20)[0]:
            raise RuntimeError(f"{command[0]} printed no port within 20 s")
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError(f"{command[:3]} printed no port but {line!r}")
        yield process, int(line)
    finally:
        end(process)


def burn():
    while True:
        pass


@contextlib.contextmanager
def loaded():
    """A busy loop for each CPU."""
    spinning = [multiprocessing.Process(target=burn, daemon=True) for _ in os.sched_getaffinity(0)]
    try:
        for process in spinning:
            process.start()
        yield []
    finally:
        for process in spinning:
            if process.pid:
                process.kill()
                process.join()


@contextlib.contextmanager
def quota():
    """A control group with so much of a core, and the words before a command that put it there."""
    name = f"tlstax-field-{os.getpid()}"
    v1, v2 = pathlib.Path("/sys/fs/cgroup/cpu"), pathlib.Path("/sys/fs/cgroup")
    period = 100_000
    group = (v1 if v1.is_dir() else v2) / name
    try:
        group.mkdir()
    except OSError as error:
        raise Skip(f"no control group can be made: {error}") from error
    try:
        try:
            if v1.is_dir():
                (group / "cpu.cfs_period_us").write_text(str(period))
                (group / "cpu.cfs_quota_us").write_text(str(int(QUOTA * period)))
            else:
                (group / "cpu.max").write_text(f"{int(QUOTA * period)} {period}")
        except OSError as error:
            raise Skip(f"no CPU quota can be set: {error}") from error
        yield ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(group)]
    finally:
        for _ in range(50):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)


def condition(name):
    return {"quiet": lambda: contextlib.nullcontext([]), "loaded": loaded, "quota": quota}[name]()


# --- Verdicts


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


def sentence(diagnosis, told):
    """The verdict in words."""
    for place in diagnosis, diagnosis.get("account") or {}:
        for key in "sentence", "headline":
            if isinstance(place.get(key), str):
                return place[key]
    for line in told.splitlines():
        if re.match(r"(\d+|One|No\w*) .*(to mend|found|seen)", line):
            return line
    return ""


def clean_environment():
    drop = {name + "_proxy" for name in ("http", "https", "all", "no")}
    return {name: value for name, value in os.environ.items() if name.lower() not in drop}


def observe(kit, case, prefix):
    """Runs a case once; the line for its verdict."""
    for needed in case["needs"]:
        kit.get(needed)
    environment = clean_environment()
    flags = list(case["flags"])
    kept = []
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=kit.folder)))
        if case["server"]:
            server, port = stack.enter_context(serving(kit.fill(case["server"], case)))
            kept = [server.pid]
            flags += ["--map", f"{host(case)}=127.0.0.1:{port}"]
            trust = str(kit.certificates(host(case))["CA"])
            for name in "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS":
                environment[name] = trust
        flags += ["--timeout", str(TIMEOUT), f"--json={folder / 'observed.json'}", "-o", str(folder / "page")]
        command = [*prefix, kit.tlstax, "observe", *flags, "--", *kit.fill(case["command"], case)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=environment, cwd=folder, start_new_session=True,
        )  # fmt: skip
        burning = [child.pid for child in multiprocessing.active_children()]
        try:
            told, _ = process.communicate(timeout=3 * TIMEOUT + GRACE)
        except subprocess.TimeoutExpired as slow:
            raise RuntimeError(f"tlstax did not end within {3 * TIMEOUT + GRACE} s") from slow
        finally:
            end(process)
            end_rest(kept + burning)
        code = process.returncode
        try:
            data = json.loads((folder / "observed.json").read_text())
        except (OSError, ValueError) as error:
            raise RuntimeError(f"no JSON ({error}), exit {code}: {told.strip()[-600:]}") from error
    diagnosis, passes = data["diagnosis"], data["observation"]["passes"]
    found = [{key: f[key] for key in ("code", "confidence", "saves_ns")} for f in diagnosis["findings"]]
    not_judged = [entry["code"] for entry in diagnosis.get("not_judged", [])]
    first = found[0]["code"] if found else None
    missed, false = judge(case, found, first, not_judged, code)
    return {
        "found": found,
        "first": first,
        "not_judged": not_judged,
        "sentence": sentence(diagnosis, told),
        "exit": code,
        "missed": missed,
        "false": false,
        "skipped": None,
        "wall_ns": passes[-1].get("wall_ns"),
        "mended_ns": (diagnosis.get("account") or {}).get("mended_ns"),
    }


def git(*arguments):
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True).stdout.strip()


def revision(tlstax):
    """The commit, and where sources have changed since, which program it was."""
    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    if not git("status", "--porcelain", "--", "crates", "Cargo.lock"):
        return commit
    with open(tlstax, "rb") as file:
        return f"{commit}+{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"


def read_verdicts(path):
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    verdicts = []
    for number, line in enumerate(lines, 1):
        try:
            verdicts.append(json.loads(line))
        except ValueError:
            # The last one, where a run was cut off.
            print(f"field.py: line {number} of {path} is no JSON and is left out", file=sys.stderr)
    return verdicts


def append(path, verdict):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        # After a line that was cut off.
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")
        file.write((json.dumps(verdict, ensure_ascii=False) + "\n").encode())


def tell(verdict):
    if verdict["skipped"]:
        state = "skipped: " + verdict["skipped"]
    else:
        found = ", ".join(f"{f['code']} ({f['confidence']})" for f in verdict["found"]) or "nothing"
        state = f"found {found}"
        for what in "missed", "false":
            if verdict[what]:
                state += f"; {what.upper()} {', '.join(verdict[what])}"
    print(f"{verdict['case']} {verdict['run']}: {state}", flush=True)


def run_all(options, cases):
    tlstax = str(pathlib.Path(options.tlstax or ROOT / "target/release/tlstax").resolve())
    if not os.access(tlstax, os.X_OK):
        sys.exit(f"field.py: no program {tlstax}: cargo build --release, or --tlstax PATH")
    now, built = revision(tlstax), os.stat(tlstax).st_mtime_ns
    done, told = collections.Counter(), set()
    for verdict in read_verdicts(options.verdicts):
        if verdict["revision"] == now and verdict["condition"] == options.condition:
            if verdict["skipped"]:
                told.add(verdict["case"])
            else:
                done[verdict["case"]] += 1
    subreaper()
    wrong = False
    with tempfile.TemporaryDirectory(prefix="tlstax-field-") as folder, contextlib.ExitStack() as stack:
        kit = Kit(tlstax, pathlib.Path(folder))
        prefix, unmade = [], None
        try:
            prefix = stack.enter_context(condition(options.condition))
        except Skip as why:
            unmade = str(why)
        for case in cases:
            runs = options.runs or (RUNS_TIMED if case["timing"] else RUNS_OTHER)
            for run in range(done[case["name"]] + 1, runs + 1):
                verdict = {
                    "case": case["name"],
                    "condition": options.condition,
                    "run": run,
                    "revision": now,
                    "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                }
                if os.stat(tlstax).st_mtime_ns != built:
                    sys.exit(f"field.py: {tlstax} was built anew meanwhile: run it again")
                try:
                    if unmade:
                        raise Skip(unmade)
                    verdict |= observe(kit, case, prefix)
                except Skip as why:
                    verdict |= skipped(str(why))
                except RuntimeError as error:
                    # What could not be observed counts as missed, whatever the reason.
                    verdict |= skipped(None) | {"missed": [*case["must"], "run"], "sentence": str(error)}
                # What was skipped is tried again, and told once.
                if not (verdict["skipped"] and case["name"] in told):
                    append(options.verdicts, verdict)
                tell(verdict)
                wrong |= bool(verdict["missed"] or verdict["false"])
                if verdict["skipped"]:
                    break
    if options.fast:
        verdicts = read_verdicts(options.verdicts)
        earlier = [v for v in verdicts if v["revision"] == now and v["condition"] == options.condition]
        names = {case["name"] for case in cases}
        wrong |= any(v["missed"] or v["false"] for v in earlier if v["case"] in names)
        return 1 if wrong else 0
    return 0


def skipped(why):
    return {
        "found": [], "first": None, "not_judged": [], "sentence": "", "exit": None, "missed": [], "false": [],
        "skipped": why, "wall_ns": None, "mended_ns": None,
    }  # fmt: skip


# --- Tables


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


def print_table(cases, path):
    by_name = {case["name"]: case for case in cases}
    verdicts = [verdict for verdict in latest(read_verdicts(path)) if verdict["case"] in by_name]
    # By what must be found now, which may have been put right since the run. What could not be run stays as it is.
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
            what = "skipped" if verdict["skipped"] else "missed" if entry in verdict["missed"] else "found"
            counts[entry, where][what] += 1
        for code in verdict["false"]:
            counts[code, where]["false"] += 1
        for other in set(verdict["missed"]) - set(case["must"]):
            counts[other, where]["missed"] += 1
        if not case["must"]:
            what = "skipped" if verdict["skipped"] else "missed" if verdict["false"] else "found"
            counts["nothing", where][what] += 1
    print("| finding | condition | found | missed | falsely named | skipped |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for (code, where), count in sorted(counts.items()):
        numbers = " | ".join(str(count[what]) for what in ("found", "missed", "false", "skipped"))
        print(f"| {code.replace('|', ' or ')} | {where} | {numbers} |")
    print_predictions(cases, verdicts)


# What has more requests under way at once, what has fewer trust stores loaded; the rest saves time on connections.
CONCURRENCY = {"serialized", "one-at-a-time", "uneven-concurrency"}
LOADS = {"client-per-request", "trust-store-per-connection"}


def predicted_ns(verdict, stays):
    """The wall time without the findings of a run that its twin does not have."""
    saves = {f["code"]: f.get("saves_ns", 0) for f in verdict["found"] if f["code"] not in stays}
    concurrency = max((ns for code, ns in saves.items() if code in CONCURRENCY), default=0)
    loads = max((ns for code, ns in saves.items() if code in LOADS), default=0)
    connections = max((ns for code, ns in saves.items() if code not in CONCURRENCY | LOADS), default=0)
    # With several at a time the loads lie in that run too, and are part of what it is predicted to take.
    return verdict["wall_ns"] - (concurrency or loads + connections)


def print_predictions(cases, verdicts):
    runs = collections.defaultdict(list)
    for verdict in verdicts:
        if verdict["condition"] == "quiet" and not verdict["skipped"] and verdict["wall_ns"]:
            runs[verdict["case"]].append(verdict)
    print("\nWithout the findings that the twin does not have: as predicted, and as the twin took (medians, s, quiet):\n")
    print("| case | took | predicted | twin | took | error |")
    print("| --- | ---: | ---: | --- | ---: | ---: |")
    errors = []
    for case in cases:
        own, twin = runs[case["name"]], runs[case["mended"]]
        if not own or not twin:
            continue
        stays = set.intersection(*({f["code"] for f in run["found"]} for run in twin))
        took, mended = (statistics.median(run["wall_ns"] for run in which) / 1e9 for which in (own, twin))
        guess = statistics.median(predicted_ns(run, stays) for run in own) / 1e9
        error = abs(guess - mended)
        errors.append((error / mended, error))
        row = (case["name"], f"{took:.2f}", f"{guess:.2f}", case["mended"], f"{mended:.2f}", f"{100 * error / mended:.0f} %")
        print("| " + " | ".join(row) + " |")
    near = [share <= 0.15 or error <= 0.1 for share, error in errors]
    far = [share <= 0.3 or error <= 0.1 for share, error in errors]
    if errors:
        print(f"\nWithin 15 % or 0.1 s: {sum(near)} of {len(near)}; within 30 % or 0.1 s: {sum(far)} of {len(far)}.")


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

    print("| case | command | must be found | may be | mended | report |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case in cases:
        command = f"`{program(case)}`" + (f", server `{server(case)}`" if case["server"] else "")
        must = codes([*case["must"], *(f"{entry} not judged" for entry in case["not_judged"])]) or "nothing"
        report = f"{case['report']}: “{case['title']}”" if case["report"] else ""
        cells = [case["name"], command, must, codes(case["may"]), case["mended"], report]
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")


def main():
    parser = argparse.ArgumentParser(prog="field.sh", description="Runs habits/field.toml under tlstax observe.")
    add = parser.add_argument
    add("--fast", action="store_true", help="those for CI, once each; exit 1 where one is not as it must be")
    add("--only", nargs="+", metavar="NAME", help="these cases")
    add("--runs", type=int, metavar="N", help=f"instead of {RUNS_TIMED} where timing matters, else {RUNS_OTHER}")
    add("--condition", choices=["quiet", "loaded", "quota"], default="quiet")
    add("--tlstax", metavar="PATH", help="instead of target/release/tlstax")
    add("--verdicts", type=pathlib.Path, default=VERDICTS, metavar="FILE", help="instead of those that are kept")
    add("--table", action="store_true", help="print what the verdicts come to, and run nothing")
    add("--cases", action="store_true", help="print the cases, and run nothing")
    options = parser.parse_args()
    cases = load_cases()
    if options.only:
        unknown = set(options.only) - {case["name"] for case in cases}
        if unknown:
            parser.error(f"no case {', '.join(sorted(unknown))}")
        cases = [case for case in cases if case["name"] in options.only]
    if options.fast:
        cases = [case for case in cases if case["fast"]]
        options.runs = options.runs or 1
    if options.cases or options.table:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        if options.cases:
            print_cases(cases)
        else:
            print_table(cases, options.verdicts)
        return 0
    # So that servers, children and folders are ended and removed.
    for signum in signal.SIGTERM, signal.SIGHUP:
        signal.signal(signum, lambda number, _: sys.exit(128 + number))
    return run_all(options, cases)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
