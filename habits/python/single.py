"""One request, and done: single.py URL"""
import sys

import requests

requests.get(sys.argv[1].rstrip("/") + "/get", timeout=10).raise_for_status()
print("1 ok")
