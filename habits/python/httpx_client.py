"""One httpx.Client for all requests, one after another."""
import sys

import httpx

base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
with httpx.Client() as client:
    for _ in range(n):
        client.get(f"{base}/get").raise_for_status()
print(n, "ok")
