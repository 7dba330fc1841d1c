// Keyboard first: "/" goes to the search over everything, "s" to the search of a list, j and k walk the rows of a list,
// Enter opens (a focused link).
// On a narrow screen a list's filters are folded away.
"use strict";

const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

function search(id) {
  const box = document.getElementById(id);
  if (box) {
    box.focus();
    box.select();
  }
  return Boolean(box);
}

function step(by) {
  const links = [...document.querySelectorAll("#result_list tbody tr")].map((row) => row.querySelector("th a, td a")).filter(Boolean);
  if (!links.length) return false;
  const now = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = now < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(now + by, 0), links.length - 1);
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
  return true;
}

const KEYS = { "/": () => search("find"), s: () => search("searchbar"), j: () => step(1), k: () => step(-1) };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (typing(event.target) || !KEYS[event.key]) return;
  if (KEYS[event.key]()) event.preventDefault();
});

document.addEventListener("DOMContentLoaded", () => {
  const fold = document.querySelector(".fold");
  if (fold) fold.open = !matchMedia("(max-width: 1024px)").matches;
});
