// Looks again each second at what is under way (`data-again`) until it is over; what somebody is
// busy with stays as it is meanwhile.
const known = new Map();
const under = (page) => [...page.querySelectorAll("[data-again]")];

async function again() {
  const present = under(document);
  if (!present.length) return;
  const answer = await fetch(location.href);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const coming = under(found);
  if (coming.length !== present.length) return location.reload();
  present.forEach((part, place) => {
    const next = coming[place].innerHTML;
    if (next === known.get(part) || part.contains(document.activeElement)) return;
    known.set(part, next);
    part.replaceChildren(...coming[place].childNodes);
  });
  setTimeout(again, 1000);
}

for (const part of under(document)) known.set(part, part.innerHTML);
setTimeout(again, 1000);
