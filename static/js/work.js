// Long work in the background: the part of the page that tells how far it is, kept up to date. Without this script
// the page refreshes itself.
(() => {
  const follow = (part) => {
    const seconds = Number(part.dataset.refresh);
    const again = () => setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(part.id);
        if (fresh) {
          part.replaceChildren(...fresh.childNodes);
          if (!fresh.dataset.refresh) return;
        }
      } catch { /* no signal at the moment: the next round tries again */ }
      again();
    }, seconds * 1000);
    again();
  };

  const part = document.querySelector("#work[data-refresh]");
  if (part) follow(part);
})();
