"""A login, a token with it, and pages of which each names the next: login.py URL PAGES

Each request needs what the one before was answered: they can't be sent side by side.
"""
import hashlib
import sys

import requests

base, pages = sys.argv[1].rstrip("/"), int(sys.argv[2])


def derived(answer):
    """What the next request needs of this answer."""
    answer.raise_for_status()
    return hashlib.sha256(answer.content).hexdigest()[:16]


with requests.Session() as session:
    ticket = derived(session.get(f"{base}/get?login=me", timeout=10))
    token = derived(session.get(f"{base}/get?ticket={ticket}", timeout=10))
    session.headers["Authorization"] = f"Bearer {token}"
    cursor = "first"
    for _ in range(pages):
        cursor = derived(session.get(f"{base}/get?cursor={cursor}", timeout=10))
print(pages, "ok")
