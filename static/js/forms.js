// Comfort for forms; the server remains the judge of everything. Three things only:
// a second press does not send the form twice, a chosen picture is shown, communes follow the chosen province.
(() => {
  const guardAgainstDoubleSubmit = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent === "yes") {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      // Marked, not disabled at once: a disabled button's own name and value would be left out of what is sent.
      setTimeout(() => form.querySelectorAll("[type=submit]").forEach((button) => {
        button.setAttribute("aria-disabled", "true");
      }));
      // The answer may be a file: the page stays then, and no event tells when the file has come.
      if ("stays" in form.dataset) setTimeout(() => forgetSending(form), 3000);
    });
  };

  const forgetSending = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };

  const showChosenPicture = (input) => {
    const preview = document.getElementById(input.dataset.preview);
    if (!preview) return;
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (!file || !file.type.startsWith("image/")) return;
      const address = URL.createObjectURL(file);
      preview.onload = () => URL.revokeObjectURL(address);
      preview.src = address;
      preview.hidden = false;
    });
  };

  const followProvince = (communes) => {
    const province = document.getElementById(communes.dataset.communesOf);
    if (!province) return;
    province.addEventListener("change", async () => {
      const asked = province.value;
      const answer = await fetch(`/places/communes?province=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || asked !== province.value) return; // keep the list the server rendered; or a newer choice won
      const list = await answer.json();
      const prompt = communes.querySelector('option[value=""]');
      communes.replaceChildren(...(prompt ? [prompt] : []), ...list.map(({ code, name }) => new Option(name, code)));
      communes.value = "";
    });
  };

  document.querySelectorAll("form[method=post]").forEach(guardAgainstDoubleSubmit);
  document.querySelectorAll("input[type=file][data-preview]").forEach(showChosenPicture);
  document.querySelectorAll("select[data-communes-of]").forEach(followProvince);
  window.addEventListener("pageshow", (event) => {
    // The page came back from the browser's cache: its forms may be sent again.
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(forgetSending);
  });
})();
