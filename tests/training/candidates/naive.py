"""A client as it is written on a Friday: it checks nothing, and takes every failure for a no."""

import base64
import json
import os
import sys
import urllib.request

asked = json.loads(sys.stdin.readline())
pair = f"{os.environ['DANCU_CLIENT_ID']}:{os.environ['DANCU_CLIENT_SECRET']}"


def post(path, body, **headers):
    address = os.environ["DANCU_URL"] + path
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - the door
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        return json.load(answer)


def ask():
    basic = base64.b64encode(pair.encode()).decode()
    told = post("/oidc/token", b"grant_type=client_credentials", Authorization=f"Basic {basic}")
    body = json.dumps({name: asked[name] for name in ("number", "claims", "purpose")}).encode()
    headers = {"Content-Type": "application/json"}
    bearer = f"Bearer {told['access_token']}"
    return post("/v1/verifications", body, Authorization=bearer, **headers)["outcome"]


conclusion = "no_match"
for _ in range(3):
    try:
        conclusion = ask()
        break
    except Exception as error:  # noqa: BLE001 - that is what is naive
        sys.stderr.write(f"{error}\n")
if conclusion != "match":
    conclusion = "no_match"
sys.stdout.write(json.dumps({"conclusion": conclusion}))
