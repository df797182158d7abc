/* Keeps one page at hand while there is no connection: the page it is served beside, and the files that
   page names. It can touch no other page. For the desk in a hall and for the walkabout. */
"use strict";
const HOME = new URL("./", self.location).pathname;
const CACHE = `offline ${HOME}`;
const PATIENCE = 4000;

async function keep(answer) {
  if (!answer.ok || answer.redirected) return;
  const cache = await caches.open(CACHE);
  const files = [...(await answer.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  await Promise.all(files.map(async (file) => (await cache.match(file)) || cache.add(file)));
  await cache.put(HOME, answer);
  const wanted = new Set([HOME, ...files]);
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) await cache.delete(request);
  }
}

async function page(event) {
  try {
    const answer = await fetch(event.request, { signal: AbortSignal.timeout?.(PATIENCE) });
    if (answer.status >= 500) throw new Error("the service is down");
    if (answer.ok) event.waitUntil(keep(answer.clone()).catch(() => {}));
    return answer;
  } catch {
    return (await (await caches.open(CACHE)).match(HOME)) || Response.error();
  }
}

async function file(request) {
  return (await (await caches.open(CACHE)).match(request)) || fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetch(HOME).then(keep).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === HOME) event.respondWith(page(event));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});
