/* "Near me": asks the browser where it is when its button is pressed, and only then. What is sent is
   rounded to some 100 metres; it stands in the page's address and nowhere else. */
(() => {
  "use strict";
  const box = document.querySelector("[data-near]");
  const form = box?.closest("form");
  if (!form || !navigator.geolocation) return;
  const button = box.querySelector("button");
  const live = box.querySelector("[role=status]");
  const postcode = form.querySelector("[data-near-field]");
  box.hidden = false;

  function stop(words) {
    live.textContent = words;
    button.disabled = false;
    postcode.focus();
  }

  function use({ coords }) {
    form.elements.near.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
    postcode.value = "";
    form.elements.within.value ||= "1";
    live.textContent = "";
    button.disabled = false;
    form.requestSubmit();
  }

  button.addEventListener("click", () => {
    live.textContent = box.dataset.asking;
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      use,
      (error) => stop(error.code === error.PERMISSION_DENIED ? box.dataset.refused : box.dataset.failed),
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 300000 },
    );
  });

  /* Who types a postcode looks from there */
  postcode.addEventListener("input", () => (form.elements.near.value = ""));
})();
