"""More threads than the Session's pool has places: requests_pool.py THREADS PLACES URL N [THINK]

What is over is closed after its answer, and opened again for the next. With as many places as threads it is right.
"""
import random
import sys
import threading
import time

import requests
from requests.adapters import HTTPAdapter

threads, places, base, n = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].rstrip("/"), int(sys.argv[4])
think = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
session = requests.Session()
for scheme in "http://", "https://":
    session.mount(scheme, HTTPAdapter(pool_maxsize=places))
work = iter(range(n))
turn = threading.Lock()
done = []


def worker():
    while True:
        with turn:
            item = next(work, None)
        if item is None:
            return
        answer = session.get(f"{base}/get", params={"item": item}, timeout=30)
        done.append(answer.status_code)
        time.sleep(random.random() * think)


team = [threading.Thread(target=worker) for _ in range(threads)]
for thread in team:
    thread.start()
for thread in team:
    thread.join()
assert done == [200] * n, done
print(n, "ok")
