"""A request, a pause, a request: pausing.py PAUSE URL N

One Session, which a server that does not wait for so long makes connect anew each time.
"""
import sys
import time

import requests

pause, base, n = float(sys.argv[1]), sys.argv[2].rstrip("/"), int(sys.argv[3])
with requests.Session() as session:
    for i in range(n):
        if i:
            time.sleep(pause)
        session.get(f"{base}/get", timeout=10).raise_for_status()
print(n, "ok")
