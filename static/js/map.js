/* Markers, names and keys for the maps whose background a script from /maps/ draws.
   <div class="map" data-map="DIGEST" data-map-features="/assets.geojson?…" data-map-list="#list">
   What people typed reaches the page as text nodes only. */
(() => {
  "use strict";
  const started = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm) {
    L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  }

  /* Icons carry their own name: Leaflet gives a name to pictures only */
  const NamedIcon = L.DivIcon.extend({
    createIcon(old) {
      const element = L.DivIcon.prototype.createIcon.call(this, old);
      element.setAttribute("aria-label", this.options.label);
      if (this.options.id != null) element.dataset.mapMarker = this.options.id;
      return element;
    },
  });

  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const words = (holder, name, values) =>
    (holder.dataset[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

  /* The legend in the page is where a kind gets its look: each pin is a copy of its own there */
  function pin(holder, kind) {
    const legend = document.getElementById(holder.dataset.mapLegend);
    const item = [...(legend?.querySelectorAll("[data-kind]") || [])].find((e) => e.dataset.kind === kind);
    const drawing = (item || legend || document).querySelector("svg.pb_pin__svg");
    const copy = drawing ? drawing.cloneNode(true) : make("span", "●");
    const box = make("span", "", { class: "pb_pin__box" });
    if (item?.dataset.kindColour) box.dataset.kindColour = item.dataset.kindColour;
    box.append(copy);
    return { box, text: item?.dataset.kindText || kind };
  }

  function popup(holder, about) {
    const box = document.createElement("div");
    const name = make("p", "");
    name.append(about.url ? make("a", about.name, { href: safe(about.url) }) : make("strong", about.name));
    box.append(name, make("p", [pin(holder, about.kind).text, about.ward].filter(Boolean).join(", ")));
    return box;
  }

  const safe = (url) => (new URL(url, location.href).origin === location.origin ? url : "#");

  function marker(holder, feature) {
    const about = feature.properties;
    const look = pin(holder, about.kind);
    const label = [about.name, look.text, about.ward].filter(Boolean).join(", ");
    const [lon, lat] = feature.geometry.coordinates;
    const drawn = L.marker([lat, lon], {
      icon: new NamedIcon({ html: look.box, className: "pb_pin", iconSize: [32, 40], iconAnchor: [16, 38], popupAnchor: [0, -34], label, id: about.id }),
      alt: label,
    });
    drawn.about = about;
    drawn.bindPopup(() => popup(holder, about), { maxWidth: 240 });
    drawn.on("popupopen", () => choose(holder, about.id));
    drawn.on("popupclose", () => choose(holder, null));
    return drawn;
  }

  function clusterIcon(holder, cluster) {
    const n = cluster.getChildCount();
    const size = n < 10 ? 44 : n < 100 ? 50 : 56;
    return new NamedIcon({ html: make("span", n), className: "pb_cluster", iconSize: [size, size], label: words(holder, "cluster", { n }) });
  }

  /* One entry is picked at a time, in the list and on the map together */
  function choose(holder, id) {
    rows(holder).forEach((row) => {
      const on = id != null && row.dataset.mapRow === String(id);
      row.classList.toggle("pb_on", on);
      if (on) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (on && matchMedia("(min-width: 62em)").matches) row.scrollIntoView({ block: "nearest" });
    });
    light(holder, id);
  }

  function light(holder, id) {
    const { group, byId } = started.get(holder) || {};
    holder.querySelectorAll(".pb_pin--on").forEach((e) => e.classList.remove("pb_pin--on"));
    const found = id != null && byId?.get(String(id));
    if (found) (group.getVisibleParent(found) || found).getElement()?.classList.add("pb_pin--on");
  }

  const list = (holder) => document.querySelector(holder.dataset.mapList || "#list");
  const rows = (holder) => [...(list(holder)?.querySelectorAll("[data-map-row]") || [])];

  async function draw(holder, url) {
    const state = started.get(holder);
    if (!url || state.url === url) return;
    state.url = url;
    state.asked?.abort();
    state.asked = new AbortController();
    let data;
    try {
      const answer = await fetch(url, { signal: state.asked.signal, headers: { Accept: "application/geo+json, application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      data = await answer.json();
    } catch (error) {
      if (error.name === "AbortError") return;
      state.url = null;
      say(holder, holder.dataset.failed);
      return;
    }
    say(holder, "");
    state.map.closePopup();
    state.group.clearLayers();
    const markers = data.features.filter((f) => f.geometry?.type === "Point").map((f) => marker(holder, f));
    state.byId = new Map(markers.map((m) => [String(m.about.id), m]));
    state.group.addLayers(markers);
    /* The first look is the map-maker's; after that what was asked for comes into view */
    const seen = state.map.getBounds();
    if (state.drawn && !markers.every((m) => seen.contains(m.getLatLng()))) {
      state.map.fitBounds(state.group.getBounds(), { padding: [30, 30], maxZoom: 15 });
    }
    state.drawn = true;
    holder.dispatchEvent(new CustomEvent("pbapp:features", { detail: { count: markers.length } }));
  }

  function say(holder, text) {
    const note = holder.parentElement.querySelector("[data-map-note]");
    if (note) note.textContent = text || "";
  }

  /* Wards can be reached and named without a mouse */
  function nameWards(holder, map) {
    const wards = [];
    map.createPane("wardNames").style.zIndex = 550; // over the wards, under the markers
    map.eachLayer((layer) => {
      const name = layer.feature?.properties?.name;
      if (!name || !layer.getBounds || !layer.getElement?.()) return;
      wards.push(layer);
      layer.bindTooltip(make("span", name), { pane: "wardNames", permanent: true, direction: "center", className: "pb_ward-name", interactive: false });
      const path = layer.getElement();
      path.setAttribute("tabindex", "0");
      path.setAttribute("role", "button");
      path.setAttribute("aria-label", words(holder, "ward", { name }));
      path.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        map.fitBounds(layer.getBounds());
      });
    });
    return wards;
  }

  function keys(holder, map, group) {
    let byKey = false;
    let back = null;
    const box = map.getContainer();
    box.addEventListener("pointerdown", () => (byKey = false), true);
    box.addEventListener("keydown", (event) => {
      byKey = true;
      if (event.key === "Escape" && map._popup?.isOpen()) {
        event.stopPropagation();
        map.closePopup();
      }
      if (event.key === " " && event.target.matches(".leaflet-marker-icon")) {
        event.preventDefault();
        event.target.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", keyCode: 13, bubbles: true }));
      }
    }, true);
    map.on("popupopen", ({ popup: open }) => {
      back = open._source?.getElement?.();
      const close = open.getElement().querySelector(".leaflet-popup-close-button");
      close?.setAttribute("aria-label", holder.dataset.close || "Close");
      if (byKey) open.getElement().querySelector(".leaflet-popup-content a")?.focus();
    });
    map.on("popupclose", ({ popup: shut }) => {
      const inside = shut.getElement()?.contains(document.activeElement);
      if ((byKey || inside) && back?.isConnected) back.focus();
    });
    /* A cluster goes away as it opens: the focus moves to the first of what it held */
    group.on("clusterkeypress", ({ layer, originalEvent }) => {
      if (originalEvent.key !== "Enter") return;
      const first = layer.getAllChildMarkers()[0];
      const settle = () => (group.getVisibleParent(first) || first).getElement?.()?.focus();
      group.once("animationend spiderfied", settle);
      setTimeout(settle, 500);
    });
  }

  /* Buttons under the map, in words: on it they would cover markers */
  function tools(holder, map) {
    map.zoomControl?.remove();
    const home = map.getBounds();
    const bar = make("div", "", { class: "pb_map__tools", role: "group", "aria-label": map.getContainer().getAttribute("aria-label") });
    [["zoomIn", () => map.zoomIn()], ["zoomOut", () => map.zoomOut()], ["zoomAll", () => map.fitBounds(home)]]
      .forEach(([name, act]) => {
        const button = make("button", holder.dataset[name] || name, { type: "button", class: "ds_button ds_button--secondary" });
        button.addEventListener("click", act);
        bar.append(button);
      });
    holder.after(bar);
  }

  function start(holder) {
    const build = window.pbappMaps?.[holder.dataset.map];
    if (!build || started.has(holder)) return;
    /* Always a new id: htmx copies attributes between elements whose ids are alike. */
    const place = make("div", "", { id: `map-${Date.now()}-${started.size}`, class: "map__canvas" });
    holder.replaceChildren(place);
    const map = build(place.id);
    map.attributionControl?.setPrefix("");
    /* Without a tile layer nothing tells how far one may zoom, which clusters must know. */
    if (!Number.isFinite(map.getMaxZoom())) map.setMaxZoom(18);
    const group = L.markerClusterGroup({
      animate: !calm, showCoverageOnHover: false, maxClusterRadius: 56,
      iconCreateFunction: (cluster) => clusterIcon(holder, cluster),
    }).addTo(map);
    const box = map.getContainer();
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", holder.getAttribute("aria-label") || "");
    holder.removeAttribute("aria-label");
    tools(holder, map);
    started.set(holder, { map, group, byId: new Map(), wards: nameWards(holder, map) });
    keys(holder, map, group);
    draw(holder, list(holder)?.closest("[data-map-features]")?.dataset.mapFeatures || holder.dataset.mapFeatures);
    holder.dispatchEvent(new CustomEvent("pbapp:map", { bubbles: true, detail: started.get(holder) }));
  }

  function stop(holder) {
    const state = started.get(holder);
    if (!state) return;
    state.asked?.abort();
    if (holder.nextElementSibling?.matches(".pb_map__tools")) holder.nextElementSibling.remove();
    state.map.remove();
    started.delete(holder);
  }

  /* The list beside the map: pointing at a row lights its marker, its button opens it */
  const rowOf = (event) => event.target.closest?.("[data-map-row]");
  const holderOf = (row) => [...started.keys()].find((holder) => list(holder)?.contains(row));
  ["mouseover", "focusin"].forEach((type) => document.addEventListener(type, (event) => {
    const row = rowOf(event);
    const holder = row && holderOf(row);
    if (holder) light(holder, row.dataset.mapRow);
  }));
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-map-show]") && rowOf(event);
    const holder = row && holderOf(row);
    const { group, byId, map } = started.get(holder) || {};
    const found = byId?.get(row?.dataset.mapRow);
    if (!found) return;
    event.preventDefault();
    map.getContainer().scrollIntoView({ block: "nearest" });
    group.zoomToShowLayer(found, () => {
      found.openPopup();
      found.getElement()?.focus({ preventScroll: true });
    });
  });

  const all = (root) => [...(root.matches?.("[data-map]") ? [root] : []), ...root.querySelectorAll("[data-map]")];
  document.addEventListener("htmx:before:cleanup", (event) => all(event.target).forEach(stop));
  document.addEventListener("htmx:after:settle", () => {
    all(document).forEach(start);
    started.forEach((state, holder) => {
      if (!holder.isConnected) return stop(holder);
      const part = list(holder);
      const source = part?.matches("[data-map-features]") ? part : part?.querySelector("[data-map-features]");
      draw(holder, source?.dataset.mapFeatures);
    });
  });
  all(document).forEach(start);
})();
