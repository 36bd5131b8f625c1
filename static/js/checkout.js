// The sum follows what is chosen: the server is asked what it comes to, with the form as it stands and nothing ordered.
// Without this, whoever orders is shown the sum with delivery first and asked once more.
(() => {
  const form = document.querySelector("form[data-follow-choices]");
  if (!form) return;
  let latest = 0;

  const takeOver = (page, id) => {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) old.replaceWith(fresh);
  };

  const follow = async (...parts) => {
    const asked = ++latest;
    const body = new FormData(form);
    body.set("choose_province", "1");
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body });
    } catch {
      return; // no signal: what the page says stays, and the server looks again when the order is sent
    }
    if (!answer.ok || asked !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    parts.forEach((id) => takeOver(page, id));
    for (const shown of page.querySelectorAll("input[type=hidden][name^=shown_]")) {
      const own = form.elements.namedItem(shown.name);
      if (own) own.value = shown.value;
    }
  };

  form.addEventListener("change", ({ target }) => {
    if (target.closest("#deliveries")) follow("order-sum");
    else if (target.id === "commune" && target.value) follow("deliveries", "order-sum");
  });
})();
