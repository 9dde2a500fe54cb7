"""One run of a case under `tlstax observe`: its server, its environment, its end, and the line for its verdict.

How often a case is run, under which condition, and where verdicts are kept is left to runs.py.
"""

import contextlib
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import tempfile

from cases import host
from judging import judge
from processes import end, end_rest, serving

# These are the seconds that observe gives a command, and those that observe itself is given besides.
TIMEOUT, GRACE = 120, 60


def clean_environment():
    """Ours, without proxies: these are what a case says."""
    drop = {name + "_proxy" for name in ("http", "https", "all", "no")}
    return {name: value for name, value in os.environ.items() if name.lower() not in drop}


def observe(kit, case, prefix, keep_as=None):
    """Runs a case once; the line for its verdict. The JSON of the run is copied to keep_as, where that is given."""
    for needed in case["needs"]:
        kit.get(needed)
    environment = clean_environment()
    flags = list(case["flags"])
    servers = []
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=kit.folder)))
        if case["server"]:
            server, port = stack.enter_context(serving(kit.fill(case["server"], case)))
            servers = [server.pid]
            flags += ["--map", f"{host(case)}=127.0.0.1:{port}"]
            trust = str(kit.authority.certificates(host(case))["CA"])
            for name in "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS":
                environment[name] = trust
        observed = folder / "observed.json"
        flags += ["--timeout", str(TIMEOUT), f"--json={observed}", "-o", str(folder / "page")]
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
            end_rest(servers + burning)
        code = process.returncode
        if keep_as:
            # A file of an earlier run is not taken for one of this run, which may have written none.
            keep_as.unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(observed, keep_as)
        try:
            data = json.loads(observed.read_text())
        except (OSError, ValueError) as error:
            raise RuntimeError(f"no JSON ({error}), exit {code}: {told.strip()[-600:]}") from error
    diagnosis, passes = data["diagnosis"], data["observation"]["passes"]
    found = [{key: f[key] for key in ("code", "confidence", "saves_ns")} for f in diagnosis["findings"]]
    not_judged = [entry["code"] for entry in diagnosis.get("not_judged", [])]
    first = found[0]["code"] if found else None
    missed, false = judge(case, found, first, not_judged, code)
    account = diagnosis.get("account") or {}
    return {
        "found": found,
        "first": first,
        "not_judged": not_judged,
        "sentence": account.get("sentence", ""),
        "exit": code,
        "missed": missed,
        "false": false,
        "skipped": None,
        "wall_ns": passes[-1].get("wall_ns"),
        "mended_ns": account.get("mended_ns"),
        # What the same took over HTTP, where it was run so.
        "http_ns": passes[0].get("wall_ns") if len(passes) > 1 else None,
    }
