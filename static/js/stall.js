// The stall's screen and the payer's receipt, kept up to date. Without this script both pages refresh themselves.
(() => {
  const fetchPage = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // The receipt: ask again until the sale is no longer waiting.
  const followReceipt = (receipt) => {
    const seconds = Number(receipt.dataset.refresh);
    const again = () => setTimeout(async () => {
      try {
        const fresh = (await fetchPage()).getElementById("receipt");
        if (fresh && !fresh.dataset.refresh) {
          receipt.replaceChildren(...fresh.childNodes);
          return;
        }
      } catch { /* no signal at the moment: the next round tries again */ }
      again();
    }, seconds * 1000);
    again();
  };

  const FRESH_FOR = 60_000;
  const TRY_AGAIN_AFTER = 5_000;
  const SILENCE_LIMIT = 10_000; // the server gives a sign of life every three seconds

  const followStall = (till) => {
    const latest = till.querySelector("[data-latest]");
    const list = till.querySelector("[data-sales]");
    const pattern = till.querySelector("[data-sale-pattern]");
    const link = till.querySelector("[data-link]");
    const speakButton = till.querySelector("[data-speak]");
    let position = Number(till.dataset.position);
    let speaking = false;
    let fading = 0;
    let source = null;
    let lastSign = Date.now();

    const fill = (part, sale) => part.querySelectorAll("[data-show]").forEach((element) => {
      element.textContent = sale[element.dataset.show] ?? "";
    });

    const say = (text) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = "vi-VN";
      const voice = speechSynthesis.getVoices().find(({ lang }) => lang.replace("_", "-").toLowerCase().startsWith("vi"));
      if (voice) utterance.voice = voice;
      speechSynthesis.speak(utterance);
    };

    const fadeLater = () => {
      clearTimeout(fading);
      fading = setTimeout(() => latest.classList.remove("is-fresh", "is-new"), FRESH_FOR);
    };

    const show = (sale) => {
      if (sale.position <= position) return; // seen already
      position = sale.position;
      fill(latest, sale);
      latest.classList.toggle("is-fresh", sale.fresh);
      latest.classList.remove("is-new");
      void latest.offsetWidth; // lets the movement start again
      latest.classList.add("is-new");
      fadeLater();
      const row = pattern.content.firstElementChild.cloneNode(true);
      row.dataset.position = sale.position;
      fill(row, sale);
      list.prepend(row);
      if (speaking && sale.fresh) say(sale.spoken);
    };

    const showState = ({ day, total, count }) => {
      if (day !== till.dataset.day) return location.reload(); // past midnight: another day's list
      till.querySelector("[data-total]").textContent = total;
      till.querySelector("[data-count]").textContent = count;
    };

    const showLink = (on) => {
      link.classList.toggle("is-on", on);
      link.classList.toggle("is-off", !on);
      till.classList.toggle("is-off", !on);
      const text = on ? till.dataset.on : till.dataset.off;
      const place = link.querySelector("[data-link-text]");
      if (place.textContent !== text) place.textContent = text;
    };

    // Where no stream is to be had (too many screens, a proxy in between), the page itself is asked.
    const catchUp = async () => {
      try {
        const fresh = (await fetchPage()).getElementById("till");
        if (!fresh) return location.reload(); // signed out meanwhile
        [...fresh.querySelectorAll("[data-sales] > [data-position]")].reverse().forEach((row) => {
          const sale = { position: Number(row.dataset.position), fresh: false };
          row.querySelectorAll("[data-show]").forEach((element) => { sale[element.dataset.show] = element.textContent; });
          const isNewest = sale.position === Number(fresh.dataset.position);
          show({ ...sale, fresh: isNewest && fresh.querySelector("[data-latest]").classList.contains("is-fresh") });
        });
        showState({
          day: fresh.dataset.day,
          total: fresh.querySelector("[data-total]").textContent,
          count: fresh.querySelector("[data-count]").textContent,
        });
        showLink(true);
      } catch {
        showLink(false);
      }
    };

    const noteSign = () => {
      lastSign = Date.now();
      showLink(true);
    };

    const connect = () => {
      lastSign = Date.now();
      const stream = new EventSource(`${till.dataset.events}?after=${position}`);
      source = stream;
      stream.addEventListener("alive", noteSign);
      stream.addEventListener("state", (event) => { noteSign(); showState(JSON.parse(event.data)); });
      stream.addEventListener("sale", (event) => {
        const sale = JSON.parse(event.data);
        noteSign();
        show(sale);
        showState(sale);
      });
      stream.addEventListener("error", () => {
        if (stream.readyState !== EventSource.CLOSED) return noteInterruption(stream); // the browser comes back by itself
        source = null;
        catchUp().finally(() => setTimeout(connect, TRY_AGAIN_AFTER));
      });
    };

    // A line can be dead long before the browser says so, most of all after the phone has slept.
    const watch = () => {
      if (!source || Date.now() - lastSign < SILENCE_LIMIT) return;
      showLink(false);
      source.close();
      connect();
    };

    // The server ends each stream after some minutes, so only an interruption that lasts is worth a warning.
    const noteInterruption = (stream) => setTimeout(() => {
      if (stream.readyState === EventSource.CONNECTING) showLink(false);
    }, 3_500);

    const offerVoice = () => {
      speakButton.hidden = false;
      speakButton.addEventListener("click", () => {
        speaking = !speaking;
        speakButton.setAttribute("aria-pressed", String(speaking));
        speechSynthesis.cancel();
        if (!speaking) return;
        const voices = speechSynthesis.getVoices();
        speakButton.title = voices.length && !voices.some(({ lang }) => lang.toLowerCase().startsWith("vi")) ? till.dataset.voiceless : "";
        say(till.dataset.voiceTest); // a press allows the browser to speak later on
      });
    };

    window.addEventListener("offline", () => showLink(false));
    if ("speechSynthesis" in window) {
      speechSynthesis.getVoices(); // some browsers load their voices at the first question
      offerVoice();
    }
    if (latest.classList.contains("is-fresh")) fadeLater();
    if ("EventSource" in window) { connect(); setInterval(watch, 2_000); }
    else { catchUp(); setInterval(catchUp, TRY_AGAIN_AFTER); }
  };

  const receipt = document.querySelector("#receipt[data-refresh]");
  const till = document.getElementById("till");
  if (receipt) followReceipt(receipt);
  if (till) followStall(till);
})();
