// The rules of a product in whole words, as they are typed. The words come from the server, which also refuses.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("rules-in-words");
  const form = words && words.closest("form");
  if (!form) return;
  let timer, latest;

  async function tell() {
    const asked = (latest = new URLSearchParams([...new FormData(form)].filter(([name]) => name.startsWith("exchange"))));
    const answer = await fetch(`${words.dataset.address}?${asked}`, { credentials: "same-origin" });
    if (!answer.ok || asked !== latest) return;
    const said = await answer.json();
    words.textContent = said.words;
    words.classList.toggle("fault", said.fault);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => tell().catch(() => {}), 250);
  });
});
