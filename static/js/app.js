/* Small helps on every page. Each page works without them. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";

  /* htmx: our token on what it sends; a whole error page takes the place of the content */
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:response:error", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.response.status === 422 || ctx.hx.retarget) return;
    Object.assign(ctx.hx, { retarget: "#main-content", reselect: "#main-content", reswap: "outerHTML" });
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) tell(document.body.dataset.offline);
  });
  document.addEventListener("htmx:after:settle", (event) => {
    const target = event.target.closest?.("main, form, section, div") || document.body;
    greet(target);
    const summary = target.querySelector("#error-summary");
    if (summary) summary.focus();
    else if (target.id === "main-content") target.focus();
  });

  /* A polite word in the page's own message place */
  function tell(text) {
    const place = document.getElementById("flash");
    if (!place || !text) return;
    const note = document.createElement("p");
    note.className = "pb_notice pb_notice--warning";
    note.textContent = text;
    place.replaceChildren(note);
  }

  /* Errors: go to the summary, and from each link to its field with its label in view */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".ds_question") || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });

  /* Unsaved changes */
  const changed = new Set();
  const mark = (event) => {
    const form = event.target.closest?.("form[data-warn-unsaved]");
    if (form) changed.add(form);
  };
  document.addEventListener("input", mark);
  document.addEventListener("change", mark);
  document.addEventListener("submit", (event) => changed.delete(event.target));
  document.addEventListener("pbapp:saved", (event) => changed.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  /* One press of a button sends a form once; coming Back makes it ready again */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post], [data-hx-post]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  /* Copy */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => (button.textContent = label), 4000);
  });

  /* How many characters are left: seen at once, said when typing rests */
  function count(note) {
    const field = document.getElementById(note.dataset.countFor);
    if (!field || note.dataset.ready) return;
    note.dataset.ready = "yes";
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.setAttribute("aria-live", "polite");
    note.after(said);
    let rest;
    const show = () => {
      const left = Number(note.dataset.max) - field.value.replace(/\r?\n/g, "\r\n").length;
      note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
      note.classList.toggle("pb_count--over", left < 0);
      clearTimeout(rest);
      rest = setTimeout(() => (said.textContent = note.textContent), 1000);
    };
    field.addEventListener("input", show);
    if (field.value) show();
  }

  /* What a page or a swapped part needs before it is used */
  function greet(root) {
    /* What came back with errors was typed and is not kept yet */
    if (root.querySelector("#error-summary")) {
      all("form[data-warn-unsaved]", root).forEach((form) => changed.add(form));
    }
    all("[data-count-for]", root).forEach(count);
    if (navigator.clipboard) all("button[data-copy]", root).forEach((button) => (button.hidden = false));
  }

  greet(document);
  document.getElementById("error-summary")?.focus();
  /* A live region speaks of what changes, so what came with the page is put in again. */
  const flash = document.getElementById("flash");
  if (flash?.children.length) {
    const messages = [...flash.children];
    flash.replaceChildren();
    setTimeout(() => flash.replaceChildren(...messages), 150);
  }
})();
