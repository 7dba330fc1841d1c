// Everything here is a convenience: each page works without it.
"use strict";

(() => {
  const COPIED_MS = 4000;
  const ONCE_MS = 8000;
  const MINUTE_MS = 60 * 1000;
  const QUICK_MS = 3000;
  const QUICK_FOR_MS = 2 * MINUTE_MS;
  const SLOW_MS = 20000;

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

  // --- what another window did, or the mail server: looked for in quick steps at first and when this window comes to the
  // front, then slowly, and no longer than there is something to come. Windows of ours call each other, too, and say no
  // more than that there is news.
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("license-recovery-pages") : null;
  if (channel && document.querySelector("[data-news]")) channel.postMessage("news");

  const keepLooking = (look, forMs) => {
    const began = Date.now();
    let shown = began;
    let over = false;
    let timer;
    const now = async () => {
      clearTimeout(timer);
      try {
        if (!document.hidden) over = await look() || over;
      } catch { /* the network is away: look again later */ }
      later();
    };
    const later = () => {
      clearTimeout(timer);
      const time = Date.now();
      if (!over && time - began <= forMs) timer = setTimeout(now, time - shown < QUICK_FOR_MS ? QUICK_MS : SLOW_MS);
    };
    const front = () => {
      if (document.hidden || over) return;
      shown = Date.now();
      now();
    };
    document.addEventListener("visibilitychange", front);
    addEventListener("focus", front);
    channel?.addEventListener("message", front);
    later();
  };

  // --- licenses that are open in this browser may be put away in another window: then this one leads back ------------
  const opened = "data-opened";
  if (document.querySelector(`[${opened}]`)) {
    keepLooking(async () => {
      const answer = await fetch(location.pathname);
      if (answer.ok && !(await answer.text()).includes(opened)) location.reload();
    }, 31 * MINUTE_MS);
  }

  // --- what has become of the mail -------------------------------------------------------------------------------
  const status = document.querySelector("[data-poll]");
  if (!status) return;
  show(status.querySelector("[data-without-script]"), false);
  const heading = document.querySelector("h1");

  const tell = (state) => {
    if (state === status.dataset.mail) return;
    const before = heading.innerText;
    status.dataset.mail = state;
    for (const part of document.querySelectorAll("[data-for]")) show(part, part.dataset.for.split(" ").includes(state));
    document.title = document.title.replace(before, heading.innerText);
  };

  // Also once it was accepted or refused: a bounce may come back, and the mailbox may be proved in another tab.
  keepLooking(async () => {
    const answer = await fetch(status.dataset.poll, { headers: { Accept: "application/json" } });
    if (answer.status === 404) return true;
    if (!answer.ok) return false;
    const { mail, verified } = await answer.json();
    // The page says more about that than a line: whether the keys are open in this browser, and the way to them.
    if (verified) location.replace(location.pathname);
    else tell(mail);
    return verified;
  }, 15 * MINUTE_MS);
})();
