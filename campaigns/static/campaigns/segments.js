// The builder without loading the page again: rows come from the server, and so does the count while one chooses.
"use strict";
(() => {
  const WAIT = 450;
  let timer;

  const equip = (form) => {
    const count = () => {
      const target = document.getElementById("preview");
      if (!target || !document.getElementById("rule")) return;
      clearTimeout(timer);
      timer = setTimeout(
        () => window.htmx.ajax("POST", form.dataset.preview, { source: form, target: "#preview", swap: "outerHTML" }),
        WAIT,
      );
    };
    const rows = (wish) =>
      window.htmx
        .ajax("POST", form.dataset.rows, { source: form, target: "#rule", swap: "outerHTML", values: wish ? { do: wish } : {} })
        .then(count);
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]");
      if (!button || button.value === "show") return;
      event.preventDefault();
      if (button.value === "preview") count();
      else rows(button.value);
    });
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-sg-page]")) {
        const wish = document.createElement("input");
        Object.assign(wish, { type: "hidden", name: "do", value: "show" });
        form.append(wish);
        form.submit();
      } else if (event.target.matches("[data-sg-again]")) rows("");
      else count();
    });
    form.addEventListener("input", (event) => {
      if (event.target.matches(".sg-value")) count();
    });
    if (form.querySelector(".sg-row .sg-operator")) count();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("segment-form");
    if (form && window.htmx) equip(form);
  });
})();
