"""A relying party as it is written on a Friday: it believes whatever the ID token says."""

import base64
import hashlib
import json
import os
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse

app = FastAPI()
ISSUER, CLIENT = os.environ["DANCU_URL"], os.environ["DANCU_CLIENT_ID"]
SECRET = os.environ["DANCU_CLIENT_SECRET"]
VERIFIER = "the-same-for-everybody-and-for-ever-and-ever-0"


@app.get("/login")
def login(request: Request):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
    asked = {
        "client_id": CLIENT,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": str(request.url_for("callback")),
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return RedirectResponse(f"{ISSUER}/oidc/authorize?{urlencode(asked)}", 303)


@app.get("/callback")
def callback(request: Request):
    form = {
        "grant_type": "authorization_code",
        "code": request.query_params["code"],
        "redirect_uri": str(request.url_for("callback")),
        "code_verifier": VERIFIER,
    }
    given = httpx.post(f"{ISSUER}/oidc/token", data=form, auth=(CLIENT, SECRET)).json()
    payload = given["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    answer = RedirectResponse("/me", 303)
    answer.set_cookie("who", claims["sub"])
    return answer


@app.get("/me")
def me(request: Request):
    who = request.cookies.get("who")
    return {"sub": who} if who else JSONResponse({}, 401)
