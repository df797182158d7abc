/* What a walkabout holds on this device: entries in the browser's own store and nowhere else. Each has
   a key, made here, that makes sending it twice harmless. One that was taken keeps its name alone. */
(() => {
  "use strict";
  const TYPING = " typing";

  /* `full` is called when the browser takes no more, or keeps nothing at all. */
  window.walkaboutStore = (name, full) => {
    const read = (place, empty) => {
      try {
        return JSON.parse(localStorage.getItem(place)) || empty;
      } catch {
        return empty;
      }
    };
    const write = (place, value, isEmpty) => {
      try {
        if (isEmpty) localStorage.removeItem(place);
        else localStorage.setItem(place, JSON.stringify(value));
        return true;
      } catch {
        full();
        return false;
      }
    };
    const all = () => read(name, []);
    const save = (entries) => write(name, entries, !entries.length);
    return {
      all,
      works: () => write(`${name} try`, name) && write(`${name} try`, "", true),
      find: (key) => all().find((one) => one.key === key),
      waiting: () => all().filter((one) => one.state === "held"),
      put: (entry) => {
        const entries = all();
        const place = entries.findIndex((one) => one.key === entry.key);
        if (place < 0) entries.push(entry);
        else entries[place] = entry;
        return save(entries);
      },
      change: (key, values) => save(all().map((one) => (one.key === key ? { ...one, ...values } : one))),
      taken: (key, state) => save(all().map((one) => (one.key === key ? { key, name: one.name, state } : one))),
      drop: (key) => save(all().filter((one) => one.key !== key)),
      typing: () => read(name + TYPING, null),
      type: (typed) => write(name + TYPING, typed, !typed),
      newKey: () =>
        [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    };
  };
})();
