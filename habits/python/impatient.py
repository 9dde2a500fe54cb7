"""Threads that wait for an answer for so long and then give up: impatient.py SECONDS URL N"""
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

seconds, base, n = float(sys.argv[1]), sys.argv[2].rstrip("/"), int(sys.argv[3])


def fetch(session):
    try:
        return session.get(f"{base}/get", timeout=seconds).ok
    except requests.RequestException:
        return False


with requests.Session() as session, ThreadPoolExecutor(4) as pool:
    answered = sum(pool.map(lambda _: fetch(session), range(n)))
print(answered, "of", n, "ok")
