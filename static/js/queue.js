/* The officers' queue: keys, a pane beside the list, and saved replies at once. Without this file
   the list's links open pages, and "Insert" asks the server. */
(() => {
  "use strict";
  const queue = document.querySelector("[data-queue]");
  const wide = window.matchMedia("(min-width: 64em)");
  const rows = queue ? [...queue.querySelectorAll("li[data-key]")] : [];
  const link = (row) => row.querySelector(".pb_queue__what a");

  /* Saved replies: put the words after what is typed */
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-insert]");
    const field = button && document.getElementById(button.dataset.insert);
    const select = field && document.querySelector(`select[data-reply-for="${button.dataset.insert}"]`);
    const text = select?.selectedOptions[0]?.dataset.text;
    if (!field) return;
    event.preventDefault();
    if (!text) return select.focus();
    field.value = [field.value.trim(), text].filter(Boolean).join("\n\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  if (!queue) return;

  /* The pane beside the list: other kinds have pages of their own */
  const fitsPane = (row) => wide.matches && window.htmx && /^(proposal|asset)\./.test(row.dataset.key);
  async function look(row) {
    const address = new URL(link(row).href);
    address.searchParams.set("from", "queue");
    rows.forEach((one) => one.removeAttribute("data-here"));
    row.setAttribute("data-here", "");
    await window.htmx.ajax("GET", address.pathname + address.search, { target: "#desk-pane", swap: "innerHTML" });
    const here = new URL(window.location.href);
    here.searchParams.set("open", row.dataset.key);
    window.history.replaceState(window.history.state, "", here);
    document.getElementById("pane-title")?.focus();
  }
  queue.addEventListener("click", (event) => {
    const row = event.target.closest?.(".pb_queue__what a") && event.target.closest("li[data-key]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    if (!row || !plain || !fitsPane(row)) return;
    event.preventDefault();
    look(row);
  });
  const opened = rows.find((row) => row.dataset.key === queue.dataset.open);
  if (opened && fitsPane(opened)) look(opened);
  else if (opened) link(opened).focus();

  /* Tick all */
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      const boxes = rows.map((row) => row.querySelector("input[name=chosen]")).filter(Boolean);
      const tick = !boxes.every((box) => box.checked);
      boxes.forEach((box) => (box.checked = tick));
    });
  }

  /* Single keys, which can be switched off; never while somebody types */
  const keys = document.querySelector("[data-keys]");
  const use = document.querySelector("[data-use-keys]");
  keys.hidden = false;
  use.checked = window.localStorage.getItem("pbapp-keys") !== "off";
  use.addEventListener("change", () => window.localStorage.setItem("pbapp-keys", use.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!use.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const here = at < 0 ? rows.findIndex((row) => row.hasAttribute("data-here")) : at;
    if (event.key === "j") link(rows[Math.min(here + 1, rows.length - 1)]).focus();
    else if (event.key === "k") link(rows[Math.max(here - 1, 0)]).focus();
    else if (event.key === "x" && at >= 0) rows[at].querySelector("input[name=chosen]")?.click();
    else return;
    event.preventDefault();
  });
})();
