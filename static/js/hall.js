/* The desk in a hall (templates/ballots/paper/hall.html): notes who got a paper, and sends each note
   until the answer comes back. Notes are kept on this device and nowhere else; one is deleted when
   the service has answered for it. The key of a note makes sending it twice harmless. */
(() => {
  "use strict";
  const root = document.querySelector("[data-hall]");
  if (!root) return;
  const say = root.dataset;
  const form = root.querySelector("#hall");
  const place = (name) => root.querySelector(`[data-hall-${name}]`);
  const FIELDS = ["venue", "name", "postcode", "connection", "age_band"];
  const PATIENCE = 8000;
  const AGAIN = 15000;
  class NoLine extends Error {}
  class SignIn extends Error {}
  let token = "";
  let isSending = false;
  let isWanted = false;
  let mending = null;

  // --- what is kept ---

  const read = () => JSON.parse(localStorage.getItem(say.store) || "[]");
  const keep = (notes) => {
    if (notes.length) localStorage.setItem(say.store, JSON.stringify(notes));
    else localStorage.removeItem(say.store);
    show();
  };
  const change = (key, values) =>
    keep(read().map((note) => (note.key === key ? { ...note, ...values } : note)));
  const drop = (key) => keep(read().filter((note) => note.key !== key));
  const newKey = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const plain = (note) =>
    [note.name.toLowerCase().split(/\s+/).join(" ").trim(), note.postcode.replace(/\s/g, "").toUpperCase(), note.age_band].join("|");

  // --- what is shown ---

  function line(name) {
    place("line").textContent = say[`say${name}`];
    place("sign-in").hidden = name !== "SignIn";
  }

  function show() {
    const notes = read();
    const waiting = notes.filter((note) => !note.why).length;
    place("waiting").textContent = waiting ? say.sayWaiting.replace("{n}", waiting) : say.sayNone;
    place("finish").hidden = notes.length > 0;
    const stuck = notes.filter((note) => note.why);
    place("conflicts").hidden = stuck.length === 0;
    place("list").replaceChildren(...stuck.map(conflict));
  }

  function conflict(note) {
    const item = root.querySelector("template[data-conflict]").content.cloneNode(true).firstElementChild;
    item.dataset.key = note.key;
    item.querySelector("[data-who]").textContent = `${note.key.slice(0, 4).toUpperCase()}: ${note.name}, ${note.postcode}`;
    item.querySelector("[data-why]").textContent = note.why;
    return item;
  }

  function answer(name, ward) {
    const shown = root.querySelector(`template[data-answer="${name}"]`).content.cloneNode(true);
    place("answer").replaceChildren(shown);
    if (ward) place("answer").prepend(Object.assign(document.createElement("p"), { textContent: say.sayWard.replace("{ward}", ward) }));
    place("answer").focus();
  }

  function tell(text) {
    place("answer").replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
  }

  // --- to the service ---

  async function reach(address, options) {
    let got;
    try {
      got = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      throw new NoLine();
    }
    if (got.redirected || got.status === 401) throw new SignIn();
    return got;
  }

  async function post(address, values, isSecond = false) {
    if (!token) token = (await (await reach(say.token)).json()).token;
    const got = await reach(address, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams(values),
    });
    if (got.status === 400 && !isSecond) {
      token = ""; // it belonged to an earlier sign-in
      return post(address, values, true);
    }
    if (got.status !== 200 && got.status !== 422) throw new Error(String(got.status));
    return { taken: got.status === 200, ...(await got.json()) };
  }

  function stopped(error) {
    if (error instanceof NoLine) line("Offline");
    else if (error instanceof SignIn) line("SignIn");
    else line("Trouble");
    token = "";
  }

  async function send() {
    isWanted = true;
    if (isSending) return;
    isSending = true;
    try {
      isWanted = false;
      if (!read().some((note) => !note.why)) await reach(say.token);
      for (const note of read().filter((one) => !one.why)) {
        const { key, venue, name, postcode, connection, age_band } = note;
        const got = await post(say.send, { key, venue, name, postcode, connection, age_band });
        if (got.taken && got.outcome !== "conflict") drop(key);
        else change(key, { why: got.taken ? got.why : got.errors.join(" ") });
      }
      line("Online");
    } catch (error) {
      isWanted = false;
      stopped(error);
    }
    isSending = false;
    show();
    if (isWanted) await send();
  }

  // --- at the desk ---

  const typed = () => Object.fromEntries(FIELDS.map((name) => [name, (new FormData(form).get(name) || "").trim()]));

  function clear() {
    const venue = form.elements.venue.value;
    form.reset();
    form.elements.venue.value = venue;
    mending = null;
  }

  async function check(event) {
    event.preventDefault();
    const asked = typed();
    const missing = FIELDS.find((name) => !asked[name]);
    if (missing) {
      tell(say.sayMissing);
      form.querySelector(`[name="${missing}"]`).focus();
      return;
    }
    if (read().some((note) => note.key !== mending && plain(note) === plain(asked))) return tell(say.saySame);
    if (mending) return give(asked);
    try {
      const got = await post(say.check, asked);
      line("Online");
      if (got.taken) answer(got.state, got.ward);
      else tell(got.errors.join(" "));
    } catch (error) {
      stopped(error);
      answer("unknown");
    }
  }

  async function give(asked = typed()) {
    const key = mending || newKey();
    keep([...read().filter((note) => note.key !== key), { key, ...asked }]);
    clear();
    await send();
    const left = read().find((note) => note.key === key);
    tell(left?.why || (left ? say.sayGiven : say.sayMarked));
    form.elements.name.focus();
  }

  function mend(key) {
    const note = read().find((one) => one.key === key);
    if (!note) return;
    FIELDS.forEach((name) => { form.elements[name].value = note[name]; });
    mending = key;
    form.elements.name.focus();
  }

  async function finish() {
    const registered = await navigator.serviceWorker?.getRegistration(location.pathname);
    await registered?.unregister();
    for (const name of await caches.keys()) if (name.startsWith("offline ") && name.includes("/hall/")) await caches.delete(name);
    location.assign("/desk");
  }

  form.addEventListener("submit", check);
  form.addEventListener("input", () => place("answer").replaceChildren());
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const key = button?.closest("[data-key]")?.dataset.key;
    if (button?.dataset.do === "give") give();
    if (button?.dataset.do === "mend") mend(key);
    if (button?.dataset.do === "clear") drop(key);
    if (button?.dataset.do === "finish") finish();
  });
  addEventListener("online", send);
  addEventListener("offline", () => line("Offline"));
  addEventListener("storage", show);
  setInterval(send, AGAIN);
  root.hidden = false;
  show();
  send();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(say.worker);
  navigator.storage?.persist?.();
})();
