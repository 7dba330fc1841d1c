/* License Recovery's button for your own site. It opens the service in a window of its own, and learns one thing: "done".

   <script src="https://recover.example.com/embed.js" data-label="Lost your key?" async></script>

   The button is put where the script stands, or into the element that data-into names. It has the class
   "license-recovery". When the customer comes back, the document gets the event "license-recovery:done". */
"use strict";

(() => {
  const script = document.currentScript;
  const service = new URL(script.src).origin;
  const page = script.dataset.back || location.origin + location.pathname;
  const DONE = "#license-recovery=done";
  const ACK_MS = 500;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("license-recovery") : null;

  const tell = () => document.dispatchEvent(new CustomEvent("license-recovery:done"));

  /* The window that came back says so to the page that opened it. Once that has heard, this window is of no use. */
  const cameBack = () => {
    history.replaceState(null, "", location.pathname + location.search);
    tell();
    if (!channel) return;
    channel.onmessage = ({ data }) => { if (data === "heard") window.close(); };
    channel.postMessage("done");
    setTimeout(() => channel.close(), ACK_MS);
  };

  const wait = () => {
    if (channel) channel.onmessage = ({ data }) => {
      if (data !== "done") return;
      channel.postMessage("heard");
      tell();
    };
  };

  /* Without a handle on the window: whatever is shown there, this page cannot look. */
  const open = () => {
    const size = "popup,noopener,width=520,height=820";
    window.open(`${service}/?back=${encodeURIComponent(page)}`, "_blank", size);
  };

  const button = () => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "license-recovery";
    made.textContent = script.dataset.label || "Lost your key?";
    made.addEventListener("click", open);
    const into = script.dataset.into && document.querySelector(script.dataset.into);
    if (into) into.append(made); else script.after(made);
  };

  if (location.hash === DONE) cameBack(); else wait();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", button); else button();
})();
