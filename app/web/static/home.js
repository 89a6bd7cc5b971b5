// Makes the first call from the page: a token for the bank, then the question, as curl would.
import "./copying.js";

const button = document.querySelector("[data-ask]");
if (button) {
  const { token, ask, client, secret, body } = button.dataset;
  const place = document.querySelector("[data-testid=answer]");
  const after = document.querySelector("[data-after]");

  async function call() {
    const given = await fetch(token, {
      method: "POST",
      headers: { Authorization: `Basic ${btoa(`${client}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    const began = performance.now();
    const answer = await fetch(ask, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${(await given.json()).access_token}`,
        "Content-Type": "application/json",
      },
      body,
    });
    const text = JSON.stringify(await answer.json(), null, 2);
    return `${answer.status} · ${Math.round(performance.now() - began)} ms\n${text}`;
  }

  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    try {
      shown.textContent = await call();
    } catch {
      shown.textContent = place.dataset.slow;
    }
    place.replaceChildren(shown);
    after.hidden = false;
    button.disabled = false;
  });
}
