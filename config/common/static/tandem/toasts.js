// Messages that stand for ten seconds, with a button to take the step back. They stay while pointed at or focused.
"use strict";
(() => {
  const SECONDS = 10;

  function start(toast) {
    if (toast.dataset.started) return;
    toast.dataset.started = "yes";
    let timer;
    const leave = () => toast.remove();
    const run = () => { clearTimeout(timer); timer = setTimeout(leave, SECONDS * 1000); };
    const hold = () => clearTimeout(timer);
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("mouseleave", run);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("focusout", run);
    toast.querySelector("[data-close]")?.addEventListener("click", leave);
    run();
  }

  const startAll = () => document.querySelectorAll("#toasts [data-toast]").forEach(start);

  window.tandemToasts = {
    show(toast) {
      const region = document.getElementById("toasts");
      if (!region || !toast) return;
      region.replaceChildren(toast);
      start(toast);
    },
    say(sentence) {
      const toast = document.createElement("div");
      toast.className = "td-toast td-toast-refusal";
      const text = document.createElement("p");
      text.textContent = sentence;
      toast.append(text);
      this.show(toast);
    },
  };

  document.addEventListener("DOMContentLoaded", startAll);
  // Part of a page that came in place of another may bring news with it.
  document.addEventListener("htmx:afterSettle", startAll);
})();
