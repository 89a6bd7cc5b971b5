// A page of the class that stays as it is but for what changes by itself (`data-live`): looked at
// again every few seconds, while somebody sees it.
import "./copying.js";

const pause = 4000;

async function look() {
  if (!document.hidden) {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.status === 404) return location.assign("/class"); // the class is over
    if (answer?.ok) {
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const present of document.querySelectorAll("[data-live]")) {
        const next = found.getElementById(present.id);
        if (next && !present.contains(document.activeElement) && next.innerHTML !== present.innerHTML) present.replaceWith(next);
      }
    }
  }
  setTimeout(look, pause);
}
setTimeout(look, pause);
