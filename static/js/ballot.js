/* The live money bar of the ballot form. The server decides; this tells early.
   <form data-ballot data-budget="10000000" data-max="5" …> holds checkboxes name="choice"
   with data-cost (pence) and data-title; see templates/components/ballot.html. */
(() => {
  "use strict";
  const whole = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });
  const money = (pence) => (pence % 100 ? exact : whole).format(pence / 100);

  function start(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "yes";
    const find = (name) => form.querySelector(`[data-ballot-${name}]`);
    const boxes = [...form.querySelectorAll('input[name="choice"]')];
    const budget = Number(form.dataset.budget || 0);
    const most = Number(form.dataset.max || 0);
    const cost = (box) => Number(box.dataset.cost);
    const words = (name, values) =>
      (form.dataset[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
    let rest;

    function why(box, spent, n) {
      if (box.checked) return "";
      if (most && n >= most) return words("sayFull", { max: most });
      if (budget && cost(box) > budget - spent) {
        return words("sayDear", { cost: money(cost(box)), left: money(Math.max(budget - spent, 0)) });
      }
      return "";
    }

    function totals() {
      const chosen = boxes.filter((box) => box.checked);
      return { chosen, n: chosen.length, spent: chosen.reduce((sum, box) => sum + cost(box), 0) };
    }

    function explain(box, reason) {
      const note = document.getElementById(`${box.id}-why`);
      if (!note) return;
      note.textContent = reason;
      note.hidden = !reason;
      if (reason) box.setAttribute("aria-disabled", "true");
      else box.removeAttribute("aria-disabled");
      box.closest(".pb_choice")?.classList.toggle("pb_choice--out", Boolean(reason));
      box.closest(".pb_choice")?.classList.toggle("pb_choice--in", box.checked);
    }

    function tray(chosen) {
      const place = find("tray");
      if (!place) return;
      place.replaceChildren(...chosen.map((box) => {
        const item = document.createElement("li");
        const text = document.createElement("span");
        text.textContent = `${box.dataset.title}, ${money(cost(box))}`;
        const out = document.createElement("button");
        out.type = "button";
        out.className = "ds_button pb_button--quiet";
        out.textContent = words("sayOut", {});
        const more = document.createElement("span");
        more.className = "visually-hidden";
        more.textContent = ` ${box.dataset.title}`;
        out.append(more);
        out.addEventListener("click", () => {
          box.checked = false;
          box.dispatchEvent(new Event("change", { bubbles: true }));
          (place.querySelector("button") || box).focus();
        });
        item.append(text, out);
        return item;
      }));
    }

    function say(text) {
      clearTimeout(rest);
      rest = setTimeout(() => {
        const place = find("live");
        if (place) place.textContent = text;
      }, 700);
    }

    function show(quiet) {
      const { chosen, n, spent } = totals();
      const left = budget - spent;
      const values = { n, cost: money(spent), left: money(Math.abs(left)), max: most };
      const name = left < 0 ? "sayOver" : n === 0 ? "sayNone" : n === 1 ? "sayOne" : "sayMany";
      const text = words(name, values);
      if (find("text")) find("text").textContent = text;
      if (find("count")) find("count").textContent = n;
      const fill = find("fill");
      if (fill && budget) {
        fill.setAttribute("width", `${Math.min(100, (100 * spent) / budget).toFixed(1)}%`);
        fill.classList.toggle("pb_bar__fill--over", left < 0);
      }
      boxes.forEach((box) => explain(box, why(box, spent, n)));
      tray(chosen);
      if (!quiet) say(text);
    }

    form.addEventListener("click", (event) => {
      const box = event.target;
      if (!boxes.includes(box) || box.getAttribute("aria-disabled") !== "true" || !box.checked) return;
      event.preventDefault();
      say(`${box.dataset.title}: ${document.getElementById(`${box.id}-why`).textContent}`);
    });
    form.addEventListener("change", (event) => boxes.includes(event.target) && show(false));
    form.querySelectorAll("[data-ballot-js]").forEach((part) => (part.hidden = false));
    show(true);
  }

  const all = () => document.querySelectorAll("form[data-ballot]").forEach(start);
  document.addEventListener("htmx:after:settle", all);
  /* Coming back, a browser ticks again what was ticked, after the scripts have run. */
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-ballot] input[name=choice]:checked")
    .forEach((box) => box.dispatchEvent(new Event("change", { bubbles: true }))));
  all();
})();
