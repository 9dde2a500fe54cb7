"""httpx.get in a loop: each call makes a Client, fetches once with it, and closes it."""
import sys

import httpx

base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
for _ in range(n):
    httpx.get(f"{base}/get").raise_for_status()
print(n, "ok")
