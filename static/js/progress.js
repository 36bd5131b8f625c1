// Work that goes on in the background: the part of the page that tells of it is fetched again until it is done.
// Without this script the page refreshes itself.
(() => {
  document.querySelectorAll("[data-refresh]").forEach((part) => {
    const again = () => setTimeout(async () => {
      const patience = new AbortController(); // on a weak signal an answer may never come, nor an error
      const end = setTimeout(() => patience.abort(), 15000);
      try {
        const asked = { headers: { Accept: "text/html" }, cache: "no-store", signal: patience.signal };
        const answer = await fetch(location.href, asked);
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(part.id);
        if (fresh) {
          part.replaceChildren(...fresh.childNodes);
          if (!fresh.dataset.refresh) return;
        }
      } catch { /* no signal at the moment: the next round tries again */ } finally { clearTimeout(end); }
      again();
    }, Number(part.dataset.refresh) * 1000);
    again();
  });
})();
