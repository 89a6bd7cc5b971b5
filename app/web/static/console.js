// What the console does beyond what pages do by themselves: copying, following the log, and
// looking again at what is under way.
import "./again.js";
import "./copying.js";

const follow = document.querySelector("[data-follow]");
if (follow) {
  const rows = document.querySelector("[data-rows]");
  const status = document.querySelector("[data-said]");
  const most = 200;
  let timer;

  async function look() {
    const answer = await fetch(`${follow.dataset.follow}&since=${follow.dataset.since}`);
    if (!answer.ok) return stop();
    const found = document.createElement("template");
    found.innerHTML = await answer.text();
    const coming = [...found.content.querySelectorAll("tr")];
    if (coming.length) {
      follow.dataset.since = coming[0].dataset.id;
      for (const row of coming) row.classList.add("new");
      rows.prepend(...coming);
      while (rows.children.length > most) rows.lastElementChild.remove();
      document.querySelector("[data-testid=none]")?.remove();
      status.textContent = `${status.dataset.new} ${coming.length}`;
    }
    timer = setTimeout(look, 1000);
  }

  function stop() {
    clearTimeout(timer);
    follow.setAttribute("aria-pressed", "false");
  }

  follow.hidden = false;
  follow.addEventListener("click", () => {
    if (follow.getAttribute("aria-pressed") === "true") return stop();
    follow.setAttribute("aria-pressed", "true");
    for (const row of rows.querySelectorAll(".new")) row.classList.remove("new");
    look();
  });
}

// Where the menu is a strip, the present page may stand outside of it.
// The menu moves to the page that is shown, and nothing else does.
const current = document.querySelector(".menu [aria-current]");
const menu = current?.closest(".menu");
if (menu) {
  const [at, of] = [current.getBoundingClientRect(), menu.getBoundingClientRect()];
  menu.scrollBy(at.left + at.width / 2 - of.left - of.width / 2, at.top + at.height / 2 - of.top - of.height / 2);
}
