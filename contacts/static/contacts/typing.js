// Suggestions under a text box: what is chosen exists, what is typed on is new (in a box that takes what is new). Works
// for boxes that are added later.
"use strict";
(() => {
  const WAIT = 180;
  let counter = 0;

  const equip = (box) => {
    if (box.dataset.equipped) return;
    box.dataset.equipped = "1";
    const input = box.querySelector("input:not([type=hidden])");
    const chosen = box.querySelector("input[type=hidden]");
    const list = document.createElement("ul");
    list.className = "td-typed-list";
    list.id = `typed-${++counter}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.label || box.dataset.new);
    list.hidden = true;
    box.append(list);
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id }).forEach(
      ([name, value]) => input.setAttribute(name, value),
    );
    let timer, asked = 0, current = -1;

    const close = () => {
      list.hidden = true;
      current = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (item) => {
      input.value = item.dataset.text;
      chosen.value = item.dataset.id;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    };
    const mark = (place) => {
      const items = [...list.children];
      current = (place + items.length) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === current)));
      input.setAttribute("aria-activedescendant", items[current].id);
      items[current].scrollIntoView({ block: "nearest" });
    };
    const line = (id, text, hint, place) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.id = id;
      item.dataset.text = text;
      const title = document.createElement("span");
      title.textContent = text;
      item.append(title);
      if (hint) {
        const small = document.createElement("small");
        small.textContent = hint;
        item.append(small);
      }
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(item);
      });
      return item;
    };
    const show = (results, text) => {
      const known = results.some((found) => found.text.toLowerCase() === text.toLowerCase());
      const lines = results.map((found, place) => line(found.id, found.text, found.hint, place));
      if (!known && box.dataset.new) lines.push(line("", text, box.dataset.new, lines.length));
      list.replaceChildren(...lines);
      if (!lines.length) return close();
      list.hidden = false;
      current = -1;
      input.setAttribute("aria-expanded", "true");
    };
    const ask = async () => {
      const text = input.value.trim();
      if (!text) return close();
      const mine = ++asked;
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { credentials: "same-origin" });
      if (!answer.ok || mine !== asked || document.activeElement !== input) return;
      show((await answer.json()).results, text);
    };

    input.addEventListener("input", () => {
      chosen.value = "";
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(current + 1);
      else if (event.key === "ArrowUp") mark(current - 1);
      else if (event.key === "Enter" && current >= 0) choose(list.children[current]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  };

  const equipAll = () => document.querySelectorAll("[data-typed]").forEach(equip);
  document.addEventListener("DOMContentLoaded", () => {
    equipAll();
    new MutationObserver(equipAll).observe(document.body, { childList: true, subtree: true });
  });
})();
