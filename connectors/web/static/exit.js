/* Quick exit on pages with scripts: hide first, then leave without a trace in the history. */
for (const link of document.querySelectorAll("a[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    try {
      localStorage.removeItem("beside.token");
      sessionStorage.clear();
    } catch { /* nothing is kept where storage is switched off */ }
    fetch(link.href, { redirect: "manual", keepalive: true, cache: "no-store" }).catch(() => {});
    location.replace(link.dataset.exit);
  });
}
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
