// Everything here is a convenience: each page works without it.
"use strict";

(() => {
  const COPIED_MS = 4000;
  const ONCE_MS = 8000;
  const FIRST_WAIT_MS = 2000;
  const LONGEST_WAIT_MS = 20000;
  const LAST_LOOK_MS = 15 * 60 * 1000;

  const show = (element, shown) => { if (element) element.hidden = !shown; };

  // --- copy buttons ---------------------------------------------------------------------------------------------
  const selectAll = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      selectAll(code);
      return document.execCommand("copy");
    }
  };

  const say = (button, part) => {
    for (const name of ["label", "copied", "failed"]) show(button.querySelector(`[data-${name}]`), name === part);
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      say(button, await copy(button.parentElement.querySelector(".code")) ? "copied" : "failed");
      setTimeout(() => say(button, "label"), COPIED_MS);
    });
  }

  // --- a form sent twice by a double click would ask for two mails --------------------------------------------------
  for (const form of document.querySelectorAll("form[data-once]")) {
    const button = form.querySelector("button");
    const free = () => button.removeAttribute("aria-disabled");
    form.addEventListener("submit", (event) => {
      if (button.getAttribute("aria-disabled")) return event.preventDefault();
      button.setAttribute("aria-disabled", "true");
      setTimeout(free, ONCE_MS);
    });
    addEventListener("pageshow", free);
  }

  // --- the code as it stands in the mail: capitals, in two groups -------------------------------------------------
  for (const field of document.querySelectorAll("[data-code]")) {
    field.addEventListener("input", () => {
      if (field.selectionStart !== field.value.length) return;
      const letters = field.value.toUpperCase().replace(/[^0-9A-Z]/g, "");
      const grouped = letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
      if (letters.length <= 8) field.value = grouped;
    });
  }

  // --- licenses that are open in this browser may be put away in another window: then this one leads back ------------
  const opened = "data-opened";
  if (document.querySelector(`[${opened}]`)) {
    const lookAgain = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(location.pathname);
        if (answer.ok && !(await answer.text()).includes(opened)) location.reload();
      } catch { /* the network is away: look again later */ }
    };
    addEventListener("focus", lookAgain);
    document.addEventListener("visibilitychange", lookAgain);
    setInterval(lookAgain, LONGEST_WAIT_MS);
  }

  // --- what has become of the mail -------------------------------------------------------------------------------
  const status = document.querySelector("[data-poll]");
  if (!status) return;
  show(status.querySelector("[data-without-script]"), false);
  const heading = document.querySelector("h1");
  const began = Date.now();
  let wait = FIRST_WAIT_MS;
  let timer;

  const tell = (state) => {
    if (state === status.dataset.mail) return;
    const before = heading.innerText;
    status.dataset.mail = state;
    for (const part of document.querySelectorAll("[data-for]")) show(part, part.dataset.for.split(" ").includes(state));
    document.title = document.title.replace(before, heading.innerText);
  };

  const look = async () => {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const answer = await fetch(status.dataset.poll, { headers: { Accept: "application/json" } });
        if (answer.status === 404) return;
        if (answer.ok) {
          const { mail, verified } = await answer.json();
          // The page says more about that than a line: whether the keys are open in this browser, and the way to them.
          if (verified) return location.replace(location.pathname);
          tell(mail);
        }
      } catch { /* the network is away: look again later */ }
    }
    again();
  };

  // Also once it was accepted or refused: a bounce may come back, and the mailbox may be proved in another tab.
  const again = () => {
    clearTimeout(timer);
    if (Date.now() - began > LAST_LOOK_MS) return;
    timer = setTimeout(look, wait);
    wait = status.dataset.mail === "waiting" ? Math.min(wait * 1.3, LONGEST_WAIT_MS) : LONGEST_WAIT_MS;
  };

  // Back from the mail in another tab.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  again();
})();
