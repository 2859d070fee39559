// One primary of each kind: ticking one releases the others.
"use strict";
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !box.name.endsWith("-is_primary") || !box.checked) return;
  box.closest(".formset")?.querySelectorAll("input[name$='-is_primary']").forEach((other) => {
    if (other !== box) other.checked = false;
  });
});
