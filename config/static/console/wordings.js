// The preview follows the typing, and a placeholder goes in by a click. Without it: the Preview button, and copying.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("wording");
  const now = document.getElementById("preview-now");
  let timer;
  let field = document.getElementById("body");

  const show = () => form.requestSubmit(now);
  const showSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, 500);
  };
  form.addEventListener("input", (event) => event.target.id === "reason" || showSoon());
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("#subject, #body")) field = event.target;
  });

  for (const code of document.querySelectorAll("code.insert")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = code.textContent;
    button.title = "Put it where the cursor is";
    button.addEventListener("click", () => {
      field.setRangeText(code.textContent, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      showSoon();
    });
    code.replaceWith(button);
  }
  // Not before the frame has what it begins with: that could come last, and stand there for what was typed.
  window.addEventListener("load", show);
});
