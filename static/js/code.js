// A sheet of codes has its code behind the # of its address, which no server sees or writes down.
// The first page keeps it in this tab; the page that asks for the code fills it in and forgets it,
// and so does the last page, for whoever comes next on a shared computer.
(() => {
  const NAME = "pb-code";
  if (document.currentScript.hasAttribute("data-forget")) {
    sessionStorage.removeItem(NAME);
    return;
  }
  const found = /^#code=([0-9A-Za-z-]{12,20})$/.exec(location.hash);
  if (found) {
    sessionStorage.setItem(NAME, found[1]);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const field = document.querySelector("[data-code-from-sheet]");
  const kept = sessionStorage.getItem(NAME);
  if (field && kept) {
    if (!field.value) field.value = kept;
    sessionStorage.removeItem(NAME);
  }
})();
