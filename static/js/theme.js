// Puts the reader's chosen theme on <html> before the first paint, hence a plain script in <head>: a deferred one would
// flash the other theme. Without it the stylesheets still follow the system through prefers-color-scheme.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; } // storage may be switched off
  };
  const apply = (theme) => { root.dataset.bsTheme = theme; };
  const current = () => (["light", "dark"].includes(stored()) ? stored() : system.matches ? "dark" : "light");

  apply(current());
  system.addEventListener("change", () => apply(current()));

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
      button.hidden = false; // it can do nothing without this script, so the page sends it hidden
      button.addEventListener("click", () => {
        const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
        try { localStorage.setItem("theme", next); } catch { /* the choice then lasts for this page only */ }
        apply(next);
      });
    });
  });
})();
