// What a phone does beyond what its pages do by themselves: it looks for what is new, and counts
// the seconds for which a code is good (`data-until`).
import "./again.js";

const left = document.querySelector("[data-until]");
if (left) {
  const end = Date.now() + 1000 * Number(left.dataset.until);
  const count = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    left.textContent = seconds ? `${seconds} s` : left.dataset.over;
    if (seconds) setTimeout(count, 250);
  };
  left.hidden = false;
  count();
}
