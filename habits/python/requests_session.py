"""One requests.Session for all requests, one after another."""
import sys

import requests

base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
with requests.Session() as session:
    for _ in range(n):
        session.get(f"{base}/get", timeout=10).raise_for_status()
print(n, "ok")
