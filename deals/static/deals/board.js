// The board: cards move by dragging or by the stage menu (m); the server answers with the board as it is now.
(() => {
  let origin = null; // where a dragged card came from, to put it back
  let menuCard = null;

  const board = () => document.getElementById("board");
  const cardOf = (element) => element?.closest?.(".dl-card");
  const find = (deal) => board().querySelector(`.dl-card[data-deal="${deal}"]`);
  const link = (card) => card?.querySelector(".dl-card-name");

  function putBack(card) {
    if (origin && origin.card === card) origin.list.insertBefore(card, origin.next);
    origin = null;
  }

  async function send(card, verb, fields, { focus } = {}) {
    const here = board();
    const body = new URLSearchParams({ ...fields, pipeline: here.dataset.pipeline, whose: here.dataset.whose });
    const headers = { "X-CSRFToken": here.querySelector("[name=csrfmiddlewaretoken]").value, "X-Tandem-Board": "1" };
    here.setAttribute("aria-busy", "true");
    try {
      const address = new URL(`../${card.dataset.deal}/${verb}/`, location.href);
      const answer = await fetch(address, { method: "POST", body, headers, redirect: "error" });
      if (![200, 409].includes(answer.status)) throw new Error(String(answer.status));
      show(await answer.text(), card.dataset.deal, focus);
    } catch {
      putBack(card);
      here.removeAttribute("aria-busy");
      tandemToasts.say(here.dataset.offline);
    }
  }

  function show(html, deal, focus) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const fresh = parsed.getElementById("board");
    const scroll = board().querySelector(".dl-board").scrollLeft;
    const toast = fresh.querySelector("template[data-new-toast]");
    board().replaceWith(fresh);
    fresh.querySelector(".dl-board").scrollLeft = scroll;
    document.getElementById("board-heading").textContent = fresh.dataset.heading;
    origin = null;
    if (toast) tandemToasts.show(toast.content.firstElementChild);
    const card = find(deal);
    card?.classList.add("dl-card-moved");
    if (focus) (link(card) || fresh.querySelector(".dl-board")).focus();
  }

  function askWhyLost(card, options) {
    const dialog = document.getElementById("lost-dialog");
    const form = dialog.querySelector("form");
    form.reset();
    dialog.querySelector("[data-name]").textContent = link(card).textContent;
    dialog.returnValue = "cancel";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "lose") send(card, "lose", { reason: form.reason.value, note: form.note.value }, options);
      else { putBack(card); link(card).focus(); }
    }, { once: true });
    dialog.showModal();
  }

  function act(card, { stage, verb }, options) {
    if (verb === "lose") askWhyLost(card, options);
    else if (verb === "win") send(card, "win", {}, options);
    else if (stage !== card.dataset.seen) send(card, "move", { stage, seen_stage: card.dataset.seen }, options);
  }

  window.tandemBoard = {
    // Cards stand in order of urgency: only the column can be chosen. A finger first rests on a card, then drags it.
    config: { sort: false, delay: 180, delayOnTouchOnly: true, ghostClass: "dl-card-ghost", filter: "button, form", preventOnFilter: false },
    dropped(deal, list) {
      const card = find(deal);
      if (card && origin && origin.list !== list) act(card, list.dataset, {});
    },
  };

  document.addEventListener("start", (event) => {
    const card = cardOf(event.item);
    if (card) origin = { card, list: card.parentElement, next: card.nextElementSibling };
  }, true);

  // --- The stage menu ---------------------------------------------------------------------------------------------

  const menu = () => document.getElementById("stage-menu");
  const entries = () => [...menu().querySelectorAll("[role=menuitem]:not([hidden])")];

  function openMenu(card, anchor) {
    if (!menu()) return;
    menuCard = card;
    menu().querySelectorAll("[data-stage]").forEach((entry) => { entry.hidden = entry.dataset.stage === card.dataset.seen; });
    menu().hidden = false;
    const place = anchor.getBoundingClientRect();
    const width = menu().offsetWidth, height = menu().offsetHeight;
    menu().style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
    menu().style.top = `${Math.max(8, Math.min(place.bottom + 4, innerHeight - height - 8))}px`;
    // The stage after the present one is offered first: m and Enter take the deal a step on.
    const stages = [...menu().querySelectorAll("[data-stage]")];
    const present = stages.findIndex((entry) => entry.hidden);
    (stages[present + 1] || entries()[0])?.focus();
  }

  function closeMenu({ refocus = true } = {}) {
    if (!menu() || menu().hidden) return;
    menu().hidden = true;
    if (refocus) link(menuCard)?.focus();
    menuCard = null;
  }

  function choose(entry) {
    const card = menuCard;
    closeMenu({ refocus: false });
    act(card, entry.dataset, { focus: true });
  }

  function step(list, current, by) {
    list[(list.indexOf(current) + by + list.length) % list.length]?.focus();
  }

  function inMenu(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) step(entries(), document.activeElement, steps[event.key]);
    else if (event.key === "Home") entries()[0].focus();
    else if (event.key === "End") entries().at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onCard(event, card) {
    if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) openMenu(card, card);
    else if (event.key === "ArrowDown") link(card.nextElementSibling)?.focus();
    else if (event.key === "ArrowUp") link(card.previousElementSibling)?.focus();
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") beside(card, event.key === "ArrowRight" ? 1 : -1)?.focus();
    else return;
    event.preventDefault();
  }

  function beside(card, by) {
    const lists = [...board().querySelectorAll(".dl-cards")].filter((list) => list.children.length);
    const index = [...card.parentElement.children].indexOf(card);
    const list = lists[lists.indexOf(card.parentElement) + by];
    return list && link(list.children[Math.min(index, list.children.length - 1)]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("#stage-menu")) inMenu(event);
    else if (cardOf(event.target) && event.target.matches("a, button")) onCard(event, cardOf(event.target));
  });

  document.addEventListener("click", (event) => {
    const entry = event.target.closest("#stage-menu [role=menuitem]");
    const button = event.target.closest("[data-menu]");
    if (entry) choose(entry);
    else if (button) openMenu(cardOf(button), button);
    else closeMenu({ refocus: false });
  });

  // --- Undo from the toast ----------------------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-undo]");
    if (!form || !board()) return;
    event.preventDefault();
    const deal = form.action.match(/\/(\d+)\/undo\//)[1];
    const stand_in = document.createElement("li");
    stand_in.dataset.deal = deal;
    document.getElementById("toasts").replaceChildren();
    send(stand_in, "undo", { change: form.elements.change.value }, { focus: true });
  });
})();
