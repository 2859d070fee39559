// The page of a deal. The table of lines: rows come and go, a new line starts with its product's price, totals follow while one types.
(() => {
  function field(row, name) {
    return row.querySelector(`[name$="-${name}"]`);
  }

  function totals(form) {
    const digits = Number(form.dataset.digits);
    const money = new Intl.NumberFormat(document.documentElement.lang || "en", {
      style: "currency", currency: form.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    let sum = 0, lines = 0;
    form.querySelectorAll(".dl-lines [data-line]").forEach((row) => {
      const removed = field(row, "DELETE").checked;
      const price = field(row, "unit_price").value, chosen = field(row, "product").value;
      const total = Number(field(row, "quantity").value) * Number(price) * (100 - Number(field(row, "discount").value || 0)) / 100;
      const counts = chosen && price !== "" && !removed && Number.isFinite(total);
      row.querySelector("[data-total]").textContent = counts ? money.format(total) : "–";
      if (counts) { sum += Number(total.toFixed(digits)); lines += 1; }
    });
    if (lines) form.querySelector("[data-sum]").textContent = money.format(sum);
  }

  function offerPrice(form, row) {
    const option = field(row, "product").selectedOptions[0];
    const fits = option?.dataset.currency === form.dataset.currency;
    field(row, "unit_price").value = fits ? option.dataset.price : "";
  }

  function addRow(form) {
    const rows = form.querySelector(".dl-lines"), total = form.querySelector('[name$="-TOTAL_FORMS"]');
    const html = form.querySelector("template[data-empty]").innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    rows.insertAdjacentHTML("beforeend", html);
    field(rows.lastElementChild, "product").focus();
  }

  // Heard at the document, so that a table that has only just come works from its first moment.
  function listen(kind, act) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest("[data-lines]");
      if (form) act(form, event.target);
    });
  }

  listen("input", totals);
  listen("change", (form, target) => {
    const row = target.closest("[data-line]");
    if (row && target === field(row, "product")) offerPrice(form, row);
    totals(form);
  });
  listen("click", (form, target) => {
    if (target.closest("[data-add]")) addRow(form);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const form = document.querySelector("[data-lines]:not([data-ready])");
    if (form) {
      form.dataset.ready = "yes";
      totals(form);
      [...form.querySelectorAll("select")].at(-1).focus();
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-lines]").forEach((form) => {
      form.dataset.ready = "yes";
      totals(form);
    });
  });
})();
