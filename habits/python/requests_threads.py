"""One requests.Session for eight threads: its pool keeps ten connections a host, and so one for each thread."""
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
with requests.Session() as session, ThreadPoolExecutor(8) as pool:
    for response in pool.map(lambda _: session.get(f"{base}/get", timeout=10), range(n)):
        response.raise_for_status()
print(n, "ok")
