"""Ten threads, one Session, and a pool of so many places for HTTPS: requests_places.py PLACES URL N

The pool blocks where all places are taken; that for HTTP is requests' own.
"""
import sys
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

places, base, n = int(sys.argv[1]), sys.argv[2].rstrip("/"), int(sys.argv[3])
session = requests.Session()
session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=places, pool_block=True))
with ThreadPoolExecutor(10) as pool:
    for answer in pool.map(lambda i: session.get(f"{base}/get?item={i}", timeout=20), range(n)):
        answer.raise_for_status()
print(n, "ok")
