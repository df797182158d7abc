/* <form data-autosave="/address" data-saved="Saved {time}" data-unsaved="Not saved yet…">
   sends a draft a moment after the typing rests, and says when it was kept. */
(() => {
  "use strict";
  const REST = 1500;
  const RETRY = 10000;
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
  const waiting = new WeakMap();

  function plan(form, delay) {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), delay));
  }

  function show(form, text) {
    const place = form.querySelector("[data-autosave-status]");
    if (place) place.textContent = text;
  }

  async function save(form, leaving = false) {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    if (!form.isConnected) return;
    const data = new FormData(form);
    [...data].forEach(([name, value]) => value instanceof File && data.delete(name));
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new URLSearchParams(data), keepalive: leaving,
        headers: { "X-CSRFToken": token(), "X-Requested-With": "autosave" },
      });
      if (!answer.ok) throw new Error(answer.status);
      const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date());
      show(form, form.dataset.saved.replace("{time}", time));
      if (!waiting.has(form)) form.dispatchEvent(new CustomEvent("pbapp:saved", { bubbles: true }));
    } catch {
      show(form, form.dataset.unsaved);
      if (!waiting.has(form)) plan(form, RETRY);
    }
  }

  ["input", "change"].forEach((type) => document.addEventListener(type, (event) => {
    const form = event.target.closest?.("form[data-autosave]");
    if (form) plan(form, REST);
  }));
  document.addEventListener("submit", (event) => {
    clearTimeout(waiting.get(event.target));
    waiting.delete(event.target);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    document.querySelectorAll("form[data-autosave]").forEach((form) => waiting.has(form) && save(form, true));
  });
})();
