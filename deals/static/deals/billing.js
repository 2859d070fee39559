// The pages of billing: who opens an act can confirm it with Enter; changes that aren't saved come before every act.
"use strict";
(() => {
  document.addEventListener(
    "toggle",
    (event) => {
      const act = event.target;
      if (!act.matches?.("details.bl-act") || !act.open) return;
      const wanted = act.querySelector("input:not([type=hidden]):not([value])[required], textarea[required]");
      const empty = wanted && !wanted.value ? wanted : null;
      (empty || act.querySelector("[data-confirm]") || act.querySelector("button[type=submit]"))?.focus();
    },
    true,
  );

  // A draft with changes that aren't saved must not be issued as it was before them.
  const dirty = (form) => {
    const page = form.closest("#content-main");
    page?.querySelectorAll("[data-dirty]").forEach((part) => { part.hidden = false; });
    page?.querySelectorAll("[data-clean], .bl-act").forEach((part) => { part.hidden = true; });
  };
  const heard = (event) => {
    const form = event.target.closest?.("#draft-form");
    if (form && event.target.name) dirty(form);
  };
  document.addEventListener("input", heard);
  document.addEventListener("change", heard);

  // Who types a quantity wants to credit by line.
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("[data-credit]")) return;
    const byLine = event.target.form.querySelector('input[name="what"][value="lines"]');
    if (byLine) byLine.checked = true;
  });
})();
