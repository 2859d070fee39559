// The house's own additions to unfold.
"use strict";
(() => {
  // A small panel under a button closes when one clicks elsewhere or presses Escape.
  const closeOthers = (inside) =>
    document.querySelectorAll("details.td-pop[open]").forEach((open) => {
      if (!inside || !open.contains(inside)) open.open = false;
    });
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeOthers(null);
  });
  // Regions that scroll need names of their own; the script that makes them gives all the same.
  const nameOf = (region) =>
    region.closest("fieldset")?.querySelector("h2, h3")?.textContent ||
    region.querySelector("input[placeholder]")?.placeholder ||
    region.querySelector("h2, th, label, summary")?.textContent ||
    region.parentElement?.querySelector("input[placeholder]")?.placeholder ||
    document.title;
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("[data-simplebar]").forEach((region, place) => {
      const name = nameOf(region).trim().replace(/\s+/g, " ").slice(0, 60);
      region.setAttribute("data-simplebar-aria-label", `${name} (${place + 1})`);
    }),
  );
  // A box that searches while one types is named by its label, also while it is empty.
  const nameBoxes = () =>
    document.querySelectorAll("select.admin-autocomplete[id]").forEach((select) => {
      const name = document.querySelector(`label[for="${select.id}"]`)?.textContent || select.getAttribute("aria-label");
      const box = select.nextElementSibling;
      if (name && box?.classList.contains("select2")) {
        box.querySelectorAll("[role=combobox], [role=textbox]").forEach((part) => {
          part.removeAttribute("aria-labelledby");
          part.setAttribute("aria-label", name.trim());
        });
      }
    });
  document.addEventListener("DOMContentLoaded", () => {
    nameBoxes();
    new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  });
  // Enter without a line to open does nothing, instead of failing.
  document.addEventListener("alpine:init", () => {
    const original = window.searchCommand;
    if (!original) return;
    window.searchCommand = () => {
      const palette = original();
      const open = palette.selectItem;
      palette.selectItem = function (...rest) {
        if (this.items?.[this.currentIndex - 1]?.querySelector("a")) open.apply(this, rest);
      };
      return palette;
    };
  });
  // On a narrow screen the present step of a path may stand outside of what is shown.
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".td-path").forEach((path) => {
      const now = path.querySelector("[aria-current]");
      if (now) path.scrollLeft = now.offsetLeft - path.offsetLeft - 12;
    }),
  );
  // What scrolls and holds nothing to focus is focused itself, so that keys can scroll it, at the width it has just now.
  const scrolled = new ResizeObserver((entries) =>
    entries.forEach(({ target: area }) => {
      const needsFocus = area.scrollWidth > area.clientWidth && !area.querySelector("a, button, input, select");
      if (needsFocus && !area.hasAttribute("tabindex")) area.dataset.scrolled = area.tabIndex = 0;
      else if (!needsFocus && area.dataset.scrolled) {
        area.removeAttribute("tabindex");
        delete area.dataset.scrolled;
      }
    }),
  );
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".td-path, .td-scroll").forEach((area) => scrolled.observe(area)),
  );
})();
