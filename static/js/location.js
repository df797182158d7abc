/* Choosing a place in a form: a click, or the arrow keys, move a pin on the map.
   <div class="map" data-map="DIGEST" data-locate data-lat="#lat" data-lon="#lon" …>; without
   script the form's own fields (a postcode, the place in words) say where it is. */
(() => {
  "use strict";
  const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const STEP = 12;
  const LEAP = 60;

  function start(holder, state) {
    const map = state.map;
    const fields = ["lat", "lon"].map((name) => document.querySelector(holder.dataset[name]));
    const live = document.querySelector(holder.dataset.locateLive || "[data-locate-live]");
    const clear = document.querySelector("[data-locate-clear]");
    let pin = null;
    let rest;

    const words = (name, values) =>
      (holder.dataset[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

    /* A ward is named only where the map has the real boundaries */
    function place(at) {
      const ward = holder.dataset.boundaries === "real" && state.wards.find((layer) => state.inside(layer, at));
      if (ward) return words("sayWard", { ward: ward.feature.properties.name });
      const near = [...state.byId.values()]
        .map((marker) => [map.distance(at, marker.getLatLng()), marker.about.name])
        .sort((a, b) => a[0] - b[0])[0];
      if (near && near[0] < 1000) return words("sayNear", { metres: Math.round(near[0] / 10) * 10, name: near[1] });
      return "";
    }

    function tell(text) {
      clearTimeout(rest);
      rest = setTimeout(() => live && (live.textContent = text), 500);
    }

    function put(at, quiet) {
      if (!pin) {
        pin = L.marker(at, { keyboard: false, interactive: false, zIndexOffset: 1000, icon: L.divIcon({ className: "pb_pin pb_pin--here", html: drawing(), iconSize: [36, 46], iconAnchor: [18, 44] }) }).addTo(map);
      }
      pin.setLatLng(at);
      fields[0].value = at.lat.toFixed(5);
      fields[1].value = at.lng.toFixed(5);
      if (clear) clear.hidden = false;
      if (quiet) return;
      fields[0].dispatchEvent(new Event("change", { bubbles: true }));
      tell([words("sayPin", { lat: at.lat.toFixed(4), lon: Math.abs(at.lng).toFixed(4) }), place(at)].join(" ").trim());
    }

    function remove() {
      pin?.remove();
      pin = null;
      fields.forEach((field) => (field.value = ""));
      fields[0].dispatchEvent(new Event("change", { bubbles: true }));
      clear.hidden = true;
      tell(words("sayCleared", {}));
      map.getContainer().focus();
    }

    function move(event) {
      const way = MOVES[event.key];
      if (event.target !== map.getContainer() || event.ctrlKey || event.metaKey || event.altKey) return;
      if (way) {
        event.preventDefault();
        event.stopPropagation();
        const from = map.latLngToContainerPoint(pin ? pin.getLatLng() : map.getCenter());
        const step = event.shiftKey ? LEAP : STEP;
        const at = map.containerPointToLatLng(pin ? from.add([way[0] * step, way[1] * step]) : from);
        put(at);
        map.panInside(at, { padding: [60, 60] });
      } else if (event.key === "+" || event.key === "=") map.zoomIn();
      else if (event.key === "-") map.zoomOut();
      else if (event.key === "Enter") event.preventDefault();
    }

    map.keyboard.disable();
    map.getContainer().setAttribute("tabindex", "0");
    map.getContainer().setAttribute("role", "application");
    if (holder.dataset.locateHelp) map.getContainer().setAttribute("aria-describedby", holder.dataset.locateHelp);
    map.getContainer().addEventListener("keydown", move, true);
    map.on("click", (event) => put(event.latlng));
    /* Here a ward is ground to put the pin on, and no button */
    state.wards.forEach((layer) => ["tabindex", "role", "aria-label"].forEach((name) => layer.getElement()?.removeAttribute(name)));
    clear?.addEventListener("click", remove);
    const [lat, lon] = fields.map((field) => parseFloat(field.value));
    if (Number.isFinite(lat) && Number.isFinite(lon)) {
      put(L.latLng(lat, lon), true);
      map.setView([lat, lon], Math.max(map.getZoom(), 15));
    }
  }

  function drawing() {
    const box = document.createElement("span");
    const part = document.querySelector("svg.pb_pin__svg")?.cloneNode(true);
    if (part) box.append(part);
    else box.textContent = "✚";
    return box;
  }

  document.addEventListener("pbapp:map", (event) => {
    if (event.target.matches("[data-locate]")) start(event.target, event.detail);
  });
})();
