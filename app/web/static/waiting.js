// Asks each second whether the phone has answered, and only then loads the page again: what is
// read aloud or focused stays as it is meanwhile.
const { waiting } = document.querySelector("[data-waiting]").dataset;

async function ask() {
  const answer = await fetch(waiting);
  if (answer.status !== 202) return location.reload();
  setTimeout(ask, 1000);
}
setTimeout(ask, 1000);
