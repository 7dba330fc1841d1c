// How far a file is, while the page is open. When its state changes the page is fetched anew, with what can be done now.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const far = document.getElementById("far");
  if (!far || !far.dataset.address) return;
  const bar = document.getElementById("far-bar");
  const words = document.getElementById("far-words");

  function show(told) {
    words.textContent = told.words;
    if (bar) bar.value = told.percent;
    for (const count of document.querySelectorAll("[data-count]")) {
      if (told.counts[count.dataset.count]) count.textContent = told.counts[count.dataset.count];
    }
  }

  async function look() {
    const answer = await fetch(far.dataset.address, { credentials: "same-origin" });
    if (!answer.ok) return;
    const told = await answer.json();
    if (told.phase !== far.dataset.phase) return location.replace(location.href);
    show(told);
  }

  setInterval(() => document.hidden || look().catch(() => {}), 1500);
});
