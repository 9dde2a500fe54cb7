"""The certificates of the servers that cases run: a root, an intermediate, and a leaf for each name.

They are made by openssl, in the temporary folder of all runs. Which server has which is left to programs.py.
"""

import functools
import pathlib
import subprocess

from cases import Skip


class Authority:
    """A root and an intermediate, and what they signed."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def openssl(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
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
    def trust(self):
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
        """The files of a server of this name, by the words that stand for them in commands."""
        trust = self.trust
        at = self.folder / name
        usage = ["extendedKeyUsage = serverAuth", f"subjectAltName = DNS:{name}"]
        self.sign(name, "/CN=field", ["basicConstraints = CA:false", *usage], "intermediate")
        leaf, chain = self.folder / f"{name}.pem", self.folder / f"{name}.chain.pem"
        chain.write_text(leaf.read_text() + (self.folder / "intermediate.pem").read_text())
        return {"CHAIN": chain, "LEAF": leaf, "KEY": f"{at}.key", "CA": trust}
