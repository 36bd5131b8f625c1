// While somebody types how much goes in and comes out, the page says what that adds up to: in, out, loss, rest.
// Comfort only: the server weighs up everything itself, to the gram, and has the last word.
(() => {
  const panel = document.getElementById("live-balance");
  if (!panel) return;
  const form = panel.closest("form");
  const english = document.documentElement.lang === "en";
  const kilograms = new Intl.NumberFormat(english ? "en" : "vi", { maximumFractionDigits: 3 });

  // As people here write weights: a sign before three digits groups thousands where the language writes it so.
  const gramsIn = (text) => {
    const bare = text.replace(/kg$/, "").replace(/[\s\u00a0\u202f]/g, "");
    const [group, point] = english ? [",", "."] : [".", ","];
    const grouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d+)?$`);
    const plain = grouped.test(bare) ? bare.replaceAll(group, "").replace(point, ".") : bare.replace(",", ".");
    return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 1000) : NaN;
  };
  const countIn = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : NaN);
  const isWeighed = (unit) => panel.dataset.weighed.split(" ").includes(unit);
  const typed = (input) => (input && input.value.trim() ? gramsIn(input.value.trim()) : 0);

  // What is taken of one lot; its pieces weigh what they weigh in the lot, the last ones all that is left.
  const takenOf = ({ dataset }, text) => {
    const held = { grams: Number(dataset.grams), count: Number(dataset.count), unit: dataset.unit };
    if (!text.trim()) return { ...held, left: 0 };
    if (isWeighed(held.unit)) return { grams: gramsIn(text), count: 0, unit: held.unit, left: held.grams - gramsIn(text) };
    const grams = Math.floor((held.grams * countIn(text)) / held.count);
    return { grams, count: countIn(text), unit: held.unit, left: held.grams - grams };
  };

  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

  const weighUp = () => {
    const sources = [...form.querySelectorAll("[data-source]")];
    const taken = sources
      .filter((source) => source.querySelector("[type=checkbox]")?.checked)
      .map((source) => takenOf(source, source.querySelector("[type=text]").value));
    const whole = sources.find((source) => source.dataset.source === "whole"); // a split takes what its parts need
    const count = sum(taken.map((part) => part.count));
    const grams = sum(taken.map((part) => part.grams));
    const units = new Set(whole ? [whole.dataset.unit] : taken.map((part) => part.unit));

    const made = [...form.querySelectorAll("[data-output]")].map((row) => {
      const [amount, unit, weight] = ["amount", "unit", "weight"].map((name) => row.querySelector(`[name$="-${name}"]`));
      if (!amount.value.trim()) return typed(weight);
      if (isWeighed(unit.value)) return gramsIn(amount.value.trim());
      if (typed(weight)) return typed(weight);
      const [heldGrams, heldCount] = whole ? [Number(whole.dataset.grams), Number(whole.dataset.count)] : [grams, count];
      const isSame = units.size === 1 && units.has(unit.value) && heldCount > 0;
      return isSame ? Math.floor((heldGrams * countIn(amount.value)) / heldCount) : NaN;
    });
    const out = sum(made);
    const going = whole ? out : grams;
    const stated = form.querySelector("[name=loss]");
    const isStated = Boolean(stated && stated.value.trim());
    const loss = whole ? 0 : isStated ? typed(stated) : Math.max(0, going - out);
    const rest = whole ? Number(whole.dataset.grams) - out : sum(taken.map((part) => part.left));
    return { going, out, loss, rest, difference: whole ? Math.min(0, rest) : going - out - loss };
  };

  const show = () => {
    const found = weighUp();
    const spare = typed(form.querySelector("[name=tolerance]"));
    const slot = (name, grams) => panel.querySelectorAll(`[data-slot=${name}]`).forEach((place) => {
      place.textContent = Number.isFinite(grams) ? `${kilograms.format(grams / 1000)}\u00a0kg` : "–";
    });
    const nothingYet = found.out === 0 && !form.querySelector("[name=loss]")?.value.trim();
    if (nothingYet && found.loss > 0) found.loss = found.difference = NaN; // all of it lost is not what is meant
    Object.entries(found).forEach(([name, grams]) => slot(name, name === "difference" ? Math.abs(grams) : grams));
    // Weights of pieces are rounded to the gram each; that is no difference to speak of.
    const isOff = Math.abs(found.difference) > spare + 20;
    const says = {
      much: isOff && found.difference < 0,
      missing: isOff && found.difference > 0 && found.out > 0,
      unknown: !Number.isFinite(found.going + found.out + (nothingYet ? 0 : found.loss)),
      left: found.rest < 0 && !(isOff && found.difference < 0),
    };
    panel.querySelectorAll("[data-when]").forEach((words) => { words.hidden = !says[words.dataset.when]; });
    panel.classList.toggle("is-off", Object.values(says).some(Boolean));
    panel.hidden = false;
    document.getElementById("balance")?.remove(); // what the server said was about other numbers
  };

  form.addEventListener("input", show);
  form.addEventListener("change", show);
  if (!document.getElementById("balance")) show();
})();
