// Activities: what opens is ready to write in; a refusal leaves what was typed; numbers of the frame follow the page.
"use strict";
(() => {
  // A log box that opens takes the first words at once.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.da-fold") && event.target.open) event.target.querySelector("textarea")?.focus();
  }, true);

  // A day that was chosen is meant; a chip that asks for a day opens the calendar for it.
  document.addEventListener("input", (event) => {
    const place = event.target.closest?.(".da-day");
    if (place && event.target.matches("[data-day]")) place.querySelector("input[type=radio]").checked = true;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(".da-day input[type=radio]")) event.target.closest(".da-day").querySelector("[data-day]").focus();
  });

  // The address of the calendar is copied with a click.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const input = button.parentElement.querySelector("[data-copy-from]");
    input.select();
    await navigator.clipboard?.writeText(input.value).catch(() => document.execCommand("copy"));
    button.lastElementChild.textContent = button.dataset.copy;
  });

  // Refused: the sentence is said, the page stays as it is.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 409) tandemToasts.say(xhr.responseText);
  });
  document.addEventListener("htmx:sendError", () => tandemToasts.say(document.querySelector("[data-day]")?.dataset.offline));

  // Lines come and go: the next one keeps the place of the one that was dealt with, and the badge its number.
  let place = -1;
  const lines = () => [...document.querySelectorAll(".da-line")];
  document.addEventListener("htmx:beforeRequest", (event) => {
    place = lines().findIndex((line) => line.contains(event.target));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const home = document.getElementById("home");
    if (!home || event.detail.target?.id !== "home") return;
    const number = [...home.querySelectorAll("[data-day] [data-count]")].reduce((sum, each) => sum + Number(each.textContent), 0);
    const badge = document.querySelector(`#nav-sidebar a[href="${location.pathname}"] > :nth-child(3)`);
    if (badge) badge.textContent = number || "";
    if (badge && !number) badge.remove();
    const line = lines()[Math.min(place, lines().length - 1)];
    (line?.querySelector("summary, button, a") || home.querySelector("h2"))?.focus();
  });
})();
