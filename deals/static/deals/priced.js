// The lines of a draft: rows come and go, a line of a product starts with what the product says, sums follow while one types.
"use strict";
(() => {
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

  const totals = (table) => {
    const digits = Number(table.dataset.digits);
    const money = new Intl.NumberFormat(document.documentElement.lang || "en", {
      style: "currency", currency: table.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    let sum = 0;
    let lines = 0;
    table.querySelectorAll(".pl-rows [data-line]").forEach((row) => {
      const removed = field(row, "DELETE").checked;
      const price = field(row, "unit_price").value;
      const total = (Number(field(row, "quantity").value) * Number(price) * (100 - Number(field(row, "discount").value || 0))) / 100;
      const counts = price !== "" && !removed && Number.isFinite(total);
      row.querySelector("[data-total]").textContent = counts ? money.format(total) : "–";
      if (counts) {
        sum += Number(total.toFixed(digits));
        lines += 1;
      }
    });
    table.querySelector("[data-sum]").textContent = lines ? money.format(sum) : "–";
  };

  // What a line of a product starts with. What somebody typed stays.
  const begin = (table, row) => {
    const chosen = field(row, "product").selectedOptions[0]?.dataset || {};
    field(row, "description").placeholder = chosen.name || field(row, "description").getAttribute("aria-label");
    if (!chosen.name) return;
    field(row, "unit_price").value = chosen.currency === table.dataset.currency ? chosen.price : "";
    field(row, "unit").value = chosen.unit;
    field(row, "tax_category").value = chosen.tax;
    if (row.dataset.named !== undefined || !field(row, "description").value) {
      field(row, "description").value = chosen.name;
      row.dataset.named = "";
    }
  };

  const add = (table) => {
    const rows = table.querySelector(".pl-rows");
    const total = table.querySelector('[name$="-TOTAL_FORMS"]');
    rows.insertAdjacentHTML("beforeend", table.querySelector("template[data-empty]").innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    field(rows.lastElementChild, "product").focus();
  };

  // Heard at the document, so that a table that has only just come works from its first moment.
  const listen = (kind, act) =>
    document.addEventListener(kind, (event) => {
      const table = event.target.closest("[data-priced]");
      if (table) act(table, event.target, event);
    });
  listen("input", (table, target) => {
    const row = target.closest("[data-line]");
    if (row && target === field(row, "description")) delete row.dataset.named;
    totals(table);
  });
  listen("change", (table, target) => {
    const row = target.closest("[data-line]");
    if (row && target === field(row, "product")) begin(table, row);
    totals(table);
  });
  listen("click", (table, target) => {
    if (target.closest("[data-add]")) add(table);
  });
  // Enter in the last line begins the next one, instead of saving what is half typed.
  listen("keydown", (table, target, event) => {
    const last = table.querySelector(".pl-rows").lastElementChild;
    if (event.key === "Enter" && target.matches("input") && last?.contains(target)) {
      event.preventDefault();
      add(table);
    }
  });
  // Amounts are in the currency that is chosen elsewhere on the form.
  document.addEventListener("change", (event) => {
    const digits = event.target.selectedOptions?.[0]?.dataset.digits;
    const table = event.target.form?.querySelector("[data-priced]");
    if (event.target.name === "currency" && table && digits) {
      table.dataset.currency = event.target.value;
      table.dataset.digits = digits;
      totals(table);
    }
  });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-priced]").forEach(totals));
})();
