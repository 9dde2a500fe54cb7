"""Requests with a timeout that is shorter than their responses take: timeouts.py URL N SECONDS"""
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

base, number, seconds = sys.argv[1].rstrip("/"), int(sys.argv[2]), float(sys.argv[3])
session = requests.Session()


def fetched(_):
    try:
        session.get(f"{base}/get", timeout=seconds).raise_for_status()
        return True
    except requests.Timeout:
        return False


with ThreadPoolExecutor(2) as workers:
    answered = sum(workers.map(fetched, range(number)))
if answered < number:
    sys.exit(f"{number - answered} of {number} timed out")
print(f"{number} ok")
