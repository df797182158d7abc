/* The walkabout (templates/assets/walkabout/page.html): notes entries without a connection, sends them
   later one by one, and says of each what became of it. What it holds is in walkabout_store.js. */
(() => {
  "use strict";
  const root = document.querySelector("[data-walkabout]");
  if (!root) return;
  const say = root.dataset;
  const form = root.querySelector("#note");
  const place = (name) => root.querySelector(`[data-${name}]`);
  const part = (name) => root.querySelector(`template[data-${name}]`).content.cloneNode(true).firstElementChild;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const PATIENCE = 15000;
  const SENT = ["taken", "reported"];
  class NoLine extends Error {}
  class Stranger extends Error {}
  class TooMuch extends Error {}
  const store = window.walkaboutStore(say.store, () => line(say.sayFull));
  let token = "";
  let isSending = false;
  let mending = null;

  // --- what is shown ---

  const line = (text) => { place("line").textContent = text; };

  function show() {
    const entries = store.all();
    const waiting = store.waiting().length;
    place("waiting").textContent = waiting ? fill(say.sayWaiting, { n: waiting }) : say.sayNone;
    place("send-box").hidden = !waiting;
    root.querySelector('[data-do="clear"]').hidden = !entries.some((one) => SENT.includes(one.state));
    ending();
    const open = new Map([...root.querySelectorAll("[data-same] textarea")].map((area) => [area.closest("[data-key]").dataset.key, area.value]));
    place("list").replaceChildren(...entries.map(item));
    open.forEach((text, key) => {
      const area = root.querySelector(`[data-key="${key}"] textarea`);
      if (area && text) area.value = text;
    });
  }

  /* "Done" throws away what this browser keeps, so it waits for the last word to be sent. */
  function ending() {
    place("finish").hidden = Boolean(store.typing()) || store.all().some((one) => !SENT.includes(one.state));
  }

  function typing() {
    const pairs = typed();
    store.type(pairs.length ? { key: mending, pairs } : null);
    ending();
  }

  function item(entry) {
    const shown = part("item");
    const at = (name) => shown.querySelector(`[data-${name}]`);
    shown.dataset.key = entry.key;
    at("name").textContent = entry.name;
    at("state").textContent = say[`say${entry.state[0].toUpperCase()}${entry.state.slice(1)}`];
    const why = [...(entry.problems || []), ...Object.values(entry.errors || {}).flat()];
    at("why").replaceChildren(...why.map((words) => element("li", words)));
    at("buttons").hidden = SENT.includes(entry.state);
    at("like").hidden = !["alike", "late"].includes(entry.state);
    at("known").hidden = !entry.like?.length;
    if (entry.state === "late") at("anyway").textContent = at("anyway").dataset.late;
    at("same").hidden = entry.state !== "alike";
    at("likes").replaceChildren(...(entry.like || []).map(likeOf));
    at("same-of").replaceChildren(...(entry.like || []).map((one) => Object.assign(element("option", one.name), { value: one.id })));
    at("same-choice").hidden = (entry.like || []).length < 2;
    shown.querySelector("textarea").id = `same-${entry.key}`;
    at("same-label").htmlFor = `same-${entry.key}`;
    shown.querySelectorAll("button").forEach((button) => button.setAttribute("aria-description", entry.name));
    return shown;
  }

  function likeOf(one) {
    const shown = element("li", "");
    const link = Object.assign(element("a", one.name), { href: one.url });
    shown.append(link, [one.ward && `, ${one.ward}`, one.summary && `: ${one.summary}`, one.why && ` (${one.why})`].filter(Boolean).join(""));
    return shown;
  }

  const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

  function blame(where, errors, problems = []) {
    where.querySelectorAll(".ds_question__error-message").forEach((old) => old.remove());
    where.querySelectorAll("[aria-invalid]").forEach((field) => {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
      field.closest(".ds_question")?.classList.remove("ds_question--error");
    });
    const loose = [...problems];
    for (const [name, words] of Object.entries(errors)) {
      const field = where.querySelector(`[name="${name}"]`);
      const question = field?.closest(".ds_question");
      if (!question) {
        loose.push(...words);
        continue;
      }
      const shown = part("error");
      shown.id = `${name}-refused`;
      shown.querySelector("[data-words]").textContent = words.join(" ");
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", shown.id);
      question.classList.add("ds_question--error");
      (question.querySelector("fieldset > legend, .ds_label, .ds_checkbox") || question.firstElementChild).after(shown);
    }
    const box = where.querySelector("[data-problems]");
    box?.replaceChildren(...loose.map((words) => Object.assign(element("p", words), { className: "ds_question__error-message" })));
    const first = where.querySelector("[aria-invalid]");
    if (first) first.focus();
    else if (loose.length) box?.focus();
  }

  // --- noting ---

  const typed = () => [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  const valueOf = (pairs, name) => pairs.find((pair) => pair[0] === name)?.[1] || "";
  const plain = (text) => text.toLowerCase().split(/\s+/).join(" ");

  function put(pairs) {
    form.reset();
    showHere("", "");
    for (const field of form.elements) {
      if (!field.name) continue;
      const values = pairs.filter(([name]) => name === field.name).map((pair) => pair[1]);
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value) || (!values.length && field.defaultChecked);
      else field.value = values[0] || "";
    }
    showHere(valueOf(pairs, "lat"), valueOf(pairs, "lon"));
  }

  function begin(key, pairs = []) {
    mending = key;
    put(pairs);
    blame(form, {});
    place("form-heading").textContent = key ? place("form-heading").dataset.mend : place("form-heading").dataset.new;
  }

  function keep(event) {
    event.preventDefault();
    const pairs = typed();
    const name = valueOf(pairs, "name");
    if (!name) return blame(form, { name: [say.sayName] });
    const key = mending || store.newKey();
    const twin = store.all().some((one) => one.key !== key && plain(one.name) === plain(name));
    if (twin && form.dataset.warned !== name) {
      form.dataset.warned = name;
      return blame(form, { name: [fill(say.sayTwice, { name })] });
    }
    if (!store.put({ key, name, pairs, state: "held" })) return blame(form, {}, [say.sayFull]);
    store.type(null);
    begin(null);
    place("kept").textContent = fill(say.sayKept, { name });
    show();
    form.elements.name.focus();
  }

  function showHere(lat, lon, metres = "") {
    form.elements.lat.value = lat;
    form.elements.lon.value = lon;
    place("here").hidden = !lat;
    place("here-words").textContent = !lat ? "" : metres ? fill(say.sayHere, { metres }) : say.sayPlaced;
  }

  function findHere() {
    const failed = () => {
      showHere("", "");
      place("here").hidden = false;
      place("here-words").textContent = say.sayNowhere;
    };
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        showHere(coords.latitude.toFixed(5), coords.longitude.toFixed(5), Math.max(1, Math.round(coords.accuracy)));
        typing();
      },
      failed,
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 },
    );
  }

  // --- to the service ---

  async function reach(address, options) {
    let got;
    try {
      got = await fetch(address, { ...options, signal: AbortSignal.timeout?.(PATIENCE) }); // old phones lack it
    } catch {
      throw new NoLine();
    }
    if (got.status === 401) throw new Stranger();
    if (got.status === 429) throw new TooMuch();
    return got;
  }

  async function greet() {
    const got = await (await reach(say.token)).json();
    token = got.token;
    place("stranger").hidden = Boolean(got.sender);
    place("sender").textContent = got.sender ? fill(say.saySender, { email: got.sender }) : "";
    place("other").hidden = !got.proved;
    place("account").hidden = !got.sender || got.proved;
    line(say.sayOnline);
    return got.sender;
  }

  async function post(address, values, isSecond = false) {
    if (!token) await greet();
    const got = await reach(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(values) });
    if (got.status === 400 && !isSecond) {
      token = ""; // it belonged to an earlier sign-in
      return post(address, values, true);
    }
    if (got.status !== 200 && got.status !== 422) throw new Error(String(got.status));
    return { isTaken: got.status === 200, ...(await got.json()) };
  }

  function stopped(error) {
    token = "";
    if (error instanceof NoLine) line(say.sayOffline);
    else if (error instanceof TooMuch) line(say.sayWait);
    else if (error instanceof Stranger) ask();
    else line(say.sayTrouble);
  }

  function ask() {
    place("send-box").hidden = false;
    place("stranger").hidden = false;
    root.querySelector("#email").focus();
  }

  /* One by one, each kept until it is answered for: stopped anywhere, the next press goes on. */
  async function send() {
    if (isSending) return;
    isSending = true;
    const waiting = store.waiting();
    let left = 0;
    let taken = 0;
    try {
      if (!(await greet())) throw new Stranger();
      for (const [number, { key }] of waiting.entries()) {
        const entry = store.find(key);
        if (entry?.state !== "held") continue; // another window was quicker
        place("sending").textContent = fill(say.saySending, { n: number + 1, all: waiting.length });
        const more = entry.anyway ? [["anyway", "yes"]] : [];
        const got = await post(say.send, [["key", key], ...entry.pairs, ...more]);
        const isChanged = JSON.stringify(store.find(key)?.pairs) !== JSON.stringify(entry.pairs);
        const isThere = got.isTaken && got.outcome !== "alike";
        if (isThere && (isChanged || got.outcome === "late")) store.change(key, { state: "late", like: got.like });
        else if (isThere) store.taken(key, "taken");
        else if (isChanged) store.change(key, { state: "held" }); // its new words have not been sent
        else if (got.isTaken) store.change(key, { state: "alike", like: got.like });
        else store.change(key, { state: "refused", errors: got.errors, problems: got.problems });
        if (store.find(key)?.state === "taken") taken += 1;
        else left += 1;
        show();
      }
      place("sending").textContent = fill(say.sayReport, { taken, left });
      place("sending").focus();
    } catch (error) {
      place("sending").textContent = taken ? fill(say.sayReport, { taken, left: store.all().filter((one) => !SENT.includes(one.state)).length }) : "";
      stopped(error);
    }
    isSending = false;
    show();
  }

  async function sendSame(event) {
    const shown = event.target.closest("[data-key]");
    event.preventDefault();
    const text = shown.querySelector("textarea").value.trim();
    const asset = shown.querySelector("[data-same-of]").value;
    try {
      const got = await post(`${say.send}/${asset}`, { key: shown.dataset.key, text });
      if (got.isTaken) store.taken(shown.dataset.key, "reported");
      else store.change(shown.dataset.key, { problems: [...got.problems, ...Object.values(got.errors).flat()] });
      show();
    } catch (error) {
      stopped(error);
    }
  }

  async function prove(event) {
    event.preventDefault();
    const asks = event.target.id === "ask-code";
    try {
      const got = await post(asks ? say.code : say.prove, new FormData(event.target));
      if (!got.isTaken) return blame(event.target, got.errors, got.problems);
      blame(event.target, {});
      if (!asks) {
        event.target.hidden = true;
        return send();
      }
      root.querySelector("#use-code").hidden = false;
      place("code-words").textContent = fill(say.sayCode, got);
      root.querySelector("#code").focus();
    } catch (error) {
      stopped(error);
    }
  }

  /* The next person at this device must not send in this one's name. */
  async function another() {
    try {
      await post(say.forget, {});
      root.querySelectorAll("#ask-code, #use-code").forEach((one) => one.reset());
      root.querySelector("#ask-code").hidden = false;
      root.querySelector("#use-code").hidden = true;
      await greet();
      root.querySelector("#email").focus();
    } catch (error) {
      stopped(error);
    }
  }

  async function finish() {
    try {
      await post(say.forget, {});
    } catch (error) {
      return stopped(error); // it goes on by itself without a line, and the address must not
    }
    store.all().forEach((one) => store.drop(one.key));
    store.type(null);
    try {
      const registered = await navigator.serviceWorker.getRegistration(location.pathname);
      await registered?.unregister();
      await caches.delete(`offline ${location.pathname}`);
    } catch {
      // a browser that cannot keep the page has nothing to take off
    }
    location.assign(say.away);
  }

  /* Whether the page would open again here without a connection, and what is noted be there. */
  async function ready() {
    let kept;
    try {
      const { installing, waiting, active } = await navigator.serviceWorker.register(say.worker);
      await settled(active || waiting || installing);
      kept = await caches.match(location.pathname, { cacheName: `offline ${location.pathname}` });
    } catch {
      kept = null; // no such browser, or a private window
    }
    const words = kept ? say.sayReady : say.sayUnkept;
    place("ready").textContent = store.works() ? words : say.sayFull;
  }

  /* A worker whose files find no room becomes redundant, and then nobody is ever "ready" */
  const settled = (worker) => new Promise((go) => {
    const look = () => ["activated", "redundant"].includes(worker.state) && go();
    worker.addEventListener("statechange", look);
    look();
  });

  /* Whether something stands in the form that is kept nowhere else */
  function isHalfWritten() {
    const before = mending ? store.find(mending)?.pairs || [] : [];
    return JSON.stringify(typed()) !== JSON.stringify(before);
  }

  // --- at work ---

  const acts = {
    here: findHere,
    "not-here": () => showHere("", ""),
    forget: () => { store.type(null); begin(null); ending(); },
    another,
    send,
    clear: () => { store.all().filter((one) => SENT.includes(one.state)).forEach((one) => store.drop(one.key)); show(); },
    finish,
    drop: (key, button) => {
      if (button.dataset.sure && button.textContent !== button.dataset.sure) {
        button.textContent = button.dataset.sure; // there is no way back: a second press does it
        return;
      }
      store.drop(key);
      if (mending === key) begin(null);
      show();
    },
    anyway: (key) => {
      const entry = store.find(key);
      if (entry.state === "late") store.put({ ...entry, key: store.newKey(), state: "held", anyway: true });
      if (entry.state === "late") store.drop(key);
      else store.change(key, { state: "held", anyway: true });
      show();
      send();
    },
    mend: (key) => {
      if (mending !== key && isHalfWritten()) return blame(form, {}, [say.sayHalf]);
      const entry = store.find(key);
      begin(key, entry.pairs);
      blame(form, entry.errors || {}, entry.problems);
      if (!entry.errors) form.elements.name.focus();
    },
  };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do](button.closest("[data-key]")?.dataset.key, button);
  });
  root.addEventListener("submit", (event) => {
    if (event.target === form) keep(event);
    else if (event.target.matches("[data-same]")) sendSame(event);
    else prove(event);
  });
  form.addEventListener("input", () => {
    place("kept").textContent = "";
    typing();
  });
  addEventListener("online", () => greet().catch(stopped));
  addEventListener("offline", () => line(say.sayOffline));
  addEventListener("storage", show);
  root.hidden = false;
  const left = store.typing();
  if (left) begin(store.find(left.key) ? left.key : null, left.pairs);
  show();
  greet().catch(stopped);
  ready();
  navigator.storage?.persist?.();
})();
