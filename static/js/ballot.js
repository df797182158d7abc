/* The live bars of the ballot form: ticks, points or an order. The server decides; this tells early.
   <form data-ballot data-kind="ticks|one|points|ranks"> holds one [data-ballot-pot] a pot of money,
   and each of those its [data-ballot-item]s; see templates/components/ballot.html. */
(() => {
  "use strict";
  const whole = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });
  const money = (pence) => (pence % 100 ? exact : whole).format(pence / 100);
  const quiet = (text) => {
    const span = document.createElement("span");
    span.className = "visually-hidden";
    span.textContent = text;
    return span;
  };

  function project(form, el) {
    const input = el.querySelector("[data-ballot-input]");
    const ticks = input.type === "checkbox" || input.type === "radio";
    return {
      el, input, ticks,
      title: el.dataset.title,
      cost: Number(el.dataset.cost),
      why: el.querySelector("[data-ballot-why]"),
      get isOdd() { return !ticks && !/^\s*\d{0,4}\s*$/.test(input.value); },
      get value() { return ticks ? Number(input.checked) : this.isOdd ? 0 : Number(input.value); },
      set value(n) {
        if (ticks) input.checked = Boolean(n);
        else input.value = n || "";
      },
    };
  }

  function startPot(form, pot) {
    const kind = form.dataset.kind;
    const find = (name) => pot.querySelector(`[data-ballot-${name}]`);
    const items = [...pot.querySelectorAll("[data-ballot-item]")].map((el) => project(form, el));
    if (!items.length) return;
    const number = (name) => Number(pot.dataset[name] || 0);
    const [budget, most, each, cap] = ["budget", "max", "each", "cap"].map(number);
    const words = (name, values) =>
      (form.dataset[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
    const owner = (el) => items.find((item) => item.el.contains(el));
    let rest;

    function totals() {
      const chosen = items.filter((item) => item.value > 0);
      if (kind === "ranks") chosen.sort((a, b) => a.value - b.value);
      const spent = chosen.reduce((sum, item) => sum + item.cost, 0);
      const given = chosen.reduce((sum, item) => sum + item.value, 0);
      return { chosen, n: chosen.length, spent, given };
    }

    function reason(item, { n, spent, given }) {
      if (kind === "points") {
        if (item.isOdd) return words("sayOdd", {});
        if (item.value > cap) return words("sayCap", { cap });
        return "";
      }
      if (kind === "one" || item.value) return "";
      if (most && n >= most) return words("sayFull", { max: most });
      if (budget && item.cost > budget - spent) {
        return words("sayDear", { cost: money(item.cost), left: money(Math.max(budget - spent, 0)) });
      }
      return "";
    }

    function text({ n, spent, given }) {
      if (kind === "points") {
        const values = { n: given, each, left: Math.abs(each - given) };
        const name = !each ? "sayFree" : !given ? "sayNone" : given > each ? "sayOver" : "saySome";
        return words(name, values);
      }
      const left = budget - spent;
      const values = { n, cost: money(spent), left: money(Math.abs(left)), max: most };
      if (n === 0) return words("sayNone", values);
      if (budget && left < 0) return words("sayOver", values);
      if (kind === "ticks" && !budget && most) return words("sayOf", values);
      return words(n === 1 && kind !== "ranks" ? "sayOne" : "saySome", values);
    }

    function explain(item, why, all) {
      item.why.textContent = why;
      item.why.hidden = !why;
      if (item.ticks && why) item.input.setAttribute("aria-disabled", "true");
      else item.input.removeAttribute("aria-disabled");
      item.el.classList.toggle("pb_choice--out", Boolean(why));
      item.el.classList.toggle("pb_choice--in", item.value > 0);
      if (kind === "points") steps(item, all);
      if (kind === "ranks") places(item, why, all);
    }

    function steps(item, { given }) {
      item.el.querySelectorAll("[data-ballot-step]").forEach((button) => {
        const up = button.dataset.ballotStep === "1";
        const stuck = up ? item.value >= cap || (each > 0 && given >= each) : item.value <= 0;
        if (stuck) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      });
    }

    function places(item, why, { n }) {
      const place = item.value;
      item.el.querySelector("[data-ballot-place]").textContent = place ? words("sayPlace", { place }) : "";
      item.el.querySelector("[data-ballot-next]").textContent = words("sayNext", { place: n + 1 });
      const shown = { in: !place && !why, up: place > 1, down: place > 0 && place < n, out: place > 0 };
      item.el.querySelectorAll("[data-ballot-move]").forEach((button) => {
        const keep = shown[button.dataset.ballotMove];
        const lost = !keep && button === document.activeElement;
        button.hidden = !keep;
        if (lost) item.el.querySelector("[data-ballot-move]:not([hidden])")?.focus();
      });
    }

    /* Close the gaps of an order: 1, 3, 4 are 1, 2, 3. */
    function close() {
      totals().chosen.forEach((item, place) => (item.value = place + 1));
    }

    function move(item, how) {
      const { chosen, n } = totals();
      const place = chosen.indexOf(item);
      if (how === "in" && n < most) item.value = n + 1;
      if (how === "out") item.value = 0;
      const other = chosen[place + (how === "up" ? -1 : 1)];
      if ((how === "up" || how === "down") && place >= 0 && other) {
        [item.value, other.value] = [other.value, item.value];
      }
      close();
      show();
      const said = item.value ? "sayItem" : "sayGone";
      say(`${words(said, { title: item.title, value: item.value })}. ${text(totals())}`);
    }

    function step(item, by) {
      const { given } = totals();
      const left = each ? each - given : cap;
      const next = Math.max(0, item.value + by);
      if (by > 0 && item.value >= cap) return say(words("sayCap", { cap }));
      if (by > 0 && left < by) return say(words("sayDear", {}));
      item.value = next;
      show();
      say(`${words("sayItem", { title: item.title, value: item.value })}. ${text(totals())}`);
    }

    function button(label, title, act) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "ds_button pb_button--quiet";
      made.textContent = label;
      made.append(quiet(` ${title}`));
      made.addEventListener("click", act);
      return made;
    }

    function line(item, at, chosen) {
      const li = document.createElement("li");
      const name = document.createElement("span");
      const value = { points: `: ${item.value}`, ranks: "" }[kind] ?? `, ${money(item.cost)}`;
      name.textContent = `${kind === "ranks" ? `${at + 1}. ` : ""}${item.title}${value}`;
      const acts = document.createElement("span");
      acts.className = "pb_tray__move";
      if (kind === "ranks" && at > 0) acts.append(button(words("sayUp", {}), item.title, () => again(item, at - 1, "up")));
      if (kind === "ranks" && at < chosen.length - 1) {
        acts.append(button(words("sayDown", {}), item.title, () => again(item, at + 1, "down")));
      }
      acts.append(button(words("sayOut", {}), item.title, () => again(item, 0, "out")));
      li.append(name, acts);
      return li;
    }

    /* Do it and keep the focus in the tray, on the same button where it is still there. */
    function again(item, at, how) {
      if (kind === "ranks") move(item, how);
      else {
        item.value = 0;
        item.input.dispatchEvent(new Event("change", { bubbles: true }));
      }
      const row = find("tray").children[at];
      const label = { up: words("sayUp", {}), down: words("sayDown", {}) }[how];
      const there = row ? [...row.querySelectorAll("button")] : [];
      (there.find((b) => label && b.textContent.startsWith(label)) || there[0] || find("tray").querySelector("button")
        || item.el.querySelector("button:not([hidden]), input"))?.focus();
    }

    function say(said) {
      clearTimeout(rest);
      rest = setTimeout(() => {
        if (find("live")) find("live").textContent = said;
      }, 700);
    }

    function show() {
      const all = totals();
      if (find("text")) find("text").textContent = text(all);
      if (find("count")) find("count").textContent = all.n;
      const fill = find("fill");
      const [used, full] = kind === "points" ? [all.given, each] : [all.spent, budget];
      if (fill && full) {
        fill.setAttribute("width", `${Math.min(100, (100 * used) / full).toFixed(1)}%`);
        fill.classList.toggle("pb_bar__fill--over", used > full);
      }
      items.forEach((item) => explain(item, reason(item, all), all));
      find("tray")?.replaceChildren(...all.chosen.map(line));
    }

    pot.addEventListener("click", (event) => {
      const by = event.target.closest("[data-ballot-step]");
      const how = event.target.closest("[data-ballot-move]");
      const item = owner(event.target);
      if (by && item) return step(item, Number(by.dataset.ballotStep));
      if (how && item) return move(item, how.dataset.ballotMove);
      const box = items.find((each) => each.input === event.target);
      if (!box || !box.ticks || box.input.getAttribute("aria-disabled") !== "true" || !box.input.checked) return;
      event.preventDefault();
      say(`${box.title}: ${box.why.textContent}`);
    });
    pot.addEventListener("keydown", (event) => {
      const item = items.find((each) => each.input === event.target);
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (kind !== "points" || !item || !by) return;
      event.preventDefault();
      step(item, by);
    });
    const changed = (event) => {
      if (!items.some((item) => item.input === event.target)) return;
      show();
      say(text(totals()));
    };
    pot.addEventListener("change", changed);
    pot.addEventListener("input", (event) => kind === "points" && changed(event));
    if (kind === "ranks") {
      pot.querySelectorAll("[data-ballot-plain]").forEach((part) => (part.hidden = true));
      pot.querySelectorAll(".pb_choice__head label").forEach((label) => label.removeAttribute("for"));
    }
    pot.querySelectorAll("[data-ballot-js], [data-ballot-step]").forEach((part) => (part.hidden = false));
    pot.addEventListener("ballot:again", show);
    show();
  }

  /* What is marked, as one text: to see whether anything changed. */
  const marked = (form) =>
    [...new FormData(form)].filter(([name, value]) => value && /^(choice|points-|rank-)/.test(name)).join("|");

  function start(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "yes";
    form.querySelectorAll("[data-ballot-pot]").forEach((pot) => startPot(form, pot));
    const before = marked(form);
    const states = [...document.querySelectorAll("[data-state]")];
    const tell = () => {
      const isNew = marked(form) !== before;
      form.toggleAttribute("data-unsent", isNew || Boolean(before && !document.querySelector('[data-state="sent"]')));
      if (states.length > 1) states.forEach((state) => (state.hidden = (state.dataset.state === "changed") !== isNew));
    };
    ["change", "input", "click"].forEach((name) => form.addEventListener(name, tell));
    tell();
  }

  /* Leaving with choices that are not sent: ask, unless the way leads on in the vote. */
  let isOnTheWay = false;
  document.addEventListener("submit", () => (isOnTheWay = true));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && /\/vote(\/|$)/.test(new URL(link.href).pathname)) isOnTheWay = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isOnTheWay && document.querySelector("[data-unsent]")) event.preventDefault();
  });

  const all = () => document.querySelectorAll("form[data-ballot]").forEach(start);
  document.addEventListener("htmx:after:settle", all);
  /* Coming back, a browser marks again what was marked, after the scripts have run. */
  window.addEventListener("pageshow", () => {
    isOnTheWay = false;
    document.querySelectorAll("[data-ballot-pot]").forEach((pot) => pot.dispatchEvent(new Event("ballot:again")));
  });
  all();
})();
