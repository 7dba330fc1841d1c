"use strict";

document.addEventListener("license-recovery:done", () => {
  document.querySelector(".said").hidden = false;
});
