// Buttons that copy a text of the page: `data-copy` is its id, `data-copied` what they say then.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  const said = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = said; }, 1500);
  });
}
