/* Markers, names and keys for the maps whose background a script from /maps/ draws.
   <div class="map" data-map="DIGEST" data-map-features="/assets/map.json?…" data-map-list="#list">
   The features are GeoJSON, or the packed columns of pbapp/assets/map_data.py. Ten thousand of them
   come in slices, and a marker is only drawn when it comes into view.
   What people typed reaches the page as text nodes only. */
(() => {
  "use strict";
  const started = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm) {
    const { panBy } = L.Map.prototype;
    L.Map.include({ panBy(by, options) { return panBy.call(this, by, { ...options, animate: false }); } });
    L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  }
  /* Wards are cut off at the map's edge: beyond it they would lie, unseen, over the page's buttons */
  L.Renderer.mergeOptions({ padding: 0 });
  const SLICE = 250;
  const LISTED = 20;
  const NAME_PLACES = 9; // tried for a ward's name, across and down
  const breathe = () => new Promise((go) => setTimeout(go));

  /* Icons carry their own name: Leaflet gives a name to pictures only */
  const NamedIcon = L.DivIcon.extend({
    createIcon(old) {
      const element = L.DivIcon.prototype.createIcon.call(this, old);
      element.setAttribute("aria-label", this.options.label);
      if (this.options.id != null) element.dataset.mapMarker = this.options.id;
      return element;
    },
  });

  /* Most of ten thousand markers are never seen: each gets its icon when it comes into view */
  const Pin = L.Marker.extend({
    onAdd(map) {
      if (!this.options.icon.options.label) this.options.icon = pinIcon(this.holder, this.about);
      return L.Marker.prototype.onAdd.call(this, map);
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
  const safe = (url) => (new URL(url, location.href).origin === location.origin ? url : "#");
  const bare = (id) => String(id).replaceAll("-", "");

  /* The legend in the page is where a kind gets its look: each pin is a copy of its own there */
  function look(holder, kind) {
    const legend = document.getElementById(holder.dataset.mapLegend);
    const item = [...(legend?.querySelectorAll("[data-kind]") || [])].find((e) => e.dataset.kind === kind);
    return { item, text: item?.dataset.kindText || "", drawing: (item || legend || document).querySelector("svg.pb_pin__svg") };
  }

  function pinIcon(holder, about) {
    const { item, text, drawing } = look(holder, about.kind);
    const box = make("span", "", { class: "pb_pin__box" });
    if (item?.dataset.kindColour) box.dataset.kindColour = item.dataset.kindColour;
    box.append(drawing ? drawing.cloneNode(true) : make("span", "●"));
    const label = [about.name, text, about.ward].filter(Boolean).join(", ");
    return new NamedIcon({ html: box, className: "pb_pin", iconSize: [44, 44], iconAnchor: [22, 40], label, id: about.id });
  }

  function clusterIcon(holder, cluster) {
    const n = cluster.getChildCount();
    const size = n < 10 ? 44 : n < 100 ? 50 : 56;
    const of = new Map();
    cluster.getAllChildMarkers().forEach(({ about }) => of.set(about.kind, (of.get(about.kind) || 0) + 1));
    const kinds = [...of].map(([kind, many]) => [many, look(holder, kind).text])
      .sort(([a, x], [b, y]) => b - a || x.localeCompare(y)).map((one) => one.join(" ")).join(", ");
    return new NamedIcon({ html: make("span", n), className: "pb_cluster", iconSize: [size, size], label: words(holder, "cluster", { n, kinds }) });
  }

  /* --- what there is to show --- */

  function unpack(data) {
    if (data.features) {
      return data.features.filter((f) => f.geometry?.type === "Point")
        .map((f) => ({ ...f.properties, lat: f.geometry.coordinates[1], lon: f.geometry.coordinates[0] }));
    }
    return data.name.map((name, i) => ({
      id: data.id.substr(i * data.digits, data.digits), name,
      kind: data.kinds[data.kind[i]], ward: data.wards[data.ward[i]],
      lat: (data.south + data.lat[i]) / data.fine, lon: (data.west + data.lon[i]) / data.fine,
    }));
  }

  async function ask(url, signal) {
    const answer = await fetch(url, { signal, headers: { Accept: "application/geo+json, application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  async function draw(holder, url) {
    const state = started.get(holder);
    if (!url || state.url === url) return;
    state.url = url;
    state.asked?.abort();
    const mine = (state.asked = new AbortController());
    try {
      const data = await ask(url, mine.signal);
      const entries = unpack(data);
      shut(state);
      state.group?.remove();
      const group = gathering(holder, state);
      Object.assign(state, { group, byId: new Map(), digits: data.digits || 99, details: data.about });
      for (let from = 0; from < entries.length; from += SLICE) {
        const some = entries.slice(from, from + SLICE).map((about) => Object.assign(new Pin([about.lat, about.lon]), { about, holder }));
        some.forEach((marker) => state.byId.set(bare(marker.about.id), marker));
        group.addLayers(some);
        await breathe();
        if (mine.signal.aborted) return;
      }
      show(holder, state, entries.length);
    } catch (error) {
      if (mine.signal.aborted) return;
      state.url = null;
      shut(state);
      state.group?.remove(); // it shows what was asked for before
      state.byId = new Map();
      say(holder, holder.dataset.failed);
    }
  }

  function gathering(holder, state) {
    const group = L.markerClusterGroup({
      animate: !calm, showCoverageOnHover: false, maxClusterRadius: 56, spiderfyOnMaxZoom: false, zoomToBoundsOnClick: false,
      iconCreateFunction: (cluster) => clusterIcon(holder, cluster),
    });
    /* What is far out of view would be drawn for nothing, and be a stop on the way of the Tab key */
    group._getExpandedVisibleBounds = () => state.map.getBounds().pad(0.1);
    listen(holder, state, group);
    group.on("animationend", state.rename);
    return group.addTo(state.map);
  }

  /* The first look is the map-maker's; after that what was asked for comes into view */
  function show(holder, state, n) {
    const { map, group } = state;
    const code = wardField(holder)?.value;
    const ward = state.wards.find((layer) => layer.feature.properties.code === code);
    if (ward && state.ward !== code) map.fitBounds(ward.getBounds());
    else if (!ward && state.ward) map.fitBounds(state.home);
    else if (state.drawn && n && !map.getBounds().contains(group.getBounds())) {
      map.fitBounds(group.getBounds(), { padding: [30, 30], maxZoom: 15 });
    }
    const name = ward?.feature.properties.name;
    say(holder, state.telling ? words(holder, ward ? "saidWard" : "saidAll", { name, n }) : "");
    Object.assign(state, { ward: ward ? code : null, drawn: true, telling: false });
    holder.dispatchEvent(new CustomEvent("pbapp:features", { detail: { count: n } }));
  }

  function say(holder, text) {
    const note = holder.parentElement.querySelector("[data-map-note]");
    if (note) note.textContent = text || "";
  }

  /* --- the list beside the map: one entry is picked at a time, in both --- */

  const list = (holder) => document.querySelector(holder.dataset.mapList || "#list");
  const rows = (holder) => [...(list(holder)?.querySelectorAll("[data-map-row]") || [])];
  const keyOf = (state, id) => bare(id).slice(0, state.digits);

  function choose(holder, id) {
    const state = started.get(holder);
    rows(holder).forEach((row) => {
      const on = id != null && keyOf(state, row.dataset.mapRow) === bare(id);
      row.classList.toggle("pb_on", on);
      if (on) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (on && matchMedia("(min-width: 62em)").matches) row.scrollIntoView({ block: "nearest" });
    });
    light(holder, id);
  }

  const elementOf = ({ group }, marker) => (group.getVisibleParent(marker) || marker).getElement?.();

  function light(holder, id) {
    const state = started.get(holder);
    holder.querySelectorAll(".pb_pin--on").forEach((e) => e.classList.remove("pb_pin--on"));
    const found = id != null && state?.byId.get(keyOf(state, id));
    if (found) elementOf(state, found)?.classList.add("pb_pin--on");
  }

  /* --- details, without leaving the page --- */

  function details(holder, marker, back) {
    const state = started.get(holder);
    const { about } = marker;
    const box = document.createElement("div");
    fill(box, about.name, about.url, [[look(holder, about.kind).text, about.ward].filter(Boolean).join(" · ")]);
    open(holder, state, marker.getLatLng(), box, about.name, () => (back?.isConnected ? back : elementOf(state, marker)));
    choose(holder, about.id);
    if (about.url || !state.details) return;
    const popup = state.popup;
    ask(state.details + about.id).then(
      ({ name, url, lines }) => fill(box, name, url, lines),
      () => box.append(make("p", holder.dataset.failed)),
    ).then(() => {
      if (state.popup !== popup) return;
      popup.update();
      if (state.byKey && popup.getElement() === document.activeElement) box.querySelector("a")?.focus({ preventScroll: true });
    });
  }

  function fill(box, name, url, lines) {
    const head = make("p", "");
    head.append(url ? make("a", name, { href: safe(url) }) : make("strong", name));
    box.replaceChildren(head, ...lines.map((line) => make("p", line)));
  }

  /* Many at one place: no zooming takes them apart, so they are told one by one */
  function tellAll(holder, cluster) {
    const state = started.get(holder);
    const markers = cluster.getAllChildMarkers().sort((a, b) => a.about.name.localeCompare(b.about.name));
    const back = () => cluster.getElement?.();
    const box = make("div", "");
    const names = make("ul", "", { class: "pb_map__names" });
    markers.slice(0, LISTED).forEach((marker) => {
      const button = make("button", marker.about.name, { type: "button", class: "ds_button pb_button--quiet" });
      button.addEventListener("click", (event) => { event.stopPropagation(); details(holder, marker, back()); });
      names.append(make("li", ""));
      names.lastChild.append(button);
    });
    const title = words(holder, "here", { n: markers.length });
    box.append(make("p", title), names);
    if (markers.length > LISTED) box.append(make("p", words(holder, "more", { n: markers.length - LISTED })));
    open(holder, state, cluster.getLatLng(), box, title, back);
  }

  function open(holder, state, at, box, label, back) {
    const size = state.map.getSize();
    state.popup?.off("remove").remove();
    const popup = L.popup({ maxWidth: Math.min(300, size.x - 84), minWidth: Math.min(180, size.x - 84), maxHeight: Math.max(120, size.y - 90), offset: [0, -24], autoPanPadding: [8, 8] });
    popup.setLatLng(at).setContent(box);
    state.popup = popup;
    popup.on("remove", () => {
      const inside = popup.getElement()?.contains(document.activeElement);
      state.popup = null;
      choose(holder, null);
      if (inside || state.byKey) back()?.focus({ preventScroll: true });
    });
    popup.openOn(state.map);
    const element = popup.getElement();
    Object.entries({ role: "dialog", "aria-label": label, tabindex: "-1" }).forEach(([name, value]) => element.setAttribute(name, value));
    element.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", holder.dataset.close || "Close");
    /* The focus goes along, or who listens would not hear that it opened */
    (state.byKey ? box.querySelector("a, button") || element : element).focus({ preventScroll: true });
  }

  const shut = (state) => state.popup?.remove();

  /* --- keys, clicks and wards --- */

  /* Markers and clusters answer to a click and to Enter alike; see `keys` for the space bar */
  function listen(holder, state, group) {
    const entered = (event) => !event.originalEvent || event.type.endsWith("click") || event.originalEvent.key === "Enter";
    group.on("click keypress", (event) => {
      const marker = event.propagatedFrom || event.layer;
      if (entered(event) && marker?.about) details(holder, marker, marker.getElement());
    });
    group.on("clusterclick clusterkeypress", (event) => {
      const cluster = event.propagatedFrom || event.layer;
      if (!entered(event)) return;
      const bounds = cluster.getBounds();
      if (bounds.getSouthWest().equals(bounds.getNorthEast(), 1e-5) || state.map.getZoom() >= state.map.getMaxZoom()) {
        return tellAll(holder, cluster);
      }
      /* The cluster goes away as it opens: the focus moves to the first of what it held */
      const settle = () => {
        const held = cluster.getAllChildMarkers().map((marker) => elementOf(state, marker)).find(Boolean);
        (held || state.map.getContainer()).focus({ preventScroll: true });
      };
      const nearer = Math.max(Math.round(state.map.getZoom()) + 1, Math.floor(state.map.getBoundsZoom(bounds)));
      state.map.setView(cluster.getLatLng(), Math.min(nearer, state.map.getMaxZoom()));
      if (state.byKey) setTimeout(settle, calm ? 0 : 500);
    });
  }

  function keys(state) {
    const box = state.map.getContainer();
    box.addEventListener("pointerdown", () => (state.byKey = false), true);
    box.addEventListener("keydown", (event) => {
      state.byKey = true;
      if (event.key === "Escape" && state.popup) {
        event.stopPropagation();
        shut(state);
      }
      if (event.key === " " && event.target.matches(".leaflet-marker-icon")) {
        event.preventDefault();
        event.target.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", keyCode: 13, bubbles: true }));
      }
    }, true);
  }

  /* Wards can be reached and named without a mouse. On a page that can be narrowed to one, choosing
     it here is choosing it in the form: one address, and whoever listens is told */
  const wardField = (holder) => holder.dataset.mapWards && document.querySelector(holder.dataset.mapWards);

  function nameWards(holder, state) {
    const { map } = state;
    map.createPane("wardNames").style.zIndex = 550; // over the wards, under the markers
    map.eachLayer((layer) => {
      const name = layer.feature?.properties?.name;
      if (!name || !layer.getBounds || !layer.getElement?.()) return;
      state.wards.push(layer);
      layer.bindTooltip(make("span", name), { pane: "wardNames", permanent: true, direction: "center", className: "pb_ward-name", interactive: false });
      layer.getTooltip().getElement()?.setAttribute("aria-hidden", "true"); // the ward itself says it
      const path = layer.getElement();
      path.removeAttribute("aria-describedby"); // it is the name once more
      path.setAttribute("tabindex", "0");
      const page = !wardField(holder) && wardPage(holder, layer);
      path.setAttribute("role", page ? "link" : "button");
      path.setAttribute("aria-label", page ? name : words(holder, wardField(holder) ? "wardOnly" : "ward", { name }));
      layer.on("click", () => pickWard(holder, state, layer));
      path.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        if (!pickWard(holder, state, layer)) map.fitBounds(layer.getBounds());
      });
    });
    map.getPane("overlayPane").querySelector("svg")?.setAttribute("role", "group"); // not one picture
    markWards(holder, state);
    let rest;
    const soon = () => {
      clearTimeout(rest);
      rest = setTimeout(() => started.get(holder) === state && placeNames(state), 250);
    };
    map.on("moveend resize", soon);
    holder.addEventListener("pbapp:features", soon);
    state.inside = inside;
    state.rename = soon;
    soon();
  }

  /* A ward's name goes where markers and the map's edge hide as little of it as can be */
  function placeNames({ map, wards }) {
    const edge = map.getContainer().getBoundingClientRect();
    const size = map.getSize();
    const taken = [...map.getContainer().querySelectorAll(".leaflet-marker-icon, .leaflet-control-attribution")].map((other) => {
      const { left, top, right, bottom } = other.getBoundingClientRect();
      return [left - edge.left, top - edge.top, right - edge.left, bottom - edge.top];
    });
    const shared = ([a, b, c, d], [e, f, g, h]) => Math.max(0, Math.min(c, g) - Math.max(a, e)) * Math.max(0, Math.min(d, h) - Math.max(b, f));
    wards.forEach((layer) => {
      const tooltip = layer.getTooltip();
      const { offsetWidth: wide, offsetHeight: high } = tooltip.getElement() || {};
      const bounds = layer.getBounds();
      const from = map.latLngToContainerPoint(bounds.getNorthWest());
      const to = map.latLngToContainerPoint(bounds.getSouthEast());
      const [left, top, right, bottom] = [Math.max(0, from.x), Math.max(0, from.y), Math.min(size.x, to.x), Math.min(size.y, to.y)];
      if (!wide || left >= right || top >= bottom) return;
      let best = null;
      for (let n = 0; n < NAME_PLACES ** 2; n += 1) {
        const x = left + ((right - left) * ((n % NAME_PLACES) + 0.5)) / NAME_PLACES;
        const y = top + ((bottom - top) * (Math.floor(n / NAME_PLACES) + 0.5)) / NAME_PLACES;
        const at = map.containerPointToLatLng([x, y]);
        if (!inside(layer, at)) continue;
        const box = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
        const corners = [[box[0], box[1]], [box[2], box[1]], [box[0], box[3]], [box[2], box[3]]];
        const cost = taken.reduce((sum, other) => sum + shared(box, other), 0) +
          2 * (wide * high - shared(box, [0, 0, size.x, size.y])) +
          corners.filter((corner) => !inside(layer, map.containerPointToLatLng(corner))).length * wide * high * 0.05 +
          Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
        if (!best || cost < best.cost) best = { at, box, cost };
      }
      if (!best) return;
      tooltip.setLatLng(best.at);
      taken.push(best.box);
    });
  }

  /* Even-odd rule over every ring: holes and islands come out right */
  function inside(layer, at) {
    const flat = (rings) => (Array.isArray(rings[0]) ? rings.flatMap(flat) : [rings]);
    return flat(layer.getLatLngs()).reduce((sum, ring) => {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [a, b] = [ring[i], ring[j]];
        if (a.lat > at.lat !== b.lat > at.lat &&
            at.lng < ((b.lng - a.lng) * (at.lat - a.lat)) / (b.lat - a.lat) + a.lng) sum = !sum;
      }
      return sum;
    }, false);
  }

  /* Beside a list of wards, a ward of the map leads where the list does */
  const wardPage = (holder, layer) => list(holder)?.querySelector(`a[href$="/wards/${CSS.escape(layer.feature.properties.code)}"]`);

  function pickWard(holder, state, layer) {
    const field = wardField(holder);
    const page = !field && wardPage(holder, layer);
    if (page) {
      page.click();
      return true;
    }
    const { code } = layer.feature.properties;
    if (![...(field?.options || [])].some((option) => option.value === code)) return false;
    field.value = field.value === code ? "" : code;
    state.telling = true;
    markWards(holder, state);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  function markWards(holder, state) {
    const field = wardField(holder);
    if (!field) return;
    state.wards.forEach((layer) => {
      const on = layer.feature.properties.code === field.value;
      layer.getElement().setAttribute("aria-pressed", String(on));
      layer.getElement().classList.toggle("pb_ward--on", on);
    });
  }

  /* Buttons under the map, in words: on it they would cover markers */
  function tools(holder, { map, home }) {
    map.zoomControl?.remove();
    const bar = make("div", "", { class: "pb_map__tools", role: "group", "aria-label": map.getContainer().getAttribute("aria-label") });
    [["zoomIn", () => map.zoomIn()], ["zoomOut", () => map.zoomOut()], ["zoomAll", () => map.fitBounds(home)]]
      .forEach(([name, act]) => {
        const button = make("button", holder.dataset[name] || name, { type: "button", class: "ds_button ds_button--secondary" });
        button.addEventListener("click", act);
        bar.append(button);
      });
    holder.after(bar);
  }

  /* --- maps come and go with the page --- */

  const source = (holder) => {
    const part = list(holder);
    return (part?.matches("[data-map-features]") ? part : part?.querySelector("[data-map-features]"))?.dataset.mapFeatures;
  };

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
    const box = map.getContainer();
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", holder.getAttribute("aria-label") || "");
    holder.removeAttribute("aria-label");
    holder.removeAttribute("role");
    const state = { map, home: map.getBounds(), group: null, byId: new Map(), wards: [], digits: 99, byKey: false };
    started.set(holder, state);
    tools(holder, state);
    nameWards(holder, state);
    keys(state);
    draw(holder, source(holder) || holder.dataset.mapFeatures);
    holder.dispatchEvent(new CustomEvent("pbapp:map", { bubbles: true, detail: state }));
  }

  function stop(holder) {
    const state = started.get(holder);
    if (!state) return;
    started.delete(holder);
    state.asked?.abort();
    state.popup?.off("remove");
    if (holder.nextElementSibling?.matches(".pb_map__tools")) holder.nextElementSibling.remove();
    state.map.remove();
  }

  /* Pointing at a row lights its marker, its button opens it */
  const rowOf = (event) => event.target.closest?.("[data-map-row]");
  const holderOf = (row) => [...started.keys()].find((holder) => list(holder)?.contains(row));
  ["mouseover", "focusin"].forEach((type) => document.addEventListener(type, (event) => {
    const row = rowOf(event);
    const holder = row && holderOf(row);
    if (holder && !started.get(holder).popup) light(holder, row.dataset.mapRow);
  }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-map-show]");
    const row = button && rowOf(event);
    const holder = row && holderOf(row);
    const state = started.get(holder);
    const found = state?.byId.get(keyOf(state, row.dataset.mapRow));
    if (!found) return;
    event.preventDefault();
    state.map.getContainer().scrollIntoView({ block: "nearest" });
    /* At once: what opens while the map still moves is not brought into view */
    state.map.setView(found.getLatLng(), Math.max(state.map.getZoom(), 16), { animate: false });
    state.byKey = true; // the focus goes to the details and comes back to the button
    details(holder, found, button);
  });

  /* A sheet of paper is narrower than a screen: the map is printed as it is seen, smaller */
  const PAPER = 640;
  addEventListener("beforeprint", () => started.forEach((state, { style, clientWidth, clientHeight }) =>
    Object.assign(style, { width: `${clientWidth}px`, height: `${clientHeight}px`, zoom: Math.min(1, PAPER / clientWidth) })));
  addEventListener("afterprint", () => started.forEach((state, { style }) =>
    ["width", "height", "zoom"].forEach((name) => style.removeProperty(name))));

  const all = (root) => [...(root.matches?.("[data-map]") ? [root] : []), ...root.querySelectorAll("[data-map]")];
  document.addEventListener("htmx:before:cleanup", (event) => all(event.target).forEach(stop));
  document.addEventListener("htmx:after:settle", () => {
    all(document).forEach(start);
    started.forEach((state, holder) => {
      if (!holder.isConnected) return stop(holder);
      markWards(holder, state);
      draw(holder, source(holder));
    });
  });
  document.addEventListener("change", () => started.forEach((state, holder) => markWards(holder, state)));
  all(document).forEach(start);
})();
