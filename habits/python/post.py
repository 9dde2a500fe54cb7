"""Bodies of so many bytes, posted over one Session: post.py BYTES URL N [THREADS]"""
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

size, url, n = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
body = bytes(i % 251 for i in range(1000)) * (size // 1000)
with requests.Session() as session, ThreadPoolExecutor(threads) as pool:
    for answer in pool.map(lambda _: session.post(url, data=body, timeout=30), range(n)):
        answer.raise_for_status()
print(n, "ok")
