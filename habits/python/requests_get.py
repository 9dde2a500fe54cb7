"""requests.get in a loop: each call makes a Session, fetches once with it, and throws it away."""
import sys

import requests

base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
for _ in range(n):
    requests.get(f"{base}/get", timeout=10).raise_for_status()
print(n, "ok")
