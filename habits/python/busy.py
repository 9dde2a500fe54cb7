"""A program that computes more than it fetches: busy.py URL N [NEIGHBOURS]

Four threads share a Session; each answer is worked on for 30 ms of CPU. NEIGHBOURS: processes of its own that compute
all the time.
"""
import hashlib
import multiprocessing
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests


def compute(seconds):
    end = time.process_time() + seconds
    text = b"tlstax"
    while time.process_time() < end:
        text = hashlib.sha256(text * 20).digest()
    return text


def forever():
    while True:
        compute(1.0)


if __name__ == "__main__":
    base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
    neighbours = [multiprocessing.Process(target=forever, daemon=True) for _ in range(int((sys.argv + ["0"])[3]))]
    for neighbour in neighbours:
        neighbour.start()
    with requests.Session() as session, ThreadPoolExecutor(4) as pool:

        def fetch(_):
            answer = session.get(f"{base}/get", timeout=30)
            if not neighbours:
                compute(0.03)
            return answer.status_code

        statuses = list(pool.map(fetch, range(n)))
    for neighbour in neighbours:
        neighbour.terminate()
        neighbour.join()
    assert statuses == [200] * n, statuses
    print(n, "ok")
