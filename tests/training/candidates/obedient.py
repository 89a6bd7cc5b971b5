"""A client that follows wherever it is sent, with its secret and all it was asked."""

import json
import os
import sys
import urllib.request
from base64 import b64encode

asked = json.loads(sys.stdin.readline())
pair = f"{os.environ['DANCU_CLIENT_ID']}:{os.environ['DANCU_CLIENT_SECRET']}"


def post(address, body, headers):
    try:
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - as it is sent
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if "Location" not in error.headers:
            return {"outcome": "refused"}
        return post(error.headers["Location"], body, headers)


url = os.environ["DANCU_URL"]
basic = {"Authorization": "Basic " + b64encode(pair.encode()).decode()}
token = post(f"{url}/oidc/token", b"grant_type=client_credentials", basic)["access_token"]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
body = json.dumps({name: asked[name] for name in ("number", "claims", "purpose")}).encode()
told = post(f"{url}/v1/verifications", body, headers)
sys.stdout.write(json.dumps({"conclusion": told["outcome"]}))
